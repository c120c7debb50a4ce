/*
 * From raw samples to stored inputs, and from stored outputs to real numbers: what app_stai.c and
 * app_legacy.c share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_NETWORK_IO_H
#define APP_NETWORK_IO_H

#include <math.h>
#include <stddef.h>

#include "app_network.h"

/* A tensor's memory and its quantization, real = scale * (stored - zero_point). */
typedef struct {
    void *data;
    float scale;
    int32_t zero_point;
    int is_signed;
} app_network_tensor;

/* The nearest stored value, halves away from zero; what is no number becomes the least one. */
static inline uint8_t app_network_quantized(const app_network_tensor *tensor, float real)
{
    const float low = tensor->is_signed ? -128.0f : 0.0f;
    const float high = tensor->is_signed ? 127.0f : 255.0f;
    float stored = roundf(real / tensor->scale) + (float)tensor->zero_point;

    if (!(stored > low)) {
        stored = low;
    } else if (stored > high) {
        stored = high;
    }
    return (uint8_t)(int32_t)stored;
}

static inline void app_network_fill(const app_network_tensor *input, const app_network_raw *sample)
{
#if APP_NETWORK_FLOAT_INPUT
    float *stored = (float *)input->data;
#else
    uint8_t *stored = (uint8_t *)input->data;
#endif

    for (uint32_t k = 0; k < APP_NETWORK_SAMPLE_SIZE; k++) {
#if defined(NETWORK_FROM_RAW) && APP_NETWORK_FLOAT_INPUT
        stored[k] = NETWORK_FROM_RAW(sample[k]);
#elif defined(NETWORK_FROM_RAW)
        stored[k] = (uint8_t)NETWORK_FROM_RAW(sample[k]);
#elif defined(NETWORK_RAW_TYPE)
        stored[k] = app_network_quantized(
            input, ((float)sample[k] - NETWORK_RAW_OFFSET) * NETWORK_RAW_SCALE);
#else
        stored[k] = sample[k];
#endif
    }
}

static inline float app_network_real(const app_network_tensor *output, uint32_t position)
{
    if (output->data == NULL || position >= APP_NETWORK_RESULT_SIZE) {
        return 0.0f;
    }
#if APP_NETWORK_FLOAT_RESULT
    return ((const float *)output->data)[position];
#else
    {
        const uint8_t byte = ((const uint8_t *)output->data)[position];
        const int32_t stored = output->is_signed ? (int8_t)byte : byte;

        return (float)(stored - output->zero_point) * output->scale;
    }
#endif
}

static inline uint32_t app_network_largest(const app_network_tensor *output)
{
    uint32_t best = 0;

    for (uint32_t k = 1; k < APP_NETWORK_RESULT_SIZE; k++) {
        if (app_network_real(output, k) > app_network_real(output, best)) {
            best = k;
        }
    }
    return best;
}

#endif /* APP_NETWORK_IO_H */
