/*
 * Functions of one int8 value, by table. Input and output may be the same buffer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"

void cai_lookup_s8(const cai_lookup_s8_layer *layer, const uint8_t *input, int8_t *output)
{
    const int8_t *table = layer->table;
    uint32_t turns = layer->count >> 3;
    uint32_t rest = layer->count & 7u;

    for (; turns != 0u; --turns) {
        output[0] = table[input[0]];
        output[1] = table[input[1]];
        output[2] = table[input[2]];
        output[3] = table[input[3]];
        output[4] = table[input[4]];
        output[5] = table[input[5]];
        output[6] = table[input[6]];
        output[7] = table[input[7]];
        input += 8;
        output += 8;
    }
    for (; rest != 0u; --rest) {
        *output++ = table[*input++];
    }
}
