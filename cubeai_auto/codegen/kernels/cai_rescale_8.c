/*
 * int8 or uint8 with one scale and zero point to int8 or uint8 with another.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_fixed_point.h"
#include "cai_kernels.h"

void cai_rescale_8(const cai_rescale_8_layer *layer, const uint8_t *input, uint8_t *output)
{
    uint32_t k;

    for (k = 0; k < layer->count; ++k) {
        const int32_t stored = (int8_t)(input[k] ^ layer->input_flip ^ 0x80u);
        int32_t value = cai_requantize(stored - layer->input_zero_point, layer->multiplier, layer->shift);
        value = cai_clamp(cai_wrapping_add(value, layer->output_zero_point), -128, 127);
        output[k] = (uint8_t)((uint32_t)value ^ layer->output_flip ^ 0x80u);
    }
}
