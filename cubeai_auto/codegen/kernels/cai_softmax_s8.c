/*
 * Softmax, int8, integer arithmetic only: exponentials in Q0.31, their sum in Q12.19.
 *
 * The polynomial, the constants and every rounding follow the reference that TensorFlow Lite
 * Micro uses, so that outputs are equal bit by bit. Input and output may be the same buffer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_fixed_point.h"
#include "cai_kernels.h"

#define INTEGER_BITS 5                   /* differences are Q5.26 */
#define FRACTION_BITS (31 - INTEGER_BITS)

/* exp(value) as Q0.31 for a Q5.26 value <= 0. */
static int32_t exp_negative(int32_t value)
{
    /* exp(-2^k) for k = -2 .. 4, Q0.31 */
    static const int32_t factor[7] = {1672461947, 1302514674, 790015084, 290630308,
                                      39332535,   720401,     242};
    const int32_t quarter = (int32_t)1 << (FRACTION_BITS - 2);
    const int32_t in_quarter = (value & (quarter - 1)) - quarter; /* -1/4 <= . < 0 */
    const int32_t rest = in_quarter - value;
    const int32_t x = in_quarter * (1 << INTEGER_BITS) + ((int32_t)1 << 28); /* around -1/8 */
    const int32_t x2 = cai_doubling_high_multiply(x, x);
    const int32_t x3 = cai_doubling_high_multiply(x2, x);
    const int32_t x4 = cai_doubling_high_multiply(x2, x2);
    const int32_t high_terms = cai_rounding_shift_right(
        cai_doubling_high_multiply(cai_rounding_shift_right(x4, 2) + x3, 715827883) + x2, 1);
    int32_t result = 1895147668 + cai_doubling_high_multiply(1895147668, x + high_terms);
    int k;

    if (value == 0) {
        return INT32_MAX;
    }
    for (k = 0; k < 7; ++k) {
        if ((rest & (quarter << k)) != 0) {
            result = cai_doubling_high_multiply(result, factor[k]);
        }
    }
    return result;
}

/*
 * 1 / (1 + value) for a Q0.31 value >= 0: three Newton-Raphson steps in Q2.29. The first guess is
 * within 1/17 of the result, so no step can overflow; only 1 / (1 + 0) = 1 does not fit Q0.31.
 */
static int32_t one_over_one_plus(int32_t value)
{
    const int32_t half = (int32_t)(((uint32_t)value + 0x80000000u) >> 1);
    int32_t x = 1515870810 + cai_doubling_high_multiply(half, -1010580540);
    int step;

    for (step = 0; step < 3; ++step) {
        const int32_t error = ((int32_t)1 << 29) - cai_doubling_high_multiply(half, x);
        x += cai_doubling_high_multiply(x, error) * 4;
    }
    return x > INT32_MAX / 2 ? INT32_MAX : x * 2;
}

static int32_t weight_of(const cai_softmax_s8_layer *layer, int32_t difference)
{
    const int32_t scaled = difference * (int32_t)((uint32_t)1 << layer->shift);
    return exp_negative(cai_doubling_high_multiply(scaled, layer->multiplier));
}

void cai_softmax_s8(const cai_softmax_s8_layer *layer, const int8_t *input, int8_t *output)
{
    const uint32_t depth = layer->depth;
    uint32_t row;

    for (row = 0; row < layer->rows; ++row) {
        int32_t largest = INT8_MIN;
        uint32_t sum = 0; /* at most 4096 times 1: 2^31 */
        int32_t scale;
        int headroom = 0;
        uint32_t k;

        for (k = 0; k < depth; ++k) {
            if (input[k] > largest) {
                largest = input[k];
            }
        }
        for (k = 0; k < depth; ++k) {
            const int32_t difference = input[k] - largest;
            if (difference >= layer->diff_min) {
                sum += (uint32_t)cai_rounding_shift_right(weight_of(layer, difference), 12);
            }
        }
        while ((sum << headroom) < 0x80000000u) {
            ++headroom;
        }
        scale = one_over_one_plus((int32_t)((sum << headroom) - 0x80000000u));
        if (headroom < 4) {
            /* A sum of 512 and more: no share reaches 1/512. The reference aborts here. */
            headroom = 4;
            scale = 0;
        }
        for (k = 0; k < depth; ++k) {
            const int32_t difference = input[k] - largest;
            int32_t value = -128;
            if (difference >= layer->diff_min) {
                value = cai_rounding_shift_right(
                    cai_doubling_high_multiply(scale, weight_of(layer, difference)), 35 - headroom);
                value = cai_clamp(value - 128, -128, 127);
            }
            output[k] = (int8_t)value;
        }
        input += depth;
        output += depth;
    }
}
