/*
 * Depthwise convolution, int8, one output at a time: plain C for any core and any values.
 *
 * Only the cells of the kernel that lie inside the image are visited.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_fixed_point.h"
#include "cai_kernels.h"
#include "cai_window.h"

void cai_depthwise_s8(const cai_depthwise_s8_layer *layer, const int8_t *input, int8_t *output)
{
    const uint32_t channels = layer->in_channels * layer->per_channel;
    const uint32_t pixel_step = layer->dilation_w * layer->in_channels;
    const uint32_t row_step = layer->in_w * layer->in_channels;
    const int32_t zero = layer->input_zero_point;
    uint32_t batch, row, column, channel, y, x;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (row = 0; row < layer->out_h; ++row) {
            const int32_t top = (int32_t)(row * layer->stride_h) - (int32_t)layer->pad_top;
            const cai_window down =
                cai_window_inside(top, layer->kernel_h, layer->dilation_h, layer->in_h);

            for (column = 0; column < layer->out_w; ++column) {
                const int32_t left = (int32_t)(column * layer->stride_w) - (int32_t)layer->pad_left;
                const cai_window across =
                    cai_window_inside(left, layer->kernel_w, layer->dilation_w, layer->in_w);
                /* The first cell inside; not used if there is none. */
                const uint32_t first_y = (uint32_t)(top + (int32_t)(down.first * layer->dilation_h));
                const uint32_t first_x = (uint32_t)(left + (int32_t)(across.first * layer->dilation_w));
                uint32_t place = first_y * row_step + first_x * layer->in_channels;
                uint32_t turn = layer->per_channel;

                for (channel = 0; channel < channels; ++channel) {
                    uint32_t sum = (uint32_t)layer->bias[channel]; /* wraps, as the model's does */
                    uint32_t line = place;
                    int32_t value;

                    for (y = down.first; y < down.end; ++y) {
                        const int8_t *weight =
                            layer->weights + (y * layer->kernel_w + across.first) * channels + channel;
                        uint32_t pixel = line;

                        for (x = across.first; x < across.end; ++x) {
                            sum += (uint32_t)((input[pixel] - zero) * *weight);
                            pixel += pixel_step;
                            weight += channels;
                        }
                        line += layer->dilation_h * row_step;
                    }
                    value = cai_requantize((int32_t)sum, layer->multiplier[channel],
                                           layer->shift[channel]);
                    value = cai_wrapping_add(value, layer->zero_point);
                    *output++ = (int8_t)cai_clamp(value, layer->clamp_low, layer->clamp_high);
                    if (--turn == 0u) {
                        turn = layer->per_channel;
                        ++place;
                    }
                }
            }
        }
        input += layer->in_h * row_step;
    }
}
