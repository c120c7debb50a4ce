/*
 * SVDF, int8, with a state of int16.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_svdf.h"

void cai_svdf_s8_state16(const cai_svdf_s8_layer *layer, const int8_t *input, int8_t *output,
                         int16_t *state)
{
    const uint32_t newest = layer->memory - 1u;
    uint32_t batch;

    for (batch = 0; batch < layer->batches; ++batch) {
        const int16_t *weight = (const int16_t *)layer->time_weights;
        uint32_t filter = 0;
        uint32_t unit;

        for (unit = 0; unit < layer->units; ++unit) {
            uint32_t sum = (uint32_t)layer->bias[unit];
            const uint32_t end = filter + layer->rank;

            for (; filter < end; ++filter) {
                const int32_t feature = cai_svdf_feature(layer, input, filter);
                uint32_t k;

                for (k = 0; k < newest; ++k) {
                    state[k] = state[k + 1u];
                    sum += (uint32_t)(weight[k] * state[k]);
                }
                state[newest] = (int16_t)cai_clamp(feature, INT16_MIN, INT16_MAX);
                sum += (uint32_t)(weight[newest] * state[newest]);
                state += layer->memory;
                weight += layer->memory;
            }
            *output++ = cai_svdf_output(layer, sum);
        }
        input += layer->inputs;
    }
}
