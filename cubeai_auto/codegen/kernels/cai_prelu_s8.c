/*
 * Values below zero times a factor of their own, int8.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"
#include "cai_fixed_point.h"

void cai_prelu_s8(const cai_prelu_s8_layer *layer, const int8_t *a, const int8_t *b, int8_t *output)
{
    const cai_rows *rows = &layer->rows;
    const uint32_t a_step = rows->a_step, b_step = rows->b_step;
    const int32_t identity_multiplier = layer->identity_multiplier;
    const int32_t product_multiplier = layer->product_multiplier;
    const int identity_shift = layer->identity_shift, product_shift = layer->product_shift;
    const int32_t a_zero_point = layer->a_zero_point, b_zero_point = layer->b_zero_point;
    const int32_t zero_point = layer->zero_point;
    cai_row row = {0};

    do {
        const int8_t *x = a + row.a;
        const int8_t *y = b + row.b;
        uint32_t rest;

        for (rest = rows->count; rest != 0u; --rest) {
            int32_t value = *x - a_zero_point;
            if (value >= 0) {
                value = cai_requantize(value, identity_multiplier, identity_shift);
            } else {
                value *= *y - b_zero_point;
                value = cai_requantize(value, product_multiplier, product_shift);
            }
            *output++ = (int8_t)cai_clamp(cai_wrapping_add(value, zero_point), -128, 127);
            x += a_step;
            y += b_step;
        }
    } while (cai_next_row(rows, &row));
}
