/*
 * The input, run by run, with padding before, between and behind.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_movement.h"

#include <string.h>

/* Elements of four bytes lie whole in a gap; those of one byte are all alike. */
static uint8_t *fill(uint8_t *output, uint32_t value, uint32_t bytes)
{
    for (; bytes >= 4u; bytes -= 4u) {
        memcpy(output, &value, 4);
        output += 4;
    }
    for (; bytes != 0u; --bytes) {
        *output++ = (uint8_t)value;
    }
    return output;
}

void cai_pad(const cai_pad_layer *layer, const uint8_t *input, uint8_t *output)
{
    const uint32_t value = layer->value, run = layer->run;
    uint32_t index[CAI_LOOPS] = {0};
    uint32_t k = 0;

    output = fill(output, value, layer->lead);
    for (;;) {
        memcpy(output, input, run);
        output += run;
        input += run;
        for (k = 0; k < CAI_LOOPS && ++index[k] == layer->counts[k]; ++k) {
            index[k] = 0;
        }
        if (k == CAI_LOOPS) {
            break;
        }
        output = fill(output, value, layer->gaps[k]);
    }
    fill(output, value, layer->tail);
}
