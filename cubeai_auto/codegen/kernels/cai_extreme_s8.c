/*
 * The larger or the smaller of two stored values, int8.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"
#include "cai_words.h"

static void larger_or_smaller(const cai_rows *rows, int smaller, const int8_t *a, const int8_t *b,
                              int8_t *output)
{
    const uint32_t a_step = rows->a_step, b_step = rows->b_step;
    cai_row row = {0};

    do {
        const int8_t *x = a + row.a;
        const int8_t *y = b + row.b;
        uint32_t rest = rows->count;

#if CAI_WORDS
        cai_operand first, second;

        cai_operand_start(&first, x, a_step);
        cai_operand_start(&second, y, b_step);
        for (; rest > 3u; rest -= 4u) {
            const uint32_t one = cai_load_word(first.at), other = cai_load_word(second.at);

            cai_store_word(output, smaller ? cai_smaller(one, other) : cai_larger(one, other));
            first.at += first.step;
            second.at += second.step;
            output += 4;
        }
        x += a_step * (rows->count & ~3u);
        y += b_step * (rows->count & ~3u);
#endif
        for (; rest != 0u; --rest) {
            *output++ = (*x < *y) == smaller ? *x : *y;
            x += a_step;
            y += b_step;
        }
    } while (cai_next_row(rows, &row));
}

void cai_maximum_s8(const cai_extreme_layer *layer, const int8_t *a, const int8_t *b, int8_t *output)
{
    larger_or_smaller(&layer->rows, 0, a, b, output);
}

void cai_minimum_s8(const cai_extreme_layer *layer, const int8_t *a, const int8_t *b, int8_t *output)
{
    larger_or_smaller(&layer->rows, 1, a, b, output);
}
