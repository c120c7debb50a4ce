/*
 * Layers of generated networks that move bytes: parameters and entry points of the kernels.
 *
 * Input and output must not overlap. Sizes, distances and runs are in bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_MOVEMENT_H
#define CAI_MOVEMENT_H

#include <stdint.h>

#define CAI_LOOPS 5

/* Runs of neighboring bytes at regular distances: slices and transpositions. */
typedef struct {
    uint32_t start;
    uint32_t run;
    uint32_t counts[CAI_LOOPS]; /* runs, the fastest loop first */
    int32_t steps[CAI_LOOPS];
} cai_gather_layer;

void cai_gather(const cai_gather_layer *layer, const uint8_t *input, uint8_t *output);

/* A run of each input in turn, `repeats` times. */
typedef struct {
    const int32_t *runs;
    uint32_t inputs;
    uint32_t repeats;
} cai_concatenation_layer;

void cai_concatenation(const cai_concatenation_layer *layer, const void *const *inputs, uint8_t *output);

/* The input, run by run, with padding before, between and behind. */
typedef struct {
    uint32_t value; /* four bytes of padding */
    uint32_t lead;
    uint32_t tail;
    uint32_t run;
    uint32_t counts[CAI_LOOPS]; /* runs, the fastest loop first */
    uint32_t gaps[CAI_LOOPS];   /* padding when a loop moves on and all faster ones begin anew */
} cai_pad_layer;

void cai_pad(const cai_pad_layer *layer, const uint8_t *input, uint8_t *output);

/* Nearest neighbors: rows and columns of the output are such of the input. */
typedef struct {
    const int16_t *rows;
    const int16_t *columns;
    uint32_t batches;
    uint32_t in_batch;
    uint32_t in_row;
    uint32_t out_h;
    uint32_t out_w;
    uint32_t pixel;
} cai_resize_nearest_layer;

void cai_resize_nearest(const cai_resize_nearest_layer *layer, const uint8_t *input, uint8_t *output);

#endif /* CAI_MOVEMENT_H */
