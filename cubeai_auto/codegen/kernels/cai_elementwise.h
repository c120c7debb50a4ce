/*
 * Elementwise layers of generated networks: parameters and entry points of the kernels.
 *
 * Operands of two-operand layers may be broadcast. The output may lie in the place of an operand
 * that is not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_ELEMENTWISE_H
#define CAI_ELEMENTWISE_H

#include <stdint.h>

#define CAI_OUTER 4

/* How two operands run: rows of `count` outputs, and the rows of up to CAI_OUTER dimensions. */
typedef struct {
    uint32_t count;
    uint32_t outer[CAI_OUTER];   /* the fastest first */
    uint32_t a_steps[CAI_OUTER]; /* elements; 0 where an operand is repeated */
    uint32_t b_steps[CAI_OUTER];
    uint8_t a_step; /* within a row: 1, or 0 for one element */
    uint8_t b_step;
} cai_rows;

/* Where a row begins in the operands, in elements; all zero for the first. */
typedef struct {
    uint32_t a;
    uint32_t b;
    uint32_t index[CAI_OUTER];
} cai_row;

/* Moves on to the next row; 0 if there is none. */
int cai_next_row(const cai_rows *rows, cai_row *row);

/* A function of one int8 value: `table` has the outputs for 0 to 127, then for -128 to -1. */
typedef struct {
    const int8_t *table;
    uint32_t count;
} cai_lookup_s8_layer;

void cai_lookup_s8(const cai_lookup_s8_layer *layer, const uint8_t *input, int8_t *output);

/* Addition, int8, with every rounding of the reference; shifts are 0 or to the right. */
typedef struct {
    cai_rows rows;
    int32_t a_multiplier;
    int32_t b_multiplier;
    int32_t multiplier;
    int8_t a_shift;
    int8_t b_shift;
    int8_t shift;
    int8_t b_sign; /* 1, or -1 to subtract */
    int8_t a_zero_point;
    int8_t b_zero_point;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_add_s8_layer;

void cai_add_s8(const cai_add_s8_layer *layer, const int8_t *a, const int8_t *b, int8_t *output);

/* output = clamp((bias + (a * a_factor >> 8) + (b * b_factor >> 8)) >> 20); no sum overflows. */
typedef struct {
    cai_rows rows;
    int32_t a_factor;
    int32_t b_factor;
    int32_t bias;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_add_s8_linear_layer;

void cai_add_s8_linear(const cai_add_s8_linear_layer *layer, const int8_t *a, const int8_t *b,
                       int8_t *output);

/* Multiplication, int8. If `narrow` is 1, the shift is 1 to 20 to the right, and rounding double. */
typedef struct {
    cai_rows rows;
    int32_t multiplier;
    int8_t shift;
    uint8_t narrow;
    int8_t a_zero_point;
    int8_t b_zero_point;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_mul_s8_layer;

void cai_mul_s8(const cai_mul_s8_layer *layer, const int8_t *a, const int8_t *b, int8_t *output);

/* a where it is at least its zero point, else a * b, int8. */
typedef struct {
    cai_rows rows;
    int32_t identity_multiplier;
    int32_t product_multiplier;
    int8_t identity_shift;
    int8_t product_shift;
    int8_t a_zero_point;
    int8_t b_zero_point;
    int8_t zero_point;
} cai_prelu_s8_layer;

void cai_prelu_s8(const cai_prelu_s8_layer *layer, const int8_t *a, const int8_t *b, int8_t *output);

typedef struct {
    cai_rows rows;
} cai_extreme_layer;

void cai_maximum_s8(const cai_extreme_layer *layer, const int8_t *a, const int8_t *b, int8_t *output);
void cai_minimum_s8(const cai_extreme_layer *layer, const int8_t *a, const int8_t *b, int8_t *output);

/* Two operands, float32; limits are those of a fused activation. */
typedef struct {
    cai_rows rows;
    float clamp_low;
    float clamp_high;
} cai_binary_f32_layer;

void cai_add_f32(const cai_binary_f32_layer *layer, const float *a, const float *b, float *output);
void cai_sub_f32(const cai_binary_f32_layer *layer, const float *a, const float *b, float *output);
void cai_mul_f32(const cai_binary_f32_layer *layer, const float *a, const float *b, float *output);
void cai_maximum_f32(const cai_binary_f32_layer *layer, const float *a, const float *b, float *output);
void cai_minimum_f32(const cai_binary_f32_layer *layer, const float *a, const float *b, float *output);
void cai_prelu_f32(const cai_binary_f32_layer *layer, const float *a, const float *b, float *output);

/* A function of one float32 value. */
typedef struct {
    uint32_t count;
    float low; /* limit of the clamp, or factor of the leaky relu */
    float high;
} cai_function_f32_layer;

void cai_relu_f32(const cai_function_f32_layer *layer, const float *input, float *output);
void cai_clamp_f32(const cai_function_f32_layer *layer, const float *input, float *output);
void cai_leaky_relu_f32(const cai_function_f32_layer *layer, const float *input, float *output);
void cai_logistic_f32(const cai_function_f32_layer *layer, const float *input, float *output);
void cai_tanh_f32(const cai_function_f32_layer *layer, const float *input, float *output);
void cai_hard_swish_f32(const cai_function_f32_layer *layer, const float *input, float *output);
void cai_abs_f32(const cai_function_f32_layer *layer, const float *input, float *output);
void cai_neg_f32(const cai_function_f32_layer *layer, const float *input, float *output);

#endif /* CAI_ELEMENTWISE_H */
