/*
 * LSTM, float32. Sums are added in the reference's order: products, bias, then the earlier outputs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_float.h"
#include "cai_recurrent.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The limits of the reference: beyond them its result is 1, or the exponential itself. */
static float logistic(float x)
{
    if (x > 16.619047164916992188f) {
        return 1.0f;
    }
    return x < -9.0f ? expf(x) : 1.0f / (1.0f + expf(-x));
}

/* The reference cuts off infinities. */
static inline float bounded(float x)
{
    if (x < -FLT_MAX) {
        return -FLT_MAX;
    }
    return x > FLT_MAX ? FLT_MAX : x;
}

static float dot(const float *a, const float *b, uint32_t count)
{
    float sum = 0.0f;
    uint32_t k;

    for (k = 0; k < count; ++k) {
        sum += a[k] * b[k];
    }
    return sum;
}

/* A gate of a unit, before its function. */
static float gate_of(const cai_lstm_f32_layer *layer, uint32_t gate, uint32_t unit, const float *input,
                     const float *hidden)
{
    const uint32_t row = gate * layer->units + unit;
    const float given = dot(input, layer->input_weights + row * layer->inputs, layer->inputs);
    const float back = dot(hidden, layer->recurrent_weights + row * layer->units, layer->units);

    return bounded(given + layer->bias[row]) + bounded(back);
}

/* All units of a step, which all see the outputs of the step before. */
static void step_of(const cai_lstm_f32_layer *layer, const float *input, float *output,
                    const float *hidden, float *cell)
{
    const float clip = layer->cell_clip;
    uint32_t unit;

    for (unit = 0; unit < layer->units; ++unit) {
        const float into = logistic(gate_of(layer, 0, unit, input, hidden));
        const float forget = logistic(gate_of(layer, 1, unit, input, hidden));
        const float candidate = tanhf(gate_of(layer, 2, unit, input, hidden));
        const float out = logistic(gate_of(layer, 3, unit, input, hidden));
        float next = bounded(forget * cell[unit]) + bounded(into * candidate);

        if (clip > 0.0f) {
            next = next > clip ? clip : next < -clip ? -clip : next;
        }
        cell[unit] = next;
        output[unit] = bounded(tanhf(next) * out);
    }
}

void cai_lstm_f32(const cai_lstm_f32_layer *layer, const float *input, float *output, float *hidden,
                  float *cell)
{
    const uint32_t step_stride = layer->time_major ? layer->batches : 1u;
    const uint32_t batch_stride = layer->time_major ? 1u : layer->steps;
    uint32_t batch;
    uint32_t step;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (step = 0; step < layer->steps; ++step) {
            const uint32_t position = batch * batch_stride + step * step_stride;
            float *const made = output + position * layer->units;

            step_of(layer, input + position * layer->inputs, made, hidden, cell);
            memcpy(hidden, made, layer->units * sizeof *hidden);
        }
        hidden += layer->units;
        cell += layer->units;
    }
}
