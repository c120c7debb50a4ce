/*
 * Depthwise convolution, int8, 3 x 3, stride 1: two rows and two columns of a channel at a time.
 *
 * Four channels of four rows of the input are widened into strips, with the padding around the
 * image, in which each word holds two neighboring columns of a row of one channel. With (x0, x1)
 * and (x2, x3) the columns under two neighboring outputs, and a row of the kernel stored twice, as
 * (w0, w1) and (w1, w2),
 *
 *     left output  += (x0, x1) * (w0, w1) + x2 * w2         SMLAD, SMLABT
 *     right output += x1 * w0             + (x2, x3) * (w1, w2)  SMLATB, SMLAD
 *
 * so six products take four instructions. The six words of a channel's weights stay in registers
 * along the row; a tile of 2 x 2 outputs reads 4 x 2 words.
 *
 * Strips: a pair of columns takes 64 bytes, 16 for each of four channels: its rows 0, 1, 2, 3 when
 * rows 0 and 1 of the output are computed. The next two rows of the input then go behind rows 2
 * and 3, over rows 0 and 1 of the following channel (or pair), which are done with; and all
 * addresses move up by 8 bytes.
 *
 * A last group of fewer than four channels reads the last four channels of the pixel and computes
 * those that are left. An odd last column or row is computed as a tile whose other outputs are
 * written first, to the same place: steps of 0.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_depthwise.h"
#include "cai_kernels.h"

/* A channel, ready for the registers; the order is that of the assembly below. */
typedef struct {
    uint32_t weights[6]; /* of each row of the kernel (w0, w1), (w1, w2) */
    cai_depthwise_finish finish;
    int32_t bias;
} channel;

/* Tiles side by side, of some channels; the order is that of the assembly below. */
typedef struct {
    const uint32_t *strip;
    const uint32_t *strip_end;
    int8_t *output;
    uint32_t column_step; /* bytes; 0: the right column does not count */
    uint32_t row_step;    /* bytes; 0: the lower row does not count */
    const channel *first;
    uint32_t channels;
    int32_t high_to_low; /* see cai_depthwise.h */
    int32_t low;
} span;

#define PAIR_WORDS 16u /* of a strip: four rows of four channels */

#if CAI_DSP

/*
 * The span: BODY computes a tile and moves r0 (strip) and r1 (output) on; the end of the strip is
 * in r3 then. r4 to r9 hold the weights.
 *
 * Frame: 0 row + column step, row step; 8 column step, end of strip; 16 finish of the channel, its
 * bias; 32 strip, output; 40 next channel, channels left; 48 high_to_low, low.
 */
#define SPAN(BODY)                       \
    __asm__ volatile(                    \
        "push   {r4-r11, lr}\n\t"        \
        "sub    sp, #56\n\t"             \
        "ldmia  r0, {r1-r9}\n\t"         \
        "add    r0, r5, r4\n\t"          \
        "strd   r0, r5, [sp]\n\t"        \
        "strd   r4, r2, [sp, #8]\n\t"    \
        "strd   r1, r3, [sp, #32]\n\t"   \
        "strd   r6, r7, [sp, #40]\n\t"   \
        "strd   r8, r9, [sp, #48]\n"     \
        "1:\n\t"                         \
        "ldrd   r0, r1, [sp, #32]\n\t"   \
        "ldr    r2, [sp, #40]\n\t"       \
        "ldmia  r2!, {r4-r12, lr}\n\t"   \
        "strd   r10, r11, [sp, #16]\n\t" \
        "strd   r12, lr, [sp, #24]\n\t"  \
        "str    r2, [sp, #40]\n"         \
        "2:\n\t" BODY                    \
        "strb   r11, [r1, r2]\n\t"       \
        "strb   r10, [r1]\n\t"           \
        "add    r1, r1, r2, lsl #1\n\t"  \
        "cmp    r0, r3\n\t"              \
        "bne    2b\n\t"                  \
        "ldrd   r0, r1, [sp, #32]\n\t"   \
        "add    r0, #16\n\t"             \
        "add    r3, #16\n\t"             \
        "add    r1, #1\n\t"              \
        "strd   r0, r1, [sp, #32]\n\t"   \
        "str    r3, [sp, #12]\n\t"       \
        "ldr    r0, [sp, #44]\n\t"       \
        "subs   r0, #1\n\t"              \
        "str    r0, [sp, #44]\n\t"       \
        "bne    1b\n\t"                  \
        "add    sp, #56\n\t"             \
        "pop    {r4-r11, pc}\n\t")

/* Stride 1: left and right of the upper row in r10 and r11, of the lower row in r12 and lr. */
#define TILE(FINISH)                    \
    "ldr    lr, [sp, #28]\n\t"          \
    "ldrd   r2, r3, [r0]\n\t"           \
    "smlad  r10, r2, r4, lr\n\t"        \
    "smlatb r11, r2, r4, lr\n\t"        \
    "smlad  r10, r3, r6, r10\n\t"       \
    "smlatb r11, r3, r6, r11\n\t"       \
    "smlad  r12, r3, r4, lr\n\t"        \
    "smlatb lr, r3, r4, lr\n\t"         \
    "ldrd   r2, r3, [r0, #8]\n\t"       \
    "smlad  r10, r2, r8, r10\n\t"       \
    "smlatb r11, r2, r8, r11\n\t"       \
    "smlad  r12, r2, r6, r12\n\t"       \
    "smlatb lr, r2, r6, lr\n\t"         \
    "smlad  r12, r3, r8, r12\n\t"       \
    "smlatb lr, r3, r8, lr\n\t"         \
    "ldrd   r2, r3, [r0, #64]!\n\t"     \
    "smlabt r10, r2, r5, r10\n\t"       \
    "smlad  r11, r2, r5, r11\n\t"       \
    "smlabt r10, r3, r7, r10\n\t"       \
    "smlad  r11, r3, r7, r11\n\t"       \
    "smlabt r12, r3, r5, r12\n\t"       \
    "smlad  lr, r3, r5, lr\n\t"         \
    "ldrd   r2, r3, [r0, #8]\n\t"       \
    "smlabt r10, r2, r9, r10\n\t"       \
    "smlad  r11, r2, r9, r11\n\t"       \
    "smlabt r12, r2, r7, r12\n\t"       \
    "smlad  lr, r2, r7, lr\n\t"         \
    "smlabt r12, r3, r9, r12\n\t"       \
    "smlad  lr, r3, r9, lr\n\t" FINISH  \
    "ldrd   r2, r3, [sp]\n\t"           \
    "strb   lr, [r1, r2]\n\t"           \
    "strb   r12, [r1, r3]\n\t"          \
    "ldrd   r2, r3, [sp, #8]\n\t"

/* Stride 2: left and right in r10 and r11; a tile is two pairs of columns. */
#define TILE_STRIDE2(FINISH)            \
    "ldr    r11, [sp, #28]\n\t"         \
    "ldrd   r2, r3, [r0]\n\t"           \
    "ldr    r12, [r0, #8]\n\t"          \
    "smlad  r10, r2, r4, r11\n\t"       \
    "smlad  r10, r3, r6, r10\n\t"       \
    "smlad  r10, r12, r8, r10\n\t"      \
    "ldrd   r2, r3, [r0, #64]\n\t"      \
    "ldr    r12, [r0, #72]\n\t"         \
    "smlabt r10, r2, r5, r10\n\t"       \
    "smlabt r10, r3, r7, r10\n\t"       \
    "smlabt r10, r12, r9, r10\n\t"      \
    "smlad  r11, r2, r4, r11\n\t"       \
    "smlad  r11, r3, r6, r11\n\t"       \
    "smlad  r11, r12, r8, r11\n\t"      \
    "ldrd   r2, r3, [r0, #128]!\n\t"    \
    "ldr    r12, [r0, #8]\n\t"          \
    "smlabt r11, r2, r5, r11\n\t"       \
    "smlabt r11, r3, r7, r11\n\t"       \
    "smlabt r11, r12, r9, r11\n\t" FINISH \
    "ldrd   r2, r3, [sp, #8]\n\t"

#define RECTIFIED(ALL) \
    "ldrd   r2, r3, [sp, #16]\n\t" ALL(SMMLA) "ldr    r2, [sp, #24]\n\t" ALL(SHIFT)
#define SIGNED(ALL)                                                              \
    "ldrd   r2, r3, [sp, #16]\n\t" ALL(SMMULR) "ldr    r2, [sp, #24]\n\t" ALL(SHIFT) \
    "ldrd   r2, r3, [sp, #48]\n\t" ALL(CLAMP)

#define TWO(INSTRUCTION) INSTRUCTION("r10") INSTRUCTION("r11")
#define FOUR(INSTRUCTION) TWO(INSTRUCTION) INSTRUCTION("r12") INSTRUCTION("lr")
#define SMMLA(SUM) "smmla  " SUM ", " SUM ", r2, r3\n\t"
#define SMMULR(SUM)                                 \
    "smmulr " SUM ", " SUM ", r2\n\t"               \
    "add    " SUM ", " SUM ", " SUM ", asr #31\n\t" \
    "add    " SUM ", " SUM ", r3\n\t"
#define SHIFT(SUM)                    \
    "asr    " SUM ", " SUM ", r2\n\t" \
    "ssat   " SUM ", #8, " SUM "\n\t"
#define CLAMP(VALUE)                      \
    "sub    " VALUE ", " VALUE ", r2\n\t" \
    "usat   " VALUE ", #8, " VALUE "\n\t" \
    "add    " VALUE ", " VALUE ", r3\n\t"

#define SPAN_FUNCTION(NAME, BODY)                                                      \
    __attribute__((naked, noinline)) static void NAME(const span *s __attribute__((unused))) \
    {                                                                                  \
        SPAN(BODY);                                                                    \
    }

SPAN_FUNCTION(span_rectified, TILE(RECTIFIED(FOUR)))
SPAN_FUNCTION(span_signed, TILE(SIGNED(FOUR)))
SPAN_FUNCTION(span_stride2_rectified, TILE_STRIDE2(RECTIFIED(TWO)))
SPAN_FUNCTION(span_stride2_signed, TILE_STRIDE2(SIGNED(TWO)))

#else /* the same arithmetic in portable C */

static int32_t low_half(uint32_t word)
{
    return (int16_t)word;
}

static int32_t high_half(uint32_t word)
{
    return (int16_t)(word >> 16);
}

static int32_t sum_of(const channel *with, const uint32_t *x, int is_right)
{
    int32_t sum = with->bias;
    uint32_t row;

    for (row = 0; row < 3u; ++row, ++x) {
        const uint32_t w01 = with->weights[2u * row], w12 = with->weights[2u * row + 1u];

        if (is_right) {
            sum += high_half(x[0]) * low_half(w01) + low_half(x[PAIR_WORDS]) * low_half(w12);
            sum += high_half(x[PAIR_WORDS]) * high_half(w12);
        } else {
            sum += low_half(x[0]) * low_half(w01) + high_half(x[0]) * high_half(w01);
            sum += low_half(x[PAIR_WORDS]) * high_half(w12);
        }
    }
    return sum;
}

static void span_in_c(const span *s, uint32_t stride, int is_signed)
{
    uint32_t k;

    for (k = 0; k < s->channels; ++k) {
        const channel *with = &s->first[k];
        const uint32_t *from = s->strip + 4u * k;
        int8_t *to = s->output + k;

        for (; from != s->strip_end + 4u * k; from += PAIR_WORDS * stride, to += 2u * s->column_step) {
            int32_t place;

            for (place = stride == 1u ? 3 : 1; place >= 0; --place) {
                const int is_right = place % 2 != 0, is_lower = place / 2 != 0;
                const int32_t sum =
                    stride == 1u ? sum_of(with, from + (is_lower ? 1 : 0), is_right)
                                 : sum_of(with, from + (is_right ? PAIR_WORDS : 0u), 0);

                to[(is_lower ? s->row_step : 0u) + (is_right ? s->column_step : 0u)] =
                    is_signed ? cai_depthwise_signed(sum, &with->finish, s->high_to_low, s->low)
                              : cai_depthwise_rectified(sum, &with->finish);
            }
        }
    }
}

static void span_rectified(const span *s)
{
    span_in_c(s, 1u, 0);
}

static void span_signed(const span *s)
{
    span_in_c(s, 1u, 1);
}

static void span_stride2_rectified(const span *s)
{
    span_in_c(s, 2u, 0);
}

static void span_stride2_signed(const span *s)
{
    span_in_c(s, 2u, 1);
}

#endif

/* Two neighboring columns of a row of four channels, into every fourth word. */
static inline void store_pair(uint32_t *to, uint32_t left, uint32_t right)
{
    const uint32_t left_even = cai_even_bytes(left), right_even = cai_even_bytes(right);
    const uint32_t left_odd = cai_odd_bytes(left), right_odd = cai_odd_bytes(right);

    to[0] = cai_low_halves(left_even, right_even);
    to[4] = cai_low_halves(left_odd, right_odd);
    to[8] = cai_high_halves(left_even, right_even);
    to[12] = cai_high_halves(left_odd, right_odd);
}

/* A row of four channels of the input, or of padding. */
static void pack_row(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input, uint32_t *strip,
                     int32_t row)
{
    const uint32_t padding = (uint8_t)layer->input_zero_point * 0x01010101u;
    uint32_t *const end = strip + PAIR_WORDS * layer->pairs;

    if (row >= 0 && row < layer->in_rows) {
        const uint32_t step = layer->in_pixel;
        const int8_t *pixel = input + (uint32_t)row * layer->in_row;
        uint32_t *whole;

        if (layer->left != 0u) {
            store_pair(strip, padding, cai_load_word(pixel));
            strip += PAIR_WORDS;
            pixel += step;
        }
        for (whole = strip + PAIR_WORDS * layer->whole; strip != whole; strip += PAIR_WORDS) {
            store_pair(strip, cai_load_word(pixel), cai_load_word(pixel + step));
            pixel += 2u * step;
        }
        if (layer->right != 0u) {
            store_pair(strip, cai_load_word(pixel), padding);
            strip += PAIR_WORDS;
        }
    }
    for (; strip != end; strip += PAIR_WORDS) {
        store_pair(strip, padding, padding);
    }
}

static __attribute__((noinline)) void pack_rows(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input,
                                                uint32_t *strip, int32_t row)
{
    pack_row(layer, input, strip, row);
    pack_row(layer, input, strip + 1, row + 1);
}

/* The weights of four channels, times 2^doublings. */
static void pack_weights(const int8_t *weights, uint32_t channels, uint32_t doublings, channel *to)
{
    uint32_t even[3], odd[3], row, k;

    for (row = 0; row < 6u; row += 2u) {
        for (k = 0; k < 3u; ++k) {
            const uint32_t word = cai_load_word(weights);

            even[k] = cai_double_halves(cai_even_bytes(word), doublings);
            odd[k] = cai_double_halves(cai_odd_bytes(word), doublings);
            weights += channels;
        }
        for (k = 0; k < 2u; ++k) {
            to[0].weights[row + k] = cai_low_halves(even[k], even[k + 1u]);
            to[1].weights[row + k] = cai_low_halves(odd[k], odd[k + 1u]);
            to[2].weights[row + k] = cai_high_halves(even[k], even[k + 1u]);
            to[3].weights[row + k] = cai_high_halves(odd[k], odd[k + 1u]);
        }
    }
}

typedef void span_function(const span *s);

/* What tiles of each kind are made of. */
typedef struct {
    span_function *function;
    uint32_t doublings;
    uint32_t rows;  /* of the output, in a tile */
    uint32_t pairs; /* of columns of the input, from tile to tile */
} kind;

/* Four channels of an image; those before `skipped` are not computed. */
static void for_group(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input, int8_t *output,
                      uint32_t skipped, const channel *first, uint32_t *strip, const kind *tiles)
{
    const uint32_t across = layer->columns / 2u;
    int32_t in_row = -(int32_t)layer->pad_top;
    uint32_t row;
    span s;

    s.first = first + skipped;
    s.channels = 4u - skipped;
    s.high_to_low = 127 - layer->clamp_high + layer->clamp_low;
    s.low = layer->clamp_low;
    output += skipped;
    pack_rows(layer, input, strip, in_row);
    for (row = 0; row < layer->rows; row += tiles->rows) {
        in_row += 2;
        pack_rows(layer, input, strip + 2, in_row);
        s.strip = strip + 4u * skipped;
        s.strip_end = s.strip + PAIR_WORDS * tiles->pairs * across;
        s.output = output;
        s.column_step = layer->out_pixel;
        s.row_step = row + 1u < layer->rows ? layer->out_row : 0u;
        if (across != 0u) {
            tiles->function(&s);
        }
        if (layer->columns % 2u != 0u) {
            s.strip = s.strip_end;
            s.strip_end += PAIR_WORDS * tiles->pairs;
            s.output += 2u * across * s.column_step;
            s.column_step = 0;
            tiles->function(&s);
        }
        output += tiles->rows * layer->out_row;
        strip += 2;
    }
}

static void for_all(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input, int8_t *output,
                    void *scratch, const kind *tiles)
{
    channel *const ready = (channel *)scratch;
    uint32_t *const strips = (uint32_t *)(ready + 4);
    const int32_t raised = layer->zero_point + 127 - layer->clamp_high;
    uint32_t batch, first, k;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (first = 0; first < layer->channels; first += 4u) {
            const uint32_t base = first + 4u <= layer->channels ? first : layer->channels - 4u;

            pack_weights(layer->weights + base, layer->channels, tiles->doublings, ready);
            for (k = 0; k < 4u; ++k) {
                ready[k].finish = cai_depthwise_finish_of(
                    layer->multiplier[base + k], layer->shift[base + k], raised, tiles->doublings);
                ready[k].bias = layer->bias[base + k] * (1 << tiles->doublings);
            }
            for_group(layer, input + base, output + base, first - base, ready, strips, tiles);
        }
        input += layer->in_batch;
        output += layer->out_batch;
    }
}

#define ENTRY(NAME, FUNCTION, DOUBLINGS, ROWS, PAIRS)                                             \
    void NAME(const cai_depthwise_s8_3x3_layer *layer, const int8_t *input, int8_t *output,       \
              void *scratch)                                                                      \
    {                                                                                             \
        static const kind tiles = {FUNCTION, DOUBLINGS, ROWS, PAIRS};                             \
                                                                                                  \
        for_all(layer, input, output, scratch, &tiles);                                           \
    }

ENTRY(cai_depthwise_s8_3x3, span_rectified, 2u, 2u, 1u)
ENTRY(cai_depthwise_s8_3x3_signed, span_signed, 1u, 2u, 1u)
ENTRY(cai_depthwise_s8_3x3_stride2, span_stride2_rectified, 2u, 1u, 2u)
ENTRY(cai_depthwise_s8_3x3_stride2_signed, span_stride2_signed, 1u, 1u, 2u)
