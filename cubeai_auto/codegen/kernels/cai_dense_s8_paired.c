/*
 * Dense layer, int8, weights in pairs: one SMLAD less to unpack for every two multiplications.
 *
 * Two neighboring weights a (for input x) and b (for input y) are stored as the int16 number
 * v = 256 * a + b. With bytes widened in pairs by SXTB16, and per 16-bit lane,
 *
 *     v * x  +  b * (256 * y + 127 - x)   =   256 * (a * x + b * y)  +  127 * b
 *
 * where 256 * y + (127 - x) is simply the input halfword with its low byte XOR 0x7F: its bytes
 * are y and 127 - x. So four products cost one SXTB16 and two SMLAD on the weight side, instead
 * of two SXTB16 and two SMLAD. Sums are 256 times the accumulator; the constant 127 * b and the
 * input zero point are part of the stored bias. The generator uses this kernel only where it has
 * proven, for every possible input, that 256 times the accumulator fits 32 bits, that every v
 * fits 16 bits, and that every shift is to the right (-31 <= shift <= -1): the requantization
 * then needs no 64-bit product.
 *
 * Layout: rows in blocks of four; a block holds, for each four inputs, the words of its four
 * rows side by side. Rows left over follow one by one. A word is two int16, low one first, for
 * inputs (0, 1) and (2, 3) of the four; missing inputs have weight 0.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_config.h"
#include "cai_fixed_point.h"
#include "cai_kernels.h"

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__) && defined(__OPTIMIZE__)

static inline uint32_t load_word(const void *source)
{
    uint32_t word;
    __builtin_memcpy(&word, source, sizeof word);
    return word;
}

/* The high word of 2 * accumulator * multiplier, rounded, from 256 times the accumulator. */
static inline int32_t high_word(uint32_t sum, int32_t multiplier)
{
    int32_t high;
    __asm__("smmulr %0, %1, %2" : "=r"(high) : "r"((int32_t)sum >> 7), "r"(multiplier));
    return high;
}

/* One word of one row. */
static inline uint32_t step1(uint32_t sum, const int8_t *weights, uint32_t x)
{
    uint32_t w = load_word(weights);
    uint32_t even;
    __asm__("sxtb16 %[even], %[x]\n\t"
            "smlad  %[sum], %[w], %[even], %[sum]\n\t"
            "sxtb16 %[w], %[w]\n\t"
            "smlad  %[sum], %[w], %[mixed], %[sum]"
            : [sum] "+r"(sum), [w] "+r"(w), [even] "=&r"(even)
            : [x] "r"(x), [mixed] "r"(x ^ 0x007F007Fu));
    return sum;
}

/* Four inputs times four rows in 16 instructions; registers as named in step4(). */
#define FOUR_BY_FOUR                              \
    "ldr    %[x], [%[in]], #4\n\t"                \
    "ldmia  %[w]!, {r3, r4, r5, r6}\n\t"          \
    "sxtb16 %[even], %[x]\n\t"                    \
    "eor    %[x], %[x], #0x007F007F\n\t"          \
    "smlad  %[s0], r3, %[even], %[s0]\n\t"        \
    "sxtb16 r3, r3\n\t"                           \
    "smlad  %[s1], r4, %[even], %[s1]\n\t"        \
    "sxtb16 r4, r4\n\t"                           \
    "smlad  %[s2], r5, %[even], %[s2]\n\t"        \
    "sxtb16 r5, r5\n\t"                           \
    "smlad  %[s3], r6, %[even], %[s3]\n\t"        \
    "sxtb16 r6, r6\n\t"                           \
    "smlad  %[s0], r3, %[x], %[s0]\n\t"           \
    "smlad  %[s1], r4, %[x], %[s1]\n\t"           \
    "smlad  %[s2], r5, %[x], %[s2]\n\t"           \
    "smlad  %[s3], r6, %[x], %[s3]\n\t"

#if CAI_UNROLL == 4
#define REPEATED FOUR_BY_FOUR FOUR_BY_FOUR FOUR_BY_FOUR FOUR_BY_FOUR
#elif CAI_UNROLL == 2
#define REPEATED FOUR_BY_FOUR FOUR_BY_FOUR
#elif CAI_UNROLL == 1
#define REPEATED FOUR_BY_FOUR
#else
#error "CAI_UNROLL must be 1, 2 or 4"
#endif

/* `words` words of four rows; returns the weights behind them. */
static const int8_t *step4(uint32_t sums[4], const int8_t *weights, const int8_t *input, uint32_t words)
{
    uint32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    uint32_t x, even;

#if CAI_UNROLL > 1
    uint32_t single = words % CAI_UNROLL;
    words /= CAI_UNROLL;
    while (single != 0u) {
        __asm__ volatile(FOUR_BY_FOUR
                         : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3),
                           [w] "+r"(weights), [in] "+r"(input), [x] "=&r"(x), [even] "=&r"(even)
                         :
                         : "r3", "r4", "r5", "r6", "memory");
        --single;
    }
#endif
    while (words != 0u) {
        __asm__ volatile(REPEATED
                         : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3),
                           [w] "+r"(weights), [in] "+r"(input), [x] "=&r"(x), [even] "=&r"(even)
                         :
                         : "r3", "r4", "r5", "r6", "memory");
        --words;
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    return weights;
}

#else /* the same arithmetic in portable C */

static inline uint32_t load_word(const void *source)
{
    const uint8_t *byte = (const uint8_t *)source;
    return byte[0] | ((uint32_t)byte[1] << 8) | ((uint32_t)byte[2] << 16) | ((uint32_t)byte[3] << 24);
}

static inline int32_t high_word(uint32_t sum, int32_t multiplier)
{
    return cai_doubling_high_multiply((int32_t)sum >> 8, multiplier);
}

static inline uint32_t step1(uint32_t sum, const int8_t *weights, uint32_t x)
{
    const uint32_t w = load_word(weights);
    int lane;

    for (lane = 0; lane < 32; lane += 16) {
        const int32_t v = (int16_t)(w >> lane);
        const int32_t b = (int8_t)(w >> lane);
        const int32_t even = (int8_t)(x >> lane);
        const int32_t odd = (int8_t)(x >> (lane + 8));
        sum += (uint32_t)(v * even + b * (256 * odd + 127 - even));
    }
    return sum;
}

static const int8_t *step4(uint32_t sums[4], const int8_t *weights, const int8_t *input, uint32_t words)
{
    for (; words != 0u; --words) {
        const uint32_t x = load_word(input);
        int row;

        for (row = 0; row < 4; ++row) {
            sums[row] = step1(sums[row], weights, x);
            weights += 4;
        }
        input += 4;
    }
    return weights;
}

#endif

static int8_t finish(const cai_dense_s8_layer *layer, uint32_t row, uint32_t sum)
{
    const uint32_t channel = layer->per_channel ? row : 0u;
    const int right = -layer->shift[channel];
    const int32_t high = high_word(sum, layer->multiplier[channel]);
    /* Halves away from zero; |high| < 2^23, so nothing overflows for any right <= 31. */
    const int32_t nudged = (int32_t)((uint32_t)(high + (high >> 31)) + ((uint32_t)1 << (right - 1)));

    return (int8_t)cai_clamp((nudged >> right) + layer->zero_point, layer->clamp_low,
                             layer->clamp_high);
}

void cai_dense_s8_paired(const cai_dense_s8_layer *layer, const int8_t *input, int8_t *output)
{
    const uint32_t words = layer->depth / 4u;
    const uint32_t rest = layer->depth % 4u;
    uint32_t batch;

    for (batch = 0; batch < layer->batches; ++batch) {
        const int8_t *weights = layer->weights;
        const int32_t *bias = layer->bias;
        int8_t tail[4] = {0, 0, 0, 0};
        uint32_t row = 0;
        uint32_t k;

        if (rest > 0u) {
            tail[0] = input[4u * words];
        }
        if (rest > 1u) {
            tail[1] = input[4u * words + 1u];
        }
        if (rest > 2u) {
            tail[2] = input[4u * words + 2u];
        }
        for (; row + 4u <= layer->rows; row += 4u) {
            uint32_t sums[4];

            for (k = 0; k < 4u; ++k) {
                sums[k] = (uint32_t)*bias++;
            }
            weights = step4(sums, weights, input, words);
            if (rest != 0u) {
                weights = step4(sums, weights, tail, 1u);
            }
            for (k = 0; k < 4u; ++k) {
                *output++ = finish(layer, row + k, sums[k]);
            }
        }
        for (; row < layer->rows; ++row) {
            uint32_t sum = (uint32_t)*bias++;

            for (k = 0; k < words; ++k) {
                sum = step1(sum, weights, load_word(input + 4u * k));
                weights += 4;
            }
            if (rest != 0u) {
                sum = step1(sum, weights, load_word(tail));
                weights += 4;
            }
            *output++ = finish(layer, row, sum);
        }
        input += layer->depth;
    }
}
