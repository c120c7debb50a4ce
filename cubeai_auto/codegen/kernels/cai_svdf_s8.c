/*
 * SVDF, int8, with a state of int8.
 *
 * A feature is cut off at the ends of int8 before the state's zero point is added, and then wraps,
 * as in TensorFlow Lite Micro.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_svdf.h"

void cai_svdf_s8(const cai_svdf_s8_layer *layer, const int8_t *input, int8_t *output, int8_t *state)
{
    const uint32_t newest = layer->memory - 1u;
    uint32_t batch;

    for (batch = 0; batch < layer->batches; ++batch) {
        const int8_t *weight = (const int8_t *)layer->time_weights;
        uint32_t filter = 0;
        uint32_t unit;

        for (unit = 0; unit < layer->units; ++unit) {
            uint32_t sum = (uint32_t)layer->bias[unit];
            const uint32_t end = filter + layer->rank;

            for (; filter < end; ++filter) {
                int32_t feature = cai_svdf_feature(layer, input, filter);
                uint32_t k;

                feature = cai_clamp(feature, INT8_MIN, INT8_MAX) + layer->state_zero_point;
                for (k = 0; k < newest; ++k) {
                    state[k] = state[k + 1u];
                    sum += (uint32_t)(weight[k] * state[k]);
                }
                state[newest] = (int8_t)((int32_t)((uint32_t)(feature + 128) & 255u) - 128);
                sum += (uint32_t)(weight[newest] * state[newest]);
                state += layer->memory;
                weight += layer->memory;
            }
            *output++ = cai_svdf_output(layer, sum);
        }
        input += layer->inputs;
    }
}
