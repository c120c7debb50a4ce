/*
 * Four int8 values in a word, on cores with the DSP extension.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_WORDS_H
#define CAI_WORDS_H

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__) && defined(__OPTIMIZE__)
#define CAI_WORDS 1

static inline uint32_t cai_load_word(const int8_t *source)
{
    uint32_t word;
    __builtin_memcpy(&word, source, sizeof word);
    return word;
}

static inline void cai_store_word(int8_t *target, uint32_t word)
{
    __builtin_memcpy(target, &word, sizeof word);
}

/* The same value in all four bytes. */
static inline uint32_t cai_four_of(int32_t value)
{
    return (uint8_t)value * 0x01010101u;
}

/* The larger of each two bytes. */
static inline uint32_t cai_larger(uint32_t x, uint32_t y)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(result) : "r"(x), "r"(y));
    return result;
}

/* The smaller of each two bytes. */
static inline uint32_t cai_smaller(uint32_t x, uint32_t y)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(result) : "r"(x), "r"(y));
    return result;
}

/* Cuts off bytes at two limits; most layers have those of int8 and pass `words` values unseen. */
static inline void cai_limit_words(int8_t *values, uint32_t words, int32_t low, int32_t high)
{
    if (low > -128 || high < 127) {
        const uint32_t lows = cai_four_of(low), highs = cai_four_of(high);

        for (; words != 0u; --words) {
            cai_store_word(values, cai_smaller(cai_larger(cai_load_word(values), lows), highs));
            values += 4;
        }
    }
}

/* Puts the low byte of `value` in place of byte `index` of `word`. */
#define CAI_SET_BYTE(word, value, index) \
    __asm__("bfi %0, %1, #8 * " #index ", #8" : "+r"(word) : "r"(value))

#else
#define CAI_WORDS 0
#endif

/*
 * An operand that stands still within a row is read from here, four at a time: nothing moves on,
 * and every word is the same.
 */
typedef struct {
    const int8_t *at;
    uint32_t step; /* bytes from word to word */
    int8_t same[4];
} cai_operand;

static inline void cai_operand_start(cai_operand *operand, const int8_t *at, uint32_t step)
{
    operand->at = step != 0u ? at : operand->same;
    operand->step = 4u * step;
    operand->same[0] = operand->same[1] = operand->same[2] = operand->same[3] = *at;
}

#endif /* CAI_WORDS_H */
