/*
 * Dense layer, float32: products are added one after the other, the bias last.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_float.h"
#include "cai_kernels.h"

#include <stddef.h>

void cai_dense_f32(const cai_dense_f32_layer *layer, const float *input, float *output)
{
    const uint32_t depth = layer->depth;
    uint32_t batch;

    for (batch = 0; batch < layer->batches; ++batch) {
        const float *weight = layer->weights;
        uint32_t row;

        for (row = 0; row < layer->rows; ++row) {
            float sum = 0.0f;
            uint32_t k;

            for (k = 0; k < depth; ++k) {
                sum += weight[k] * input[k];
            }
            if (layer->bias != NULL) {
                sum += layer->bias[row];
            }
            if (sum < layer->clamp_low) {
                sum = layer->clamp_low;
            }
            if (sum > layer->clamp_high) {
                sum = layer->clamp_high;
            }
            *output++ = sum;
            weight += depth;
        }
        input += depth;
    }
}
