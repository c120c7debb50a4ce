/*
 * Layers of two operands, float32. Conditions are those of the reference, also for NaN.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"
#include "cai_float.h"

static inline float clamped(float value, float low, float high)
{
    if (value < low) {
        value = low;
    }
    return value > high ? high : value;
}

/* `x` and `y` are the elements of the operands, `low` and `high` the limits. */
#define DEFINE(name, RESULT)                                                                           \
    void name(const cai_binary_f32_layer *layer, const float *a, const float *b, float *output)        \
    {                                                                                                  \
        const cai_rows *rows = &layer->rows;                                                           \
        const uint32_t a_step = rows->a_step, b_step = rows->b_step;                                   \
        const float low = layer->clamp_low, high = layer->clamp_high;                                  \
        cai_row row = {0};                                                                             \
                                                                                                       \
        (void)low;                                                                                     \
        (void)high;                                                                                    \
        do {                                                                                           \
            const float *first = a + row.a;                                                            \
            const float *second = b + row.b;                                                           \
            uint32_t rest;                                                                             \
                                                                                                       \
            for (rest = rows->count; rest != 0u; --rest) {                                             \
                const float x = *first, y = *second;                                                   \
                *output++ = RESULT;                                                                    \
                first += a_step;                                                                       \
                second += b_step;                                                                      \
            }                                                                                          \
        } while (cai_next_row(rows, &row));                                                            \
    }

DEFINE(cai_add_f32, clamped(x + y, low, high))
DEFINE(cai_sub_f32, clamped(x - y, low, high))
DEFINE(cai_mul_f32, clamped(x * y, low, high))
DEFINE(cai_maximum_f32, x > y ? x : y)
DEFINE(cai_minimum_f32, x < y ? x : y)
DEFINE(cai_prelu_f32, x >= 0.0f ? x : x * y)
