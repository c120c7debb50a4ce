/*
 * Sum or mean over neighboring dimensions, int8: output = zero point + requantize(sum - count *
 * input zero point). The generator has put the count of a mean into multiplier and shift.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_fixed_point.h"
#include "cai_four_bytes.h"
#include "cai_kernels.h"

void cai_sum_s8(const cai_sum_s8_layer *layer, const int8_t *input, int8_t *output)
{
    cai_rectangle column;
    uint32_t outer, channel, k;

    column.first = input;
    column.rows = 1;
    column.columns = layer->count;
    column.row_step = 0;
    column.step = layer->inner;
    for (outer = 0; outer < layer->outer; ++outer) {
        for (channel = 0; channel < layer->inner;) {
            int32_t sums[4];
            const uint32_t channels = cai_sums(&column, channel, layer->inner, sums);

            for (k = 0; k < channels; ++k) {
                const int32_t value =
                    cai_requantize(sums[k] - layer->offset, layer->multiplier, layer->shift);

                *output++ = (int8_t)cai_clamp(cai_wrapping_add(value, layer->zero_point), -128, 127);
            }
            channel += channels;
        }
        column.first += layer->count * layer->inner;
    }
}
