/*
 * Layers of generated networks: parameters and entry points of the kernels.
 *
 * All kernels are reentrant, use no heap and no global data. Tensors are dense, channel last.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_KERNELS_H
#define CAI_KERNELS_H

#include <stdint.h>

/*
 * Dense layer, int8: output[r] = clamp(zero_point + requantize(bias[r] + sum(weight * input))).
 * The input zero point is folded into the bias. `multiplier` and `shift` have one entry per row
 * if `per_channel` is 1, else one entry.
 */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    uint32_t batches;
    uint32_t rows;  /* outputs of a batch */
    uint32_t depth; /* inputs of a batch */
    uint8_t per_channel;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_dense_s8_layer;

/* Weights row by row, as in the model: any core, any values. */
void cai_dense_s8(const cai_dense_s8_layer *layer, const int8_t *input, int8_t *output);

/* Weights in pairs (see cai_dense_s8_paired.c); input and weights 4-aligned. */
void cai_dense_s8_paired(const cai_dense_s8_layer *layer, const int8_t *input, int8_t *output);

typedef struct {
    const float *weights;
    const float *bias; /* may be NULL */
    uint32_t batches;
    uint32_t rows;
    uint32_t depth;
    float clamp_low;
    float clamp_high;
} cai_dense_f32_layer;

void cai_dense_f32(const cai_dense_f32_layer *layer, const float *input, float *output);

/* Softmax over the last dimension, int8 to int8 with output scale 1/256 and zero point -128. */
typedef struct {
    uint32_t rows;
    uint32_t depth;
    int32_t multiplier;
    int32_t shift;    /* to the left: the input difference becomes Q5.26 */
    int32_t diff_min; /* differences below it have no weight */
} cai_softmax_s8_layer;

void cai_softmax_s8(const cai_softmax_s8_layer *layer, const int8_t *input, int8_t *output);

typedef struct {
    uint32_t rows;
    uint32_t depth;
    float beta;
} cai_softmax_f32_layer;

void cai_softmax_f32(const cai_softmax_f32_layer *layer, const float *input, float *output);

/* Conversions between real and stored values, and between two stored scales. */
typedef struct {
    uint32_t count;
    float scale;
    int32_t zero_point;
} cai_affine_layer;

void cai_quantize_f32_s8(const cai_affine_layer *layer, const float *input, int8_t *output);
void cai_dequantize_s8_f32(const cai_affine_layer *layer, const int8_t *input, float *output);
void cai_dequantize_u8_f32(const cai_affine_layer *layer, const uint8_t *input, float *output);

/*
 * int8/uint8 to int8/uint8. A byte is read as (byte ^ flip) - 128: flip is 0x80 for int8 and 0
 * for uint8, and zero points are given in that int8 form; likewise for the output.
 */
typedef struct {
    uint32_t count;
    int32_t multiplier;
    int8_t shift;
    int8_t input_zero_point;
    int8_t output_zero_point;
    uint8_t input_flip;
    uint8_t output_flip;
} cai_rescale_8_layer;

void cai_rescale_8(const cai_rescale_8_layer *layer, const uint8_t *input, uint8_t *output);

#endif /* CAI_KERNELS_H */
