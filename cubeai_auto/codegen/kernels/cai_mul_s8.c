/*
 * Multiplication, int8.
 *
 * Products have 17 bits. A product times the multiplier, rounded to the high word, is one SMMULR;
 * the second rounding and the output zero point are an addition and a shift. Other shifts than
 * those of `narrow` are left to the general requantization.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"
#include "cai_fixed_point.h"
#include "cai_words.h"

#if CAI_WORDS

/* The product of two halves, rounded twice, as int8; x is twice the value. */
#define PRODUCT(result, HALVES, x, y)                                \
    __asm__("smul" HALVES " %0, %1, %2\n\t"                          \
            "smmulr %0, %0, %3\n\t"                                  \
            "add    %0, %0, %0, asr #31\n\t"                         \
            "add    %0, %0, %4\n\t"                                  \
            "asr    %0, %0, %5\n\t"                                  \
            "ssat   %0, #8, %0"                                      \
            : "=&r"(result)                                          \
            : "r"(x), "r"(y), "r"(multiplier), "r"(added), "r"(right))

/* Two values of a word less the zero point: bytes 0 and 2, or with ROTATED bytes 1 and 3. */
#define HALVES(result, ROTATED, word, zero_point)   \
    __asm__("sxtb16 %0, %1" ROTATED "\n\t"          \
            "ssub16 %0, %0, %2"                     \
            : "=&r"(result)                         \
            : "r"(word), "r"(zero_point))

/* `words` times four neighbors of both operands. */
static void multiply_words(const cai_mul_s8_layer *layer, const int8_t *a, const int8_t *b,
                           int8_t *output, uint32_t words)
{
    const uint32_t a_zero_points = (uint16_t)layer->a_zero_point * 0x00010001u;
    const uint32_t b_zero_points = (uint16_t)layer->b_zero_point * 0x00010001u;
    const int32_t multiplier = layer->multiplier;
    const int right = -layer->shift;
    /* the half that rounds, and the zero point: a multiple of what is shifted out */
    const int32_t added = (1 << (right - 1)) + layer->zero_point * (1 << right);
    cai_operand first, second;

    cai_operand_start(&first, a, layer->rows.a_step);
    cai_operand_start(&second, b, layer->rows.b_step);
    for (; words != 0u; --words) {
        const uint32_t x = cai_load_word(first.at), y = cai_load_word(second.at);
        uint32_t x_even, x_odd, y_even, y_odd, products, product;

        HALVES(x_even, "", x, a_zero_points);
        HALVES(x_odd, ", ror #8", x, a_zero_points);
        HALVES(y_even, "", y, b_zero_points);
        HALVES(y_odd, ", ror #8", y, b_zero_points);
        __asm__("sadd16 %0, %0, %0" : "+r"(x_even));
        __asm__("sadd16 %0, %0, %0" : "+r"(x_odd));
        PRODUCT(products, "bb", x_even, y_even);
        PRODUCT(product, "bb", x_odd, y_odd);
        CAI_SET_BYTE(products, product, 1);
        PRODUCT(product, "tt", x_even, y_even);
        CAI_SET_BYTE(products, product, 2);
        PRODUCT(product, "tt", x_odd, y_odd);
        CAI_SET_BYTE(products, product, 3);
        cai_store_word(output, products);
        first.at += first.step;
        second.at += second.step;
        output += 4;
    }
}

#endif

void cai_mul_s8(const cai_mul_s8_layer *layer, const int8_t *a, const int8_t *b, int8_t *output)
{
    const cai_rows *rows = &layer->rows;
    const uint32_t a_step = rows->a_step, b_step = rows->b_step;
    const int32_t a_zero_point = layer->a_zero_point, b_zero_point = layer->b_zero_point;
    const int32_t zero_point = layer->zero_point, multiplier = layer->multiplier;
    const int32_t low = layer->clamp_low, high = layer->clamp_high;
    const int shift = layer->shift;
    cai_row row = {0};

    do {
        const int8_t *x = a + row.a;
        const int8_t *y = b + row.b;
        uint32_t rest = rows->count;

#if CAI_WORDS
        if (layer->narrow) {
            multiply_words(layer, x, y, output, rest >> 2);
            cai_limit_words(output, rest >> 2, low, high);
            output += rest & ~3u;
            x += a_step * (rest & ~3u);
            y += b_step * (rest & ~3u);
            rest &= 3u;
        }
#endif
        for (; rest != 0u; --rest) {
            const int32_t product = (*x - a_zero_point) * (*y - b_zero_point);
            const int32_t value = cai_requantize(product, multiplier, shift);
            *output++ = (int8_t)cai_clamp(cai_wrapping_add(value, zero_point), low, high);
            x += a_step;
            y += b_step;
        }
    } while (cai_next_row(rows, &row));
}
