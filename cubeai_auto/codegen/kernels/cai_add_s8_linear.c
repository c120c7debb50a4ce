/*
 * Addition and subtraction, int8, in one multiplication an operand.
 *
 * The generator has compared this formula with all roundings of the reference, for every pair of
 * inputs, and uses it only where every output is equal.
 *
 * With the DSP extension a word holds four values. Its bytes 1 and 3 are, in place, the halves
 * 256 * value of a word with the other bytes cleared; shifted to the left by a byte, so are bytes 0
 * and 2. SMLAWB and SMLAWT multiply a factor by such a half, drop 16 bits and add.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"
#include "cai_fixed_point.h"
#include "cai_words.h"

#define FRACTION 20

#if CAI_WORDS

/* (bias + a_factor * (half of x) / 2^16 + b_factor * (half of y) / 2^16) / 2^20, as int8. */
#define SUM(result, HALF, x, y)                                      \
    __asm__("smlaw" HALF " %0, %1, %3, %5\n\t"                       \
            "smlaw" HALF " %0, %2, %4, %0\n\t"                       \
            "ssat %0, #8, %0, asr #20"                               \
            : "=&r"(result)                                          \
            : "r"(a_factor), "r"(b_factor), "r"(x), "r"(y), "r"(bias))

/* `words` times four neighbors of both operands. */
static void add_words(const cai_add_s8_linear_layer *layer, const int8_t *a, const int8_t *b,
                      int8_t *output, uint32_t words)
{
    const int32_t a_factor = layer->a_factor, b_factor = layer->b_factor, bias = layer->bias;
    const uint32_t odd = 0xFF00FF00u;
    cai_operand first, second;

    cai_operand_start(&first, a, layer->rows.a_step);
    cai_operand_start(&second, b, layer->rows.b_step);
    for (; words != 0u; --words) {
        const uint32_t x = cai_load_word(first.at), y = cai_load_word(second.at);
        const uint32_t x_odd = x & odd, x_even = (x << 8) & odd;
        const uint32_t y_odd = y & odd, y_even = (y << 8) & odd;
        uint32_t sums, sum;

        SUM(sums, "b", x_even, y_even);
        SUM(sum, "b", x_odd, y_odd);
        CAI_SET_BYTE(sums, sum, 1);
        SUM(sum, "t", x_even, y_even);
        CAI_SET_BYTE(sums, sum, 2);
        SUM(sum, "t", x_odd, y_odd);
        CAI_SET_BYTE(sums, sum, 3);
        cai_store_word(output, sums);
        first.at += first.step;
        second.at += second.step;
        output += 4;
    }
}

#endif

/* factor * value / 2^8, rounded down; so does an arithmetic shift of negative numbers. */
static inline int32_t scaled(int32_t factor, int8_t value)
{
    return (int32_t)(((int64_t)factor * value) >> 8);
}

void cai_add_s8_linear(const cai_add_s8_linear_layer *layer, const int8_t *a, const int8_t *b,
                       int8_t *output)
{
    const cai_rows *rows = &layer->rows;
    const uint32_t a_step = rows->a_step, b_step = rows->b_step;
    const int32_t a_factor = layer->a_factor, b_factor = layer->b_factor, bias = layer->bias;
    const int32_t low = layer->clamp_low, high = layer->clamp_high;
    cai_row row = {0};

    do {
        const int8_t *x = a + row.a;
        const int8_t *y = b + row.b;
        uint32_t rest = rows->count;

#if CAI_WORDS
        add_words(layer, x, y, output, rest >> 2);
        cai_limit_words(output, rest >> 2, low, high);
        output += rest & ~3u;
        x += a_step * (rest & ~3u);
        y += b_step * (rest & ~3u);
        rest &= 3u;
#endif
        for (; rest != 0u; --rest) {
            const int32_t sum = bias + scaled(a_factor, *x) + scaled(b_factor, *y);
            *output++ = (int8_t)cai_clamp(sum >> FRACTION, low, high);
            x += a_step;
            y += b_step;
        }
    } while (cai_next_row(rows, &row));
}
