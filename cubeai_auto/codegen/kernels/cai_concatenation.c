/*
 * A run of each input in turn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_movement.h"

#include <string.h>

void cai_concatenation(const cai_concatenation_layer *layer, const void *const *inputs, uint8_t *output)
{
    uint32_t repeat, k;

    for (repeat = 0; repeat < layer->repeats; ++repeat) {
        for (k = 0; k < layer->inputs; ++k) {
            const uint32_t run = (uint32_t)layer->runs[k];

            memcpy(output, (const uint8_t *)inputs[k] + repeat * run, run);
            output += run;
        }
    }
}
