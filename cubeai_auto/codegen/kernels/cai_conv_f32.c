/*
 * Convolution and depthwise convolution, float32: products are added one after the other, by row,
 * column and input channel of the kernel; the bias last. Cells outside the image add nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_float.h"
#include "cai_kernels.h"
#include "cai_window.h"

#include <stddef.h>

/* The part of a kernel that lies inside the image, and its first pixel there. */
typedef struct {
    cai_window down;
    cai_window across;
    const float *first;
} view;

static view view_of(const cai_conv_f32_layer *layer, const float *image, uint32_t row, uint32_t column)
{
    const int32_t top = (int32_t)(row * layer->stride_h) - (int32_t)layer->pad_top;
    const int32_t left = (int32_t)(column * layer->stride_w) - (int32_t)layer->pad_left;
    view found;

    found.down = cai_window_inside(top, layer->kernel_h, layer->dilation_h, layer->in_h);
    found.across = cai_window_inside(left, layer->kernel_w, layer->dilation_w, layer->in_w);
    found.first = image;
    if (found.down.first < found.down.end && found.across.first < found.across.end) {
        const uint32_t y = (uint32_t)(top + (int32_t)(found.down.first * layer->dilation_h));
        const uint32_t x = (uint32_t)(left + (int32_t)(found.across.first * layer->dilation_w));

        found.first += (y * layer->in_w + x) * layer->in_channels;
    }
    return found;
}

static float finish(const cai_conv_f32_layer *layer, uint32_t channel, float sum)
{
    if (layer->bias != NULL) {
        sum += layer->bias[channel];
    }
    if (sum < layer->clamp_low) {
        sum = layer->clamp_low;
    }
    if (sum > layer->clamp_high) {
        sum = layer->clamp_high;
    }
    return sum;
}

/*
 * One output: `depth` neighboring inputs of each pixel, `weight_step` weights from cell to cell.
 * `weights` are those of the kernel's first cell.
 */
static inline float sum_of(const cai_conv_f32_layer *layer, const view *part, const float *pixels,
                           const float *weights, uint32_t depth, uint32_t weight_step)
{
    const uint32_t row_step = layer->dilation_h * layer->in_w * layer->in_channels;
    const uint32_t step = layer->dilation_w * layer->in_channels;
    float sum = 0.0f;
    uint32_t y, x, k;

    for (y = part->down.first; y < part->down.end; ++y) {
        const float *weight = weights + (y * layer->kernel_w + part->across.first) * weight_step;
        const float *pixel = pixels;

        for (x = part->across.first; x < part->across.end; ++x) {
            for (k = 0; k < depth; ++k) {
                sum += pixel[k] * weight[k];
            }
            pixel += step;
            weight += weight_step;
        }
        pixels += row_step;
    }
    return sum;
}

void cai_conv_f32(const cai_conv_f32_layer *layer, const float *input, float *output)
{
    const uint32_t depth = layer->in_channels;
    const uint32_t cells = layer->kernel_h * layer->kernel_w;
    uint32_t batch, row, column, channel;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (row = 0; row < layer->out_h; ++row) {
            for (column = 0; column < layer->out_w; ++column) {
                const view part = view_of(layer, input, row, column);
                const float *weights = layer->weights;

                for (channel = 0; channel < layer->out_channels; ++channel) {
                    const float sum = sum_of(layer, &part, part.first, weights, depth, depth);

                    *output++ = finish(layer, channel, sum);
                    weights += cells * depth;
                }
            }
        }
        input += layer->in_h * layer->in_w * depth;
    }
}

void cai_depthwise_f32(const cai_conv_f32_layer *layer, const float *input, float *output)
{
    const uint32_t channels = layer->out_channels;
    const uint32_t per_channel = channels / layer->in_channels;
    uint32_t batch, row, column, channel;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (row = 0; row < layer->out_h; ++row) {
            for (column = 0; column < layer->out_w; ++column) {
                const view part = view_of(layer, input, row, column);

                for (channel = 0; channel < channels; ++channel) {
                    const float sum = sum_of(layer, &part, part.first + channel / per_channel,
                                             layer->weights + channel, 1u, channels);

                    *output++ = finish(layer, channel, sum);
                }
            }
        }
        input += layer->in_h * layer->in_w * layer->in_channels;
    }
}
