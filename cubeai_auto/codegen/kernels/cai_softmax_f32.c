/*
 * Softmax, float32. Input and output may be the same buffer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_float.h"
#include "cai_kernels.h"

#include <math.h>

void cai_softmax_f32(const cai_softmax_f32_layer *layer, const float *input, float *output)
{
    const uint32_t depth = layer->depth;
    uint32_t row;

    for (row = 0; row < layer->rows; ++row) {
        float largest = input[0];
        float sum = 0.0f;
        uint32_t k;

        for (k = 1; k < depth; ++k) {
            if (input[k] > largest) {
                largest = input[k];
            }
        }
        for (k = 0; k < depth; ++k) {
            output[k] = expf((input[k] - largest) * layer->beta);
            sum += output[k];
        }
        for (k = 0; k < depth; ++k) {
            output[k] /= sum;
        }
        input += depth;
        output += depth;
    }
}
