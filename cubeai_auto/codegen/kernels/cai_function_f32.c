/*
 * Functions of one value, float32. Input and output may be the same buffer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"
#include "cai_float.h"

#include <math.h>

/* The limits of the reference: beyond them its result is 1, or the exponential itself. */
static inline float logistic(float x)
{
    if (x > 16.619047164916992188f) {
        return 1.0f;
    }
    return x < -9.0f ? expf(x) : 1.0f / (1.0f + expf(-x));
}

static inline float hard_swish(float x)
{
    float slope = x + 3.0f;

    slope = slope > 0.0f ? slope : 0.0f;
    slope = slope < 6.0f ? slope : 6.0f;
    return x * slope / 6.0f;
}

/* `x` is the element of the input. */
#define DEFINE(name, RESULT)                                                               \
    void name(const cai_function_f32_layer *layer, const float *input, float *output)      \
    {                                                                                      \
        uint32_t k;                                                                        \
                                                                                           \
        for (k = 0; k < layer->count; ++k) {                                               \
            const float x = input[k];                                                      \
            output[k] = RESULT;                                                            \
        }                                                                                  \
    }

DEFINE(cai_relu_f32, x < 0.0f ? 0.0f : x)
DEFINE(cai_clamp_f32, x > layer->high ? layer->high : x < layer->low ? layer->low : x)
DEFINE(cai_leaky_relu_f32, x > 0.0f ? x : x * layer->low)
DEFINE(cai_logistic_f32, logistic(x))
DEFINE(cai_tanh_f32, tanhf(x))
DEFINE(cai_hard_swish_f32, hard_swish(x))
DEFINE(cai_abs_f32, fabsf(x))
DEFINE(cai_neg_f32, -x)
