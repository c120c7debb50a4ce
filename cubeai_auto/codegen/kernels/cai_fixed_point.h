/*
 * Fixed-point arithmetic of quantized inference, as TensorFlow Lite Micro rounds it.
 *
 * A real factor r is held as multiplier * 2^(shift - 31) with 2^30 <= multiplier < 2^31.
 * Multiplying by it rounds twice ("double rounding"): once to the high word, once in the right
 * shift. With CAI_SINGLE_ROUNDING it rounds once, halves up, from the product of 64 bits. Right
 * shifts of negative numbers are arithmetic on every supported compiler.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_FIXED_POINT_H
#define CAI_FIXED_POINT_H

#include "cai_config.h"

#include <stdint.h>

typedef char cai_needs_arithmetic_right_shift[((-1) >> 1) == -1 ? 1 : -1];

/* High word of 2 * a * b, rounded. a and b are never both INT32_MIN in generated code. */
static inline int32_t cai_doubling_high_multiply(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* value / 2^exponent, rounded to nearest, halves away from zero; 0 <= exponent <= 31. */
static inline int32_t cai_rounding_shift_right(int32_t value, int exponent)
{
    const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1u);
    const int32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (value >> exponent) + ((value & mask) > threshold ? 1 : 0);
}

#if CAI_SINGLE_ROUNDING

/* value * multiplier * 2^(shift - 31); shifts end at 30, as those of the reference do. */
static inline int32_t cai_requantize(int32_t value, int32_t multiplier, int shift)
{
    const int64_t factor = shift > 30 ? INT32_MAX : multiplier;
    const int right = shift > 30 ? 1 : 31 - shift;
    return (int32_t)(((int64_t)value * factor + ((int64_t)1 << (right - 1))) >> right);
}

#else

/* value * multiplier * 2^(shift - 31). A left shift comes first and wraps at 32 bits. */
static inline int32_t cai_requantize(int32_t value, int32_t multiplier, int shift)
{
    const int left = shift > 0 ? shift : 0;
    const int right = shift > 0 ? 0 : -shift;
    const int32_t shifted = (int32_t)((uint32_t)value << left);
    return cai_rounding_shift_right(cai_doubling_high_multiply(shifted, multiplier), right);
}

#endif

/* Wraps at 32 bits, as the reference does on every machine it runs on. */
static inline int32_t cai_wrapping_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t cai_clamp(int32_t value, int32_t low, int32_t high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

#endif /* CAI_FIXED_POINT_H */
