/*
 * Convolution, int8, weights in pairs: three pixels times two output channels at a time.
 *
 * cai_dense_s8_paired.c explains pairs: two neighboring weights a, b are stored as the int16
 * number v = 256 * a + b, and with an input halfword that holds the bytes x, y,
 *
 *     v * x  +  b * (256 * y + 127 - x)   =   256 * (a * x + b * y)  +  127 * b
 *
 * The windows of three neighboring output pixels are gathered into `scratch` and widened there,
 * once for all output channels: for each four taps the three words of even inputs (x), then the
 * three words of the mixed numbers (256 * y + 127 - x). A word of weights then meets twice three
 * words of input after one SXTB16: 17 instructions for 24 products.
 *
 * Sums are 256 times the accumulator; the constant 127 * b and the input zero point are part of
 * the stored bias. The requantization rounds twice, as the reference does, but in one 32-bit sum:
 * SMMLA gives the high word with 7 more bits than the reference rounds to, so that both roundings
 * become one constant (two for the two signs, where the output can lie below its zero point).
 *
 * The generator uses cai_conv_s8_paired() only where it has proven, for every possible input,
 * that 256 times the accumulator and everything after it fit 32 bits, that every v fits 16 bits,
 * and that every shift is to the right. cai_conv_s8_paired_exact() has the same inner loop, but
 * adds the model's bias afterwards, may split a sum into segments, and requantizes with 64-bit
 * products; it needs the proof for the segments only.
 *
 * Layout of the weights: output channels two by two (an odd last one with one of zeros), four
 * taps of the first, four of the second, and so on. A window is `kernel_h` * `runs` runs of
 * neighboring bytes, each filled up to whole words; taps filled in have weight 0. Where runs are
 * so short that this would waste time, cai_conv_s8_packed() and its exact sister pack them without
 * gaps, byte by byte.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_config.h"
#include "cai_fixed_point.h"
#include "cai_kernels.h"

#include <stddef.h>

#define MIXED 0x007F007Fu

/* What requantize_rows() works on. The assembly knows the offsets. */
typedef struct {
    const uint32_t *windows;   /*  0 */
    const int8_t *weights;     /*  4 */
    const int32_t *bias;       /*  8 */
    uint32_t skip;             /* 12: bytes of code of the first turn that are left out */
    uint32_t turns;            /* 16 */
    const int32_t *multiplier; /* 20 */
    const int8_t *shift;       /* 24 */
    int32_t center;            /* 28: twice the output zero point, plus 1 */
    uint32_t finish;           /* 32 */
    void *output;              /* 36 */
    uint32_t step1;            /* 40: from the first pixel's output to the second's */
    uint32_t step2;            /* 44: and to the third's; missing pixels fall onto others */
    const int8_t *end;         /* 48: of the first pixel's output */
} row_state;

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__) && defined(__OPTIMIZE__)

#define WORDS_PER_TURN CAI_UNROLL
#define BYTES_OF_CODE 68u /* of TWO_BY_THREE */

static inline uint32_t load_word(const void *source)
{
    uint32_t word;
    __builtin_memcpy(&word, source, sizeof word);
    return word;
}

static inline uint32_t even_bytes(uint32_t word)
{
    uint32_t even;
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(word));
    return even;
}

/* r7-r9: sums of one output channel, r10-r12: of the next. */
#define TWO_BY_THREE                \
    "ldmia.w r0!, {r2, r3, r4}\n\t" \
    "ldmia.w r1!, {r5, r6}\n\t"     \
    "smlad  r7, r5, r2, r7\n\t"     \
    "smlad  r8, r5, r3, r8\n\t"     \
    "smlad  r9, r5, r4, r9\n\t"     \
    "smlad  r10, r6, r2, r10\n\t"   \
    "smlad  r11, r6, r3, r11\n\t"   \
    "smlad  r12, r6, r4, r12\n\t"   \
    "sxtb16 r5, r5\n\t"             \
    "sxtb16 r6, r6\n\t"             \
    "ldmia.w r0!, {r2, r3, r4}\n\t" \
    "smlad  r7, r5, r2, r7\n\t"     \
    "smlad  r8, r5, r3, r8\n\t"     \
    "smlad  r9, r5, r4, r9\n\t"     \
    "smlad  r10, r6, r2, r10\n\t"   \
    "smlad  r11, r6, r3, r11\n\t"   \
    "smlad  r12, r6, r4, r12\n\t"

#if CAI_UNROLL == 4
#define REPEATED TWO_BY_THREE TWO_BY_THREE TWO_BY_THREE TWO_BY_THREE
#elif CAI_UNROLL == 2
#define REPEATED TWO_BY_THREE TWO_BY_THREE
#elif CAI_UNROLL == 1
#define REPEATED TWO_BY_THREE
#else
#error "CAI_UNROLL must be 1, 2 or 4"
#endif

/* The high word, with the constant for the sign of the sum. */
#define SIGNED_HIGH(sum, multiplier, nudge)  \
    "asr    lr, " sum ", #31\n\t"            \
    "add    lr, " nudge ", lr, lsl #7\n\t"   \
    "smmla  " sum ", " sum ", " multiplier ", lr\n\t"

#define NARROW(value, shift)                     \
    "asr    " value ", " value ", " shift "\n\t" \
    "ssat   " value ", #8, " value ", asr #1\n\t"

/* Every output channel for three pixels, or, to finish raw, six sums of two channels. */
static __attribute__((noinline)) void requantize_rows(const row_state *state)
{
    register const row_state *in_r0 __asm__("r0") = state;
    __asm__ volatile(
        "push   {r7}\n\t" /* may be the frame pointer: not ours to declare */
        "ldmia  r0, {r0-r6, r8-r12, lr}\n\t"
        "stmdb  sp!, {r0-r6, r8-r12, lr}\n"
        "1:\n\t" /* two channels */
        "ldmia  sp, {r0, r1, r2, r3, lr}\n\t"
        "ldmia  r2!, {r7, r10}\n\t"
        "str    r2, [sp, #8]\n\t"
        "mov    r8, r7\n\t"
        "mov    r9, r7\n\t"
        "mov    r11, r10\n\t"
        "mov    r12, r10\n\t"
        "add    pc, r3\n\t" /* reads as the address of 2 */
        "nop\n"
        "2:\n\t"
        REPEATED
        "subs   lr, lr, #1\n\t"
        "bne    2b\n\t"
        "str    r1, [sp, #4]\n\t"
        "ldrd   r1, r2, [sp, #20]\n\t"
        "ldrd   lr, r0, [sp, #28]\n\t"
        "ldmia  r1!, {r5, r6}\n\t"
        "ldrb   r3, [r2], #1\n\t"
        "ldrb   r4, [r2], #1\n\t"
        "strd   r1, r2, [sp, #20]\n\t"
        "lsl    r1, lr, r3\n\t"
        "add    r1, r1, #64\n\t"
        "lsl    r2, lr, r4\n\t"
        "add    r2, r2, #64\n\t"
        "cbnz   r0, 5f\n\t"
        "smmla  r7, r7, r5, r1\n\t"
        "smmla  r8, r8, r5, r1\n\t"
        "smmla  r9, r9, r5, r1\n\t"
        "smmla  r10, r10, r6, r2\n\t"
        "smmla  r11, r11, r6, r2\n\t"
        "smmla  r12, r12, r6, r2\n"
        "3:\n\t"
        NARROW("r7", "r3") NARROW("r8", "r3") NARROW("r9", "r3")
        NARROW("r10", "r4") NARROW("r11", "r4") NARROW("r12", "r4")
        "ldrd   r0, r1, [sp, #36]\n\t"
        "ldrd   r2, r3, [sp, #44]\n\t"
        "subs   r3, r3, r0\n\t"
        "cmp    r3, #2\n\t"
        "blo    4f\n\t"
        "bfi    r9, r12, #8, #8\n\t"
        "bfi    r8, r11, #8, #8\n\t"
        "bfi    r7, r10, #8, #8\n\t"
        "strh   r9, [r0, r2]\n\t" /* the first pixel last: missing ones write to its place */
        "strh   r8, [r0, r1]\n\t"
        "strh   r7, [r0], #2\n\t"
        "str    r0, [sp, #36]\n\t"
        "bhi    1b\n\t"
        "b      7f\n"
        "5:\n\t"
        "cmp    r0, #1\n\t"
        "bne    6f\n\t"
        SIGNED_HIGH("r7", "r5", "r1") SIGNED_HIGH("r8", "r5", "r1") SIGNED_HIGH("r9", "r5", "r1")
        SIGNED_HIGH("r10", "r6", "r2") SIGNED_HIGH("r11", "r6", "r2") SIGNED_HIGH("r12", "r6", "r2")
        "b      3b\n"
        "6:\n\t"
        "ldr    r0, [sp, #36]\n\t"
        "stmia  r0, {r7-r12}\n\t"
        "b      7f\n"
        "4:\n\t" /* a single channel is left */
        "strb   r9, [r0, r2]\n\t"
        "strb   r8, [r0, r1]\n\t"
        "strb   r7, [r0]\n"
        "7:\n\t"
        "add    sp, sp, #52\n\t"
        "pop    {r7}"
        : "+r"(in_r0)
        :
        : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* `words` words of each of three pixels `step` bytes apart, widened; returns what lies behind. */
static inline uint32_t *widen3(uint32_t *windows, const int8_t *input, uint32_t step, uint32_t words)
{
    const uint32_t step2 = step * 2u;

    do {
        __asm__ volatile(
            "ldr    r5, [%[in], %[step2]]\n\t"
            "ldr    r4, [%[in], %[step]]\n\t"
            "ldr    r3, [%[in]], #4\n\t"
            "sxtb16 r0, r3\n\t"
            "sxtb16 r1, r4\n\t"
            "sxtb16 r2, r5\n\t"
            "eor    r3, r3, #0x007F007F\n\t"
            "eor    r4, r4, #0x007F007F\n\t"
            "eor    r5, r5, #0x007F007F\n\t"
            "stmia  %[out]!, {r0-r5}"
            : [in] "+r"(input), [out] "+r"(windows)
            : [step] "r"(step), [step2] "r"(step2)
            : "r0", "r1", "r2", "r3", "r4", "r5", "memory");
    } while (--words != 0u);
    return windows;
}

#else /* the same arithmetic in portable C */

#define WORDS_PER_TURN 1u
#define BYTES_OF_CODE 0u

static inline uint32_t load_word(const void *source)
{
    const uint8_t *byte = (const uint8_t *)source;
    return byte[0] | ((uint32_t)byte[1] << 8) | ((uint32_t)byte[2] << 16) | ((uint32_t)byte[3] << 24);
}

static inline uint32_t even_bytes(uint32_t word)
{
    const uint32_t low = word & 0x00FF00FFu;
    return low | ((word & 0x00800080u) * 0x1FEu);
}

/* sum + the products of the low and of the high halfwords */
static inline uint32_t dual(uint32_t sum, uint32_t a, uint32_t b)
{
    sum += (uint32_t)((int16_t)a * (int16_t)b);
    return sum + (uint32_t)((int16_t)(a >> 16) * (int16_t)(b >> 16));
}

static int8_t narrow(const row_state *state, uint32_t row, uint32_t sum)
{
    const uint32_t shift = (uint8_t)state->shift[row];
    const int32_t below = state->finish == CAI_CONV_SIGNED && (int32_t)sum < 0 ? -128 : 0;
    const int32_t nudge = (int32_t)((uint32_t)state->center << shift) + 64 + below;
    const int32_t high = (int32_t)(((int64_t)(int32_t)sum * state->multiplier[row]) >> 32) + nudge;
    return (int8_t)cai_clamp(high >> shift >> 1, -128, 127);
}

static void requantize_rows(const row_state *state)
{
    const int8_t *weights = state->weights;
    const uint32_t steps[3] = {0, state->step1, state->step2};
    uint32_t channel = 0, channels;

    do {
        const uint32_t *windows = state->windows;
        uint32_t sums[6];
        uint32_t k, turn;

        for (k = 0; k < 6u; ++k) {
            sums[k] = (uint32_t)state->bias[channel + k / 3u];
        }
        for (turn = 0; turn < state->turns; ++turn) {
            for (k = 0; k < 6u; ++k) {
                const uint32_t pair = load_word(weights + k / 3u * 4u);
                sums[k] = dual(sums[k], pair, windows[k % 3u]);
                sums[k] = dual(sums[k], even_bytes(pair), windows[k % 3u + 3u]);
            }
            weights += 8;
            windows += 6;
        }
        if (state->finish == CAI_CONV_RAW) {
            for (k = 0; k < 6u; ++k) {
                ((uint32_t *)state->output)[k] = sums[k];
            }
            return;
        }
        channels = (uint32_t)(state->end - (int8_t *)state->output);
        for (k = 6; k-- != 0u;) { /* the first pixel last: missing ones write to its place */
            if (channel + k / 3u < channels) {
                int8_t *output = (int8_t *)state->output + channel + k / 3u;
                output[steps[k % 3u]] = narrow(state, channel + k / 3u, sums[k]);
            }
        }
        channel += 2u;
    } while (channel < channels);
}

static inline uint32_t *widen3(uint32_t *windows, const int8_t *input, uint32_t step, uint32_t words)
{
    do {
        uint32_t pixel;

        for (pixel = 0; pixel < 3u; ++pixel) {
            const uint32_t word = load_word(input + pixel * step);
            windows[pixel] = even_bytes(word);
            windows[pixel + 3u] = word ^ MIXED;
        }
        input += 4;
        windows += 6;
    } while (--words != 0u);
    return windows;
}

#endif

/* Three windows that lie inside the image, from the first byte of the first one on. */
static void gather3(const cai_conv_s8_paired_layer *layer, const int8_t *first, uint32_t *windows)
{
    const uint32_t words = (layer->run_bytes + 3u) / 4u;
    uint32_t row, run, line = 0;

    for (row = layer->kernel_h; row != 0u; --row) {
        uint32_t start = line;

        for (run = layer->runs; run != 0u; --run) {
            windows = widen3(windows, first + start, layer->stride_w, words);
            start += layer->run_step;
        }
        line += layer->dilation_h * layer->in_row;
    }
}

static inline uint32_t *put(uint32_t *window, uint32_t word)
{
    window[0] = even_bytes(word);
    window[3] = word ^ MIXED;
    return window + 6;
}

/* Four bytes of a row of `width` bytes, from byte `at` on; zero points before and behind it. */
static uint32_t border_word(const int8_t *row, int32_t at, int32_t width, int8_t zero_point)
{
    uint32_t word = 0;
    int32_t k;

    for (k = at + 3; k >= at; --k) {
        const int8_t value = k >= 0 && k < width ? row[k] : zero_point;
        word = (word << 8) | (uint8_t)value;
    }
    return word;
}

/* One of the three windows, from row y and byte x of a row on; zero points outside the image. */
static void gather_runs(const cai_conv_s8_paired_layer *layer, const int8_t *input, int32_t y, int32_t x,
                        uint32_t *window)
{
    uint32_t row, run, word;

    for (row = 0; row < layer->kernel_h; ++row) {
        const int inside = y >= 0 && y < layer->in_h;
        const int32_t width = inside ? (int32_t)layer->in_row : 0;
        const int8_t *line = input + (inside ? y * width : 0);
        int32_t start = x;

        for (run = 0; run < layer->runs; ++run) {
            int32_t at = start;

            for (word = (layer->run_bytes + 3u) / 4u; word != 0u; --word) {
                if (at >= 0 && at + 4 <= width) {
                    window = put(window, load_word(line + at));
                } else {
                    window = put(window, border_word(line, at, width, layer->input_zero_point));
                }
                at += 4;
            }
            start += layer->run_step;
        }
        y += layer->dilation_h;
    }
}

/* The same for windows without gaps. */
static void gather_packed(const cai_conv_s8_paired_layer *layer, const int8_t *input, int32_t y, int32_t x,
                          uint32_t *window)
{
    const int32_t width = (int32_t)layer->in_row;
    uint32_t word = 0, bytes = 0, row, run, k;

    for (row = 0; row < layer->kernel_h; ++row) {
        int32_t start = x;

        for (run = 0; run < layer->runs; ++run) {
            for (k = 0; k < layer->run_bytes; ++k) {
                const int32_t at = start + (int32_t)k;
                const int inside = y >= 0 && y < layer->in_h && at >= 0 && at < width;
                const int8_t value = inside ? input[y * width + at] : layer->input_zero_point;

                word = (word >> 8) | ((uint32_t)(uint8_t)value << 24);
                if (++bytes % 4u == 0u) {
                    window = put(window, word);
                }
            }
            start += layer->run_step;
        }
        y += layer->dilation_h;
    }
    if (bytes % 4u != 0u) {
        (void)put(window, word >> (32u - 8u * (bytes % 4u)));
    }
}

typedef void gather_window(const cai_conv_s8_paired_layer *layer, const int8_t *input, int32_t y, int32_t x,
                           uint32_t *window);
typedef void finish_rows(const cai_conv_s8_paired_layer *layer, row_state *state);

static void set_words(row_state *state, uint32_t words)
{
    state->turns = (words + WORDS_PER_TURN - 1u) / WORDS_PER_TURN;
    state->skip = (state->turns * WORDS_PER_TURN - words) * BYTES_OF_CODE;
}

static __attribute__((noinline)) void convolve(const cai_conv_s8_paired_layer *layer, const int8_t *input,
                                               int8_t *output, uint32_t *windows,
                                               gather_window *gather, finish_rows *finish)
{
    const uint32_t channels = layer->out_channels;
    const int32_t last_y = layer->in_h - 1 - (layer->kernel_h - 1) * layer->dilation_h;
    const int32_t last_x = (int32_t)layer->in_row - (layer->run_bytes + 3) / 4 * 4 -
                           (layer->runs - 1) * layer->run_step - 2 * layer->stride_w;
    uint32_t batch;
    row_state state;

    state.windows = windows;
    state.weights = layer->weights;
    state.bias = layer->bias;
    state.multiplier = layer->multiplier;
    state.shift = layer->shift;
    state.center = 2 * layer->zero_point + 1;
    state.finish = layer->finish;
    set_words(&state, layer->words);
    for (batch = 0; batch < layer->batches; ++batch) {
        uint32_t left = layer->out_h * layer->out_w;
        uint32_t column = 0;
        int32_t y = -(int32_t)layer->pad_top;
        int32_t x = -(int32_t)layer->pad_left;

        while (left != 0u) {
            const uint32_t count = left < 3u ? left : 3u;
            /* three windows that lie inside belong to neighboring pixels of a row */
            const int inside = !layer->packed && x >= 0 && x <= last_x && y >= 0 && y <= last_y;
            uint32_t k;

            if (inside) {
                gather3(layer, input + (y * (int32_t)layer->in_row + x), windows);
            }
            for (k = 0; k < count; ++k) {
                if (!inside) {
                    gather(layer, input, y, x, windows + k);
                }
                x += layer->stride_w;
                if (++column == layer->out_w) {
                    column = 0;
                    x = -(int32_t)layer->pad_left;
                    y += layer->stride_h;
                }
            }
            state.output = output;
            state.step1 = count > 1u ? channels : 0u;
            state.step2 = count > 2u ? 2u * channels : state.step1;
            state.end = output + channels;
            finish(layer, &state);
            output += count * channels;
            left -= count;
        }
        input += layer->in_h * layer->in_row;
    }
}

static void finish_fast(const cai_conv_s8_paired_layer *layer, row_state *state)
{
    requantize_rows(state);
    if (layer->clamp_low != INT8_MIN || layer->clamp_high != INT8_MAX) {
        int8_t *value = (int8_t *)state->output;
        const int8_t *end = state->end + state->step2;

        for (; value != end; ++value) {
            *value = (int8_t)cai_clamp(*value, layer->clamp_low, layer->clamp_high);
        }
    }
}

static void finish_exact(const cai_conv_s8_paired_layer *layer, row_state *state)
{
    const uint32_t words = layer->words;
    const uint32_t channels = layer->out_channels;
    const uint32_t steps[3] = {0, state->step1, state->step2};
    const uint32_t segments = (words + layer->segment_words - 1u) / layer->segment_words;
    const int32_t *early = layer->bias;
    const int32_t *late = early + segments * (channels + channels % 2u);
    row_state part = *state;
    uint32_t channel;

    for (channel = 0; channel < channels; channel += 2u) {
        uint32_t sums[6] = {0}, raw[6];
        uint32_t first, k;

        part.windows = state->windows;
        for (first = 0; first < words; first += layer->segment_words) {
            uint32_t count = words - first;
            if (count > layer->segment_words) {
                count = layer->segment_words;
            }
            set_words(&part, count);
            part.bias = early;
            part.output = raw;
            requantize_rows(&part);
            for (k = 0; k < 6u; ++k) {
                sums[k] += (uint32_t)((int32_t)raw[k] >> 8);
            }
            early += 2;
            part.windows += 6u * count;
            part.weights += 8u * count;
        }
        for (k = 6; k-- != 0u;) {
            const uint32_t row = channel + k / 3u;
            if (row < channels) {
                const int32_t sum = (int32_t)(sums[k] + (uint32_t)late[row]);
                int32_t value = cai_requantize(sum, layer->multiplier[row], layer->shift[row]);
                value = cai_wrapping_add(value, layer->zero_point);
                value = cai_clamp(value, layer->clamp_low, layer->clamp_high);
                ((int8_t *)state->output)[steps[k % 3u] + row] = (int8_t)value;
            }
        }
    }
}

void cai_conv_s8_paired(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                        void *scratch)
{
    convolve(layer, input, output, (uint32_t *)scratch, gather_runs, finish_fast);
}

void cai_conv_s8_packed(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                        void *scratch)
{
    convolve(layer, input, output, (uint32_t *)scratch, gather_packed, finish_fast);
}

void cai_conv_s8_paired_exact(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                              void *scratch)
{
    convolve(layer, input, output, (uint32_t *)scratch, gather_runs, finish_exact);
}

void cai_conv_s8_packed_exact(const cai_conv_s8_paired_layer *layer, const int8_t *input, int8_t *output,
                              void *scratch)
{
    convolve(layer, input, output, (uint32_t *)scratch, gather_packed, finish_exact);
}
