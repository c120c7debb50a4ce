/*
 * Layers that remember earlier runs: parameters and entry points of the kernels.
 *
 * What a layer remembers is in the states that it is given, 4-aligned; it reads and writes them.
 * Several layers, or several networks, must not share states.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_RECURRENT_H
#define CAI_RECURRENT_H

#include <stdint.h>

/*
 * SVDF, int8. Of units * rank filters each makes a feature of the input and keeps the `memory`
 * newest ones, the oldest first; an output is the sum over `rank` neighboring filters of their
 * features times their weights in time. The state holds batches * units * rank * memory features.
 */
typedef struct {
    const int8_t *feature_weights; /* filter by filter */
    const void *time_weights;      /* filter by filter; of the state's type */
    const int32_t *bias;           /* one per unit, with the state's zero point */
    const int32_t *offset;         /* one per filter: the input zero point */
    uint32_t batches;
    uint32_t inputs;
    uint32_t units;
    uint32_t rank;
    uint32_t memory;
    int32_t state_multiplier;
    int32_t output_multiplier;
    int8_t state_shift; /* positive to the left */
    int8_t output_shift;
    int8_t state_zero_point;
    int8_t zero_point;
} cai_svdf_s8_layer;

/* State and weights in time are int8. */
void cai_svdf_s8(const cai_svdf_s8_layer *layer, const int8_t *input, int8_t *output, int8_t *state);

/* State and weights in time are int16; the state has no zero point. */
void cai_svdf_s8_state16(const cai_svdf_s8_layer *layer, const int8_t *input, int8_t *output,
                         int16_t *state);

#define CAI_LSTM_GATES 4 /* input, forget, cell, output: the order of all arrays below */

/*
 * LSTM, int8, with cell states of 16 bits. Arrays have an entry, or a row of weights, for each gate
 * and unit. The states hold batches * units outputs and as many cells.
 */
typedef struct {
    const int8_t *input_weights;
    const int8_t *recurrent_weights;
    const int32_t *bias;   /* with the input zero point */
    const int32_t *offset; /* the output zero point, seen by the recurrent weights */
    int32_t input_multiplier[CAI_LSTM_GATES];
    int32_t recurrent_multiplier[CAI_LSTM_GATES];
    int32_t cell_multiplier; /* input gate times cell gate, in units of the cell */
    int32_t output_multiplier;
    uint32_t batches;
    uint32_t steps;
    uint32_t inputs;
    uint32_t units;
    int8_t input_shift[CAI_LSTM_GATES]; /* positive to the left */
    int8_t recurrent_shift[CAI_LSTM_GATES];
    int8_t cell_shift;
    int8_t output_shift;
    int8_t tanh_shift; /* to the left, from a cell to Q3.12 */
    int8_t zero_point;
    int16_t cell_low; /* cells are cut off here */
    int16_t cell_high;
    uint8_t time_major; /* 1: steps x batches, 0: batches x steps */
} cai_lstm_s8_layer;

void cai_lstm_s8(const cai_lstm_s8_layer *layer, const int8_t *input, int8_t *output, int8_t *hidden,
                 int16_t *cell);

/* LSTM, float32. */
typedef struct {
    const float *input_weights; /* gate by gate, unit by unit */
    const float *recurrent_weights;
    const float *bias;
    uint32_t batches;
    uint32_t steps;
    uint32_t inputs;
    uint32_t units;
    float cell_clip; /* cells are cut off here, if it is not 0 */
    uint8_t time_major;
} cai_lstm_f32_layer;

void cai_lstm_f32(const cai_lstm_f32_layer *layer, const float *input, float *output, float *hidden,
                  float *cell);

#endif /* CAI_RECURRENT_H */
