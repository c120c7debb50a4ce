/*
 * Addition and subtraction, int8, with every rounding of the reference.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"
#include "cai_fixed_point.h"

/* 2^20 times the distance from the zero point, on the operands' common scale. */
static inline int32_t on_common_scale(int32_t distance, int32_t multiplier, int shift)
{
    return cai_requantize(distance * (1 << 20), multiplier, shift);
}

void cai_add_s8(const cai_add_s8_layer *layer, const int8_t *a, const int8_t *b, int8_t *output)
{
    const cai_rows *rows = &layer->rows;
    const uint32_t a_step = rows->a_step, b_step = rows->b_step;
    cai_row row = {0};

    do {
        const int8_t *x = a + row.a;
        const int8_t *y = b + row.b;
        uint32_t k;

        for (k = 0; k < rows->count; ++k) {
            const int32_t first =
                on_common_scale(*x - layer->a_zero_point, layer->a_multiplier, layer->a_shift);
            const int32_t second =
                on_common_scale(*y - layer->b_zero_point, layer->b_multiplier, layer->b_shift);
            int32_t value =
                cai_requantize(first + layer->b_sign * second, layer->multiplier, layer->shift);
            value = cai_clamp(value + layer->zero_point, layer->clamp_low, layer->clamp_high);
            *output++ = (int8_t)value;
            x += a_step;
            y += b_step;
        }
    } while (cai_next_row(rows, &row));
}
