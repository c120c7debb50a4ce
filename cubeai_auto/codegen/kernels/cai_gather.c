/*
 * Runs of neighboring bytes at regular distances.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_movement.h"

#include <string.h>

/* The fastest loop; the result is the end of the output. */
static uint8_t *gather_row(const cai_gather_layer *layer, const uint8_t *input, uint32_t at,
                           uint8_t *output)
{
    const uint32_t run = layer->run, step = (uint32_t)layer->steps[0];
    uint32_t rest = layer->counts[0];

    if (run == 1u) {
        for (; rest != 0u; --rest) {
            *output++ = input[at];
            at += step;
        }
    } else if (run == 4u) {
        for (; rest != 0u; --rest) {
            memcpy(output, input + at, 4);
            output += 4;
            at += step;
        }
    } else {
        for (; rest != 0u; --rest) {
            memcpy(output, input + at, run);
            output += run;
            at += step;
        }
    }
    return output;
}

void cai_gather(const cai_gather_layer *layer, const uint8_t *input, uint8_t *output)
{
    uint32_t index[CAI_LOOPS] = {0};
    uint32_t at = layer->start;
    uint32_t k;

    do {
        output = gather_row(layer, input, at, output);
        for (k = 1; k < CAI_LOOPS; ++k) {
            const uint32_t step = (uint32_t)layer->steps[k];

            at += step;
            if (++index[k] < layer->counts[k]) {
                break;
            }
            index[k] = 0;
            at -= step * layer->counts[k];
        }
    } while (k < CAI_LOOPS);
}
