/*
 * Sums of products of int8 values, which wrap at 32 bits as the model's do.
 *
 * With the DSP extension, SXTB16 widens two of four bytes and SMLAD adds two products; the sums are
 * the same in every bit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_DOT_H
#define CAI_DOT_H

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)

static inline uint32_t cai_dot_word(const int8_t *source)
{
    uint32_t word;
    __builtin_memcpy(&word, source, sizeof word);
    return word;
}

static inline uint32_t cai_dot_even(uint32_t word)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
    return pair;
}

static inline uint32_t cai_dot_odd(uint32_t word)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
}

/* sum + the products of two pairs. */
static inline uint32_t cai_dot_add(uint32_t sum, uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

/* Adds the products of as many whole words as there are; the result is how many bytes that were. */
static inline uint32_t cai_dot_words(uint32_t *sum, const int8_t *a, const int8_t *b, uint32_t count)
{
    const int8_t *const end = b + (count & ~3u);
    uint32_t total = *sum;

    for (; b != end; a += 4, b += 4) {
        const uint32_t x = cai_dot_word(a), y = cai_dot_word(b);

        total = cai_dot_add(total, cai_dot_even(x), cai_dot_even(y));
        total = cai_dot_add(total, cai_dot_odd(x), cai_dot_odd(y));
    }
    *sum = total;
    return count & ~3u;
}

/* The same for four rows at once, `step` bytes apart. */
static inline uint32_t cai_dot_words_of_four(uint32_t sums[4], const int8_t *rows, uint32_t step,
                                             const int8_t *values, uint32_t count)
{
    const int8_t *const end = values + (count & ~3u);
    const int8_t *a = rows, *b = a + step, *c = b + step, *d = c + step;
    uint32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];

    for (; values != end; values += 4, a += 4, b += 4, c += 4, d += 4) {
        const uint32_t word = cai_dot_word(values);
        const uint32_t even = cai_dot_even(word), odd = cai_dot_odd(word);
        uint32_t row;

        row = cai_dot_word(a);
        s0 = cai_dot_add(cai_dot_add(s0, cai_dot_even(row), even), cai_dot_odd(row), odd);
        row = cai_dot_word(b);
        s1 = cai_dot_add(cai_dot_add(s1, cai_dot_even(row), even), cai_dot_odd(row), odd);
        row = cai_dot_word(c);
        s2 = cai_dot_add(cai_dot_add(s2, cai_dot_even(row), even), cai_dot_odd(row), odd);
        row = cai_dot_word(d);
        s3 = cai_dot_add(cai_dot_add(s3, cai_dot_even(row), even), cai_dot_odd(row), odd);
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
    return count & ~3u;
}

#else

static inline uint32_t cai_dot_words(uint32_t *sum, const int8_t *a, const int8_t *b, uint32_t count)
{
    (void)sum, (void)a, (void)b, (void)count;
    return 0;
}

static inline uint32_t cai_dot_words_of_four(uint32_t sums[4], const int8_t *rows, uint32_t step,
                                             const int8_t *values, uint32_t count)
{
    (void)sums, (void)rows, (void)step, (void)values, (void)count;
    return 0;
}

#endif

/* start + sum of a[k] * b[k]. */
static inline uint32_t cai_dot(uint32_t start, const int8_t *a, const int8_t *b, uint32_t count)
{
    uint32_t k = cai_dot_words(&start, a, b, count);

    for (; k < count; ++k) {
        start += (uint32_t)(a[k] * b[k]);
    }
    return start;
}

/* The same for four rows that begin `step` bytes apart. */
static inline void cai_four_dots(uint32_t sums[4], const int8_t *rows, uint32_t step,
                                 const int8_t *values, uint32_t count)
{
    const uint32_t done = cai_dot_words_of_four(sums, rows, step, values, count);
    uint32_t row;

    for (row = 0; row < 4u; ++row) {
        uint32_t k;

        for (k = done; k < count; ++k) {
            sums[row] += (uint32_t)(rows[k] * values[k]);
        }
        rows += step;
    }
}

#endif /* CAI_DOT_H */
