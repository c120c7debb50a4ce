/*
 * Maximum and average of windows, int8. Only cells inside the image count; nothing is rescaled.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_fixed_point.h"
#include "cai_four_bytes.h"
#include "cai_kernels.h"

/* The part of a window that lies inside the image: its first cell, and how many. */
static uint32_t inside(int32_t *start, uint32_t cells, uint32_t size)
{
    int32_t end = *start + (int32_t)cells;

    if (*start < 0) {
        *start = 0;
    }
    if (end > (int32_t)size) {
        end = (int32_t)size;
    }
    return (uint32_t)(end - *start);
}

/* A pixel of the output. */
typedef void pool(const cai_pool_s8_layer *layer, const cai_rectangle *window, int8_t *output);

static void largest(const cai_pool_s8_layer *layer, const cai_rectangle *window, int8_t *output)
{
    uint32_t channel = 0;
    uint32_t row, column;

#if CAI_FOUR_BYTES
    const uint32_t low = (uint8_t)layer->clamp_low * 0x01010101u;
    const uint32_t high = (uint8_t)layer->clamp_high * 0x01010101u;

    for (; channel + 4u <= layer->channels; channel += 4u) {
        const uint32_t four = ~cai_larger_bytes(~cai_largest_of_four(window, channel, low), ~high);

        __builtin_memcpy(output + channel, &four, sizeof four);
    }
#endif
    for (; channel < layer->channels; ++channel) {
        const int8_t *line = window->first + channel;
        int32_t found = layer->clamp_low;

        for (row = 0; row < window->rows; ++row) {
            const int8_t *pixel = line;

            for (column = 0; column < window->columns; ++column) {
                found = *pixel > found ? *pixel : found;
                pixel += window->step;
            }
            line += window->row_step;
        }
        output[channel] = (int8_t)(found < layer->clamp_high ? found : layer->clamp_high);
    }
}

/* Halves away from zero. */
static void average(const cai_pool_s8_layer *layer, const cai_rectangle *window, int8_t *output)
{
    const int32_t count = (int32_t)(window->rows * window->columns);
    const int32_t half = count / 2;
    uint32_t channel, k;

    for (channel = 0; channel < layer->channels;) {
        int32_t sums[4];
        const uint32_t channels = cai_sums(window, channel, layer->channels, sums);

        for (k = 0; k < channels; ++k) {
            const int32_t value = (sums[k] > 0 ? sums[k] + half : sums[k] - half) / count;

            output[channel + k] = (int8_t)cai_clamp(value, layer->clamp_low, layer->clamp_high);
        }
        channel += channels;
    }
}

static void for_all(const cai_pool_s8_layer *layer, const int8_t *input, int8_t *output, pool *function)
{
    uint32_t batch, row, column;
    cai_rectangle window;

    window.step = layer->channels;
    window.row_step = layer->in_w * layer->channels;
    for (batch = 0; batch < layer->batches; ++batch) {
        for (row = 0; row < layer->out_h; ++row) {
            int32_t top = (int32_t)(row * layer->stride_h) - (int32_t)layer->pad_top;

            window.rows = inside(&top, layer->kernel_h, layer->in_h);
            for (column = 0; column < layer->out_w; ++column) {
                int32_t left = (int32_t)(column * layer->stride_w) - (int32_t)layer->pad_left;

                window.columns = inside(&left, layer->kernel_w, layer->in_w);
                window.first = input + (uint32_t)top * window.row_step + (uint32_t)left * window.step;
                function(layer, &window, output);
                output += layer->channels;
            }
        }
        input += layer->in_h * window.row_step;
    }
}

void cai_max_pool_s8(const cai_pool_s8_layer *layer, const int8_t *input, int8_t *output)
{
    for_all(layer, input, output, largest);
}

void cai_average_pool_s8(const cai_pool_s8_layer *layer, const int8_t *input, int8_t *output)
{
    for_all(layer, input, output, average);
}
