/*
 * Nearest neighbors: pixels repeated or left out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_movement.h"

#include <string.h>

static void resize_row(const cai_resize_nearest_layer *layer, const uint8_t *input, uint8_t *output)
{
    const int16_t *columns = layer->columns;
    const uint32_t pixel = layer->pixel;
    uint32_t rest;

    for (rest = layer->out_w; rest != 0u; --rest) {
        const uint8_t *from = input + (uint32_t)*columns++ * pixel;

        if (pixel == 1u) {
            *output = *from;
        } else {
            memcpy(output, from, pixel);
        }
        output += pixel;
    }
}

void cai_resize_nearest(const cai_resize_nearest_layer *layer, const uint8_t *input, uint8_t *output)
{
    const uint32_t row = layer->out_w * layer->pixel;
    uint32_t batch, y;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (y = 0; y < layer->out_h; ++y) {
            if (y > 0u && layer->rows[y] == layer->rows[y - 1u]) {
                memcpy(output, output - row, row);
            } else {
                resize_row(layer, input + (uint32_t)layer->rows[y] * layer->in_row, output);
            }
            output += row;
        }
        input += layer->in_batch;
    }
}
