/*
 * Dense layer, int8, weights row by row: plain C for any core.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_fixed_point.h"
#include "cai_kernels.h"

void cai_dense_s8(const cai_dense_s8_layer *layer, const int8_t *input, int8_t *output)
{
    const uint32_t depth = layer->depth;
    uint32_t batch;

    for (batch = 0; batch < layer->batches; ++batch) {
        const int8_t *weight = layer->weights;
        uint32_t row;

        for (row = 0; row < layer->rows; ++row) {
            const uint32_t channel = layer->per_channel ? row : 0u;
            uint32_t sum = (uint32_t)layer->bias[row]; /* wraps at 32 bits, as the model's does */
            int32_t value;
            uint32_t k;

            for (k = 0; k < depth; ++k) {
                sum += (uint32_t)(weight[k] * input[k]);
            }
            value = cai_requantize((int32_t)sum, layer->multiplier[channel], layer->shift[channel]);
            value = cai_wrapping_add(value, layer->zero_point);
            value = cai_clamp(value, layer->clamp_low, layer->clamp_high);
            *output++ = (int8_t)value;
            weight += depth;
        }
        input += depth;
    }
}
