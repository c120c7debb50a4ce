/*
 * Conversions between real and stored values: real = scale * (stored - zero_point).
 *
 * Input and output may share a buffer where the output elements are not larger.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_float.h"
#include "cai_kernels.h"

#include <math.h>

void cai_quantize_f32_s8(const cai_affine_layer *layer, const float *input, int8_t *output)
{
    uint32_t k;

    for (k = 0; k < layer->count; ++k) {
        float value = roundf(input[k] / layer->scale) + (float)layer->zero_point;
        /* Clamped before the conversion: far values do not fit an integer. NaN becomes -128. */
        if (!(value > -128.0f)) {
            value = -128.0f;
        }
        if (value > 127.0f) {
            value = 127.0f;
        }
        output[k] = (int8_t)value;
    }
}

void cai_dequantize_s8_f32(const cai_affine_layer *layer, const int8_t *input, float *output)
{
    uint32_t k;

    for (k = 0; k < layer->count; ++k) {
        output[k] = layer->scale * (float)(input[k] - layer->zero_point);
    }
}

void cai_dequantize_u8_f32(const cai_affine_layer *layer, const uint8_t *input, float *output)
{
    uint32_t k;

    for (k = 0; k < layer->count; ++k) {
        output[k] = layer->scale * (float)((int32_t)input[k] - layer->zero_point);
    }
}
