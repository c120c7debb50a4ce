/*
 * Maximum, average and sum, float32. Only cells inside the image count; sums add row by row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_float.h"
#include "cai_kernels.h"
#include "cai_window.h"

static float clamp(const cai_pool_f32_layer *layer, float value)
{
    if (value < layer->clamp_low) {
        return layer->clamp_low;
    }
    return value > layer->clamp_high ? layer->clamp_high : value;
}

/* The largest, or the sum, of one channel of a window. */
static inline void for_all(const cai_pool_f32_layer *layer, const float *input, float *output, int largest)
{
    const uint32_t row_step = layer->in_w * layer->channels;
    uint32_t batch, row, column, channel, y, x;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (row = 0; row < layer->out_h; ++row) {
            const int32_t top = (int32_t)(row * layer->stride_h) - (int32_t)layer->pad_top;
            const cai_window down = cai_window_inside(top, layer->kernel_h, 1u, layer->in_h);

            for (column = 0; column < layer->out_w; ++column) {
                const int32_t left = (int32_t)(column * layer->stride_w) - (int32_t)layer->pad_left;
                const cai_window across = cai_window_inside(left, layer->kernel_w, 1u, layer->in_w);
                const float *first = input + (uint32_t)(top + (int32_t)down.first) * row_step +
                                     (uint32_t)(left + (int32_t)across.first) * layer->channels;
                const uint32_t count = (down.end - down.first) * (across.end - across.first);

                for (channel = 0; channel < layer->channels; ++channel) {
                    const float *line = first + channel;
                    float found = largest ? *line : 0.0f;

                    for (y = down.first; y < down.end; ++y) {
                        const float *pixel = line;

                        for (x = across.first; x < across.end; ++x) {
                            if (!largest) {
                                found += *pixel;
                            } else if (*pixel > found) {
                                found = *pixel;
                            }
                            pixel += layer->channels;
                        }
                        line += row_step;
                    }
                    *output++ = clamp(layer, largest ? found : found / (float)count);
                }
            }
        }
        input += layer->in_h * row_step;
    }
}

void cai_max_pool_f32(const cai_pool_f32_layer *layer, const float *input, float *output)
{
    for_all(layer, input, output, 1);
}

void cai_average_pool_f32(const cai_pool_f32_layer *layer, const float *input, float *output)
{
    for_all(layer, input, output, 0);
}

void cai_sum_f32(const cai_sum_f32_layer *layer, const float *input, float *output)
{
    uint32_t outer, inner, k;

    for (outer = 0; outer < layer->outer; ++outer) {
        for (inner = 0; inner < layer->inner; ++inner) {
            const float *value = input + inner;
            float sum = 0.0f;

            for (k = 0; k < layer->count; ++k) {
                sum += *value;
                value += layer->inner;
            }
            *output++ = sum / layer->divisor;
        }
        input += layer->count * layer->inner;
    }
}
