/*
 * Convolution, int8, weights row by row: plain C for any core.
 *
 * The window of a pixel is gathered into `scratch`, cells outside the image as zero points; the
 * input zero point is part of the stored bias.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_fixed_point.h"
#include "cai_kernels.h"

static void gather(const cai_conv_s8_layer *layer, const int8_t *input, int32_t top, int32_t left,
                   int8_t *window)
{
    uint32_t row, column, k;

    for (row = 0; row < layer->kernel_h; ++row) {
        const int32_t y = top + (int32_t)(row * layer->dilation_h);

        for (column = 0; column < layer->kernel_w; ++column) {
            const int32_t x = left + (int32_t)(column * layer->dilation_w);
            const int inside = y >= 0 && y < (int32_t)layer->in_h && x >= 0 && x < (int32_t)layer->in_w;
            const uint32_t cell = inside ? (uint32_t)y * layer->in_w + (uint32_t)x : 0u;
            const int8_t *source = input + cell * layer->in_channels;

            for (k = 0; k < layer->in_channels; ++k) {
                *window++ = inside ? source[k] : layer->input_zero_point;
            }
        }
    }
}

static int8_t finish(const cai_conv_s8_layer *layer, uint32_t channel, uint32_t sum)
{
    int32_t value = cai_requantize((int32_t)sum, layer->multiplier[channel], layer->shift[channel]);
    value = cai_wrapping_add(value, layer->zero_point);
    return (int8_t)cai_clamp(value, layer->clamp_low, layer->clamp_high);
}

void cai_conv_s8(const cai_conv_s8_layer *layer, const int8_t *input, int8_t *output, void *scratch)
{
    const uint32_t depth = layer->kernel_h * layer->kernel_w * layer->in_channels;
    const uint32_t channels = layer->out_channels;
    int8_t *window = (int8_t *)scratch;
    uint32_t batch, row, column;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (row = 0; row < layer->out_h; ++row) {
            for (column = 0; column < layer->out_w; ++column) {
                const int8_t *weight = layer->weights;
                uint32_t channel, k;

                gather(layer, input, (int32_t)(row * layer->stride_h) - (int32_t)layer->pad_top,
                       (int32_t)(column * layer->stride_w) - (int32_t)layer->pad_left, window);
                for (channel = 0; channel < channels; channel += 2u) {
                    /* Two channels at a time; an odd last one meets itself. */
                    const uint32_t next = channel + 1u < channels ? channel + 1u : channel;
                    const int8_t *other = weight + (next - channel) * depth;
                    uint32_t a = (uint32_t)layer->bias[channel]; /* sums wrap, as the model's do */
                    uint32_t b = (uint32_t)layer->bias[next];

                    for (k = 0; k < depth; ++k) {
                        a += (uint32_t)(weight[k] * window[k]);
                        b += (uint32_t)(other[k] * window[k]);
                    }
                    output[next] = finish(layer, next, b);
                    output[channel] = finish(layer, channel, a);
                    weight = other + depth;
                }
                output += channels;
            }
        }
        input += layer->in_h * layer->in_w * layer->in_channels;
    }
}
