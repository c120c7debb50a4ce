/*
 * What the kernels of depthwise convolutions for the DSP extension share.
 *
 * Requantization. With the accumulator `sum`, the multiplier m and a right shift of n, the rule
 * for an output that is not cut off below the zero point z is
 *
 *     high = floor((sum * m + 2^30) / 2^31)
 *     output = z + (high + (high < 0 ? -1 : 0) + 2^(n - 1)) / 2^n, rounded down; z + high if n = 0
 *
 * Rectified: outputs are cut off at z or above, and int8 is the only other limit. Then the case
 * high < 0 need not be told apart, both roundings are divisions rounded down, and they are one:
 * with sums stored times 4,
 *
 *     output = ((2^n | 1) + z * 2^(n + 1) + high word of (4 * sum * m)) / 2^(n + 1)
 *
 * which is SMMLA, a shift and SSAT.
 *
 * Signed: sums are stored times 2, so that SMMULR gives `high`. Then the rule as it is, for n >= 1,
 * and any limits low <= high_limit: the zero point is raised by 127 - high_limit, so that SSAT cuts
 * off above, and USAT cuts off below after 127 - high_limit + low is taken away.
 *
 * The generator has proven that nothing here leaves 32 bits, and that n is at most 20.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_DEPTHWISE_H
#define CAI_DEPTHWISE_H

#include <stdint.h>

#include "cai_fixed_point.h"

/* The order is that of the assembly. */
typedef struct {
    int32_t multiplier;
    int32_t addend;
    int32_t shift; /* to the right */
} cai_depthwise_finish;

/* From a shift to the left, and how often sums are doubled: 2 rectified, 1 signed. */
static inline cai_depthwise_finish cai_depthwise_finish_of(int32_t multiplier, int32_t left,
                                                           int32_t zero_point, uint32_t doublings)
{
    const int32_t extra = (int32_t)doublings - 1;
    cai_depthwise_finish made;

    made.multiplier = multiplier;
    made.shift = extra - left;
    made.addend = (((1 << made.shift) >> 1) | extra) + zero_point * (1 << made.shift);
    return made;
}

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)

#define CAI_DSP 1

static inline uint32_t cai_load_word(const void *source)
{
    uint32_t word;
    __builtin_memcpy(&word, source, sizeof word);
    return word;
}

/* Bytes 0 and 2, and bytes 1 and 3, widened. */
static inline uint32_t cai_even_bytes(uint32_t word)
{
    uint32_t halves;
    __asm__("sxtb16 %0, %1" : "=r"(halves) : "r"(word));
    return halves;
}

static inline uint32_t cai_odd_bytes(uint32_t word)
{
    uint32_t halves;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(halves) : "r"(word));
    return halves;
}

/* The low halves of two words, and their high halves, side by side. */
static inline uint32_t cai_low_halves(uint32_t first, uint32_t second)
{
    uint32_t halves;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(halves) : "r"(first), "r"(second));
    return halves;
}

static inline uint32_t cai_high_halves(uint32_t first, uint32_t second)
{
    uint32_t halves;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(halves) : "r"(second), "r"(first));
    return halves;
}

#else /* the same in portable C */

#define CAI_DSP 0

static inline uint32_t cai_load_word(const void *source)
{
    const uint8_t *byte = (const uint8_t *)source;
    return byte[0] | ((uint32_t)byte[1] << 8) | ((uint32_t)byte[2] << 16) | ((uint32_t)byte[3] << 24);
}

static inline uint32_t cai_low_halves(uint32_t first, uint32_t second)
{
    return (first & 0xFFFFu) | (second << 16);
}

static inline uint32_t cai_high_halves(uint32_t first, uint32_t second)
{
    return (first >> 16) | (second & 0xFFFF0000u);
}

static inline uint32_t cai_even_bytes(uint32_t word)
{
    return cai_low_halves((uint32_t)(int32_t)(int8_t)word, (uint32_t)(int32_t)(int8_t)(word >> 16));
}

static inline uint32_t cai_odd_bytes(uint32_t word)
{
    return cai_even_bytes(word >> 8);
}

static inline int8_t cai_depthwise_rectified(int32_t sum, const cai_depthwise_finish *finish)
{
    const int32_t high = (int32_t)(((int64_t)sum * finish->multiplier) >> 32) + finish->addend;

    return (int8_t)cai_clamp(high >> finish->shift, -128, 127);
}

static inline int8_t cai_depthwise_signed(int32_t sum, const cai_depthwise_finish *finish,
                                          int32_t high_to_low, int32_t low)
{
    const int32_t high = (int32_t)(((int64_t)sum * finish->multiplier + ((int64_t)1 << 31)) >> 32);
    const int32_t value = (high + (high >> 31) + finish->addend) >> finish->shift;

    return (int8_t)(cai_clamp(cai_clamp(value, -128, 127) - high_to_low, 0, 255) + low);
}

#endif

/* Both halves times 2^doublings, which fit. */
static inline uint32_t cai_double_halves(uint32_t halves, uint32_t doublings)
{
    return (halves << doublings) & ~(((1u << doublings) - 1u) << 16);
}

#endif /* CAI_DEPTHWISE_H */
