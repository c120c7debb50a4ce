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

/*
 * Convolution, int8: one multiplier and shift per output channel; cells outside the image hold
 * the input zero point. `scratch` holds the window of a pixel: kernel_h * kernel_w * in_channels.
 */
typedef struct {
    const int8_t *weights;
    const int32_t *bias; /* with the input zero point */
    const int32_t *multiplier;
    const int8_t *shift; /* positive to the left */
    uint32_t batches, in_h, in_w, in_channels;
    uint32_t out_h, out_w, out_channels;
    uint32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint32_t pad_top, pad_left;
    int8_t input_zero_point;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_conv_s8_layer;

/* Weights by output channel, as in the model: any core, any values. */
void cai_conv_s8(const cai_conv_s8_layer *layer, const int8_t *input, int8_t *output, void *scratch);

/* How sums become outputs. */
#define CAI_CONV_UNSIGNED 0 /* outputs below the zero point are cut off anyway */
#define CAI_CONV_SIGNED 1
#define CAI_CONV_RAW 2 /* ..._exact() only */

/*
 * The same with weights in pairs (see cai_conv_s8_paired.c). Distances along a row are in bytes.
 * A window is kernel_h * runs runs of neighboring bytes, each filled up to whole words, or all
 * packed without gaps. `scratch` holds three windows, widened: 24 * words bytes. Weights and
 * scratch are 4-aligned.
 */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;       /* exact: for each two channels and segment, then the model's */
    const int32_t *multiplier; /* this, the shift and the bias have an even number of entries */
    const int8_t *shift;       /* 6 more than the shift to the right; exact: as above */
    uint32_t in_row;           /* bytes of a row of the image */
    uint32_t out_w;
    uint16_t batches;
    uint16_t in_h;
    uint16_t out_h;
    uint16_t out_channels;
    uint16_t stride_w;      /* bytes */
    uint16_t pad_left;      /* bytes */
    uint16_t run_step;      /* bytes from run to run */
    uint16_t run_bytes;
    uint16_t words;         /* of a window */
    uint16_t segment_words; /* exact: words that are proven to fit a sum */
    uint8_t kernel_h;
    uint8_t runs; /* of a row of the kernel */
    uint8_t stride_h;
    uint8_t dilation_h;
    uint8_t pad_top;
    uint8_t packed;
    uint8_t finish; /* CAI_CONV_... */
    int8_t input_zero_point;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_conv_s8_paired_layer;

void cai_conv_s8_paired(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                        void *scratch);
void cai_conv_s8_packed(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                        void *scratch);
void cai_conv_s8_packed_exact(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                              void *scratch);
void cai_conv_s8_paired_exact(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                              void *scratch);

/*
 * Depthwise convolution, int8: each input channel gives `per_channel` neighboring output channels.
 * Weights are kernel_h x kernel_w x output channels, as in the model, and so is the bias; one
 * multiplier and shift per output channel.
 */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift; /* positive to the left */
    uint32_t batches, in_h, in_w, in_channels, per_channel, out_h, out_w;
    uint32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint32_t pad_top, pad_left;
    int8_t input_zero_point;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_depthwise_s8_layer;

/* Any core, any values. */
void cai_depthwise_s8(const cai_depthwise_s8_layer *layer, const int8_t *input, int8_t *output);

/* A dimension of the image. */
typedef struct {
    uint16_t in;
    uint16_t out;
    uint16_t kernel;
    uint16_t stride;
    uint16_t dilation;
    uint16_t pad;
} cai_depthwise_s8_dimension;

/*
 * The same for at least four channels with one output channel each, and no shift to the left (see
 * cai_depthwise_s8_taps.c). `scratch` holds 12 bytes for each cell of the kernel, whose number is
 * rounded up to a multiple of three.
 */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    uint32_t batches;
    uint32_t channels;
    cai_depthwise_s8_dimension down;
    cai_depthwise_s8_dimension across;
    int8_t input_zero_point;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_depthwise_s8_taps_layer;

/* Outputs that are cut off at the zero point or above, and at 127. */
void cai_depthwise_s8_taps(const cai_depthwise_s8_taps_layer *layer, const int8_t *input, int8_t *output,
                           void *scratch);

/* Any limits, no shift of 0. */
void cai_depthwise_s8_taps_signed(const cai_depthwise_s8_taps_layer *layer, const int8_t *input,
                                  int8_t *output, void *scratch);

/*
 * The same for a kernel of 3 x 3 with dilation 1 (see cai_depthwise_s8_3x3.c). The bias holds the
 * input zero point. `scratch` holds 160 bytes, 64 for each of the `pairs` pairs of columns of a
 * row of the input, and 8 for each two rows of the output (with stride 2, for each row). Pairs
 * are, in this order: if `left` is 1, padding and a pixel; `whole` pairs of pixels; if `right` is
 * 1, a pixel and padding; and padding.
 */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    uint32_t channels;
    uint32_t in_batch; /* bytes of an inference */
    uint32_t in_row;   /* bytes from row to row */
    uint32_t in_pixel; /* bytes from pixel to pixel */
    uint32_t out_batch;
    uint32_t out_row;
    uint32_t out_pixel;
    uint16_t batches;
    uint16_t in_rows;
    uint16_t rows; /* of the output */
    uint16_t columns;
    uint16_t pairs;
    uint16_t whole;
    uint8_t left;
    uint8_t right;
    uint8_t pad_top;
    int8_t input_zero_point;
    int8_t zero_point;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_depthwise_s8_3x3_layer;

void cai_depthwise_s8_3x3(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input, int8_t *output,
                          void *scratch);
void cai_depthwise_s8_3x3_signed(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input,
                                 int8_t *output, void *scratch);

/* With a stride of 2. */
void cai_depthwise_s8_3x3_stride2(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input,
                                  int8_t *output, void *scratch);
void cai_depthwise_s8_3x3_stride2_signed(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input,
                                         int8_t *output, void *scratch);

/* Maximum and average of windows, int8; every window has a cell inside the image. */
typedef struct {
    uint32_t batches, in_h, in_w, channels, out_h, out_w;
    uint32_t kernel_h, kernel_w, stride_h, stride_w;
    uint32_t pad_top, pad_left;
    int8_t clamp_low;
    int8_t clamp_high;
} cai_pool_s8_layer;

void cai_max_pool_s8(const cai_pool_s8_layer *layer, const int8_t *input, int8_t *output);
void cai_average_pool_s8(const cai_pool_s8_layer *layer, const int8_t *input, int8_t *output);

typedef struct {
    uint32_t batches, in_h, in_w, channels, out_h, out_w;
    uint32_t kernel_h, kernel_w, stride_h, stride_w;
    uint32_t pad_top, pad_left;
    float clamp_low;
    float clamp_high;
} cai_pool_f32_layer;

void cai_max_pool_f32(const cai_pool_f32_layer *layer, const float *input, float *output);
void cai_average_pool_f32(const cai_pool_f32_layer *layer, const float *input, float *output);

/* Sum or mean over the middle one of three dimensions: outer x count x inner elements. */
typedef struct {
    uint32_t outer;
    uint32_t count;
    uint32_t inner;
    int32_t offset; /* count * input zero point */
    int32_t multiplier;
    int8_t shift; /* positive to the left */
    int8_t zero_point;
} cai_sum_s8_layer;

void cai_sum_s8(const cai_sum_s8_layer *layer, const int8_t *input, int8_t *output);

typedef struct {
    uint32_t outer;
    uint32_t count;
    uint32_t inner;
    float divisor; /* the count for a mean, 1 for a sum */
} cai_sum_f32_layer;

void cai_sum_f32(const cai_sum_f32_layer *layer, const float *input, float *output);

/* Convolution, float32: weights are output channel x kernel_h x kernel_w x in_channels. */
typedef struct {
    const float *weights;
    const float *bias; /* may be NULL */
    uint32_t batches, in_h, in_w, in_channels;
    uint32_t out_h, out_w, out_channels;
    uint32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint32_t pad_top, pad_left;
    float clamp_low;
    float clamp_high;
} cai_conv_f32_layer;

void cai_conv_f32(const cai_conv_f32_layer *layer, const float *input, float *output);

/* Weights are kernel_h x kernel_w x out_channels, a multiple of in_channels. */
void cai_depthwise_f32(const cai_conv_f32_layer *layer, const float *input, float *output);

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
