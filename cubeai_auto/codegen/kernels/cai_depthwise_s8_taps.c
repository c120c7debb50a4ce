/*
 * Depthwise convolution, int8, one output channel for each input channel: any kernel, four
 * channels at a time.
 *
 * A word of the input holds four neighboring channels of a pixel. The cells of the kernel are laid
 * out as a list: for each the distance of its pixel, and its four weights widened to 16 bits.
 * Outputs whose windows hang over the image in the same way share a list, which then holds only
 * the cells inside; their sums start from a bias of their own. So nothing is padded and nothing is
 * tested in the inner loop.
 *
 * Weights are stored in the list times 4 (cai_depthwise_s8_taps) or 2 (..._signed), for the
 * requantization of cai_depthwise.h. The generator has proven that such sums fit 32 bits and that
 * no shift is to the left.
 *
 * A last group of fewer than four channels is moved back to the last four channels of the pixel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_depthwise.h"
#include "cai_kernels.h"

/* A cell of the kernel. */
typedef struct {
    int32_t distance;    /* in bytes, from the pixel under the first cell of the list */
    uint32_t weights[2]; /* channels (0, 2) and (1, 3) */
} tap;

/* Outputs of a row that share a list of cells. The order is that of the assembly below. */
typedef struct {
    int32_t bias[4];
    cai_depthwise_finish finish[4];
    int32_t high_to_low; /* see cai_depthwise.h */
    int32_t low;
    uint32_t out_step;
    uint32_t in_step;
    int8_t *end;
    const tap *taps_end;
} run;

#if CAI_DSP

/* Pixels up to run->end; FINISH turns the sums in r6 to r9 into outputs, with run + 16 in r0. */
#define RUN(FINISH)                                                                     \
    __asm__ volatile(                                                                   \
        "push   {r4-r11, lr}\n\t"                                                       \
        "mov    r11, r0\n\t"                                                            \
        "mov    r12, r3\n\t"                                                            \
        "mov    lr, r1\n\t"                                                             \
        "mov    r1, r2\n\t"                                                             \
        "ldr    r10, [r11, #84]\n"                                                      \
        "1:\n\t"                                                                        \
        "ldmia  r11, {r6-r9}\n\t"                                                       \
        "mov    r0, lr\n"                                                               \
        "2:\n\t" TAP TAP TAP                                                            \
        "cmp    r0, r10\n\t"                                                            \
        "bne    2b\n\t"                                                                 \
        "add    r0, r11, #16\n\t" FINISH                                                \
        "bfi    r6, r7, #8, #8\n\t"                                                     \
        "bfi    r6, r8, #16, #8\n\t"                                                    \
        "bfi    r6, r9, #24, #8\n\t"                                                    \
        "str    r6, [r12]\n\t"                                                          \
        "ldmia  r0, {r2-r4}\n\t"                                                        \
        "add    r12, r12, r2\n\t"                                                       \
        "add    r1, r1, r3\n\t"                                                         \
        "cmp    r12, r4\n\t"                                                            \
        "bne    1b\n\t"                                                                 \
        "pop    {r4-r11, pc}\n\t")

#define TAP                        \
    "ldmia  r0!, {r2-r4}\n\t"      \
    "ldr    r2, [r1, r2]\n\t"      \
    "sxtb16 r5, r2\n\t"            \
    "sxtb16 r2, r2, ror #8\n\t"    \
    "smlabb r6, r5, r3, r6\n\t"    \
    "smlabb r7, r2, r4, r7\n\t"    \
    "smlatt r8, r5, r3, r8\n\t"    \
    "smlatt r9, r2, r4, r9\n\t"

#define REQUANTIZE(SUM)            \
    "ldmia  r0!, {r2-r4}\n\t"      \
    "smmla  " SUM ", " SUM ", r2, r3\n\t" \
    "asr    " SUM ", " SUM ", r4\n\t"     \
    "ssat   " SUM ", #8, " SUM "\n\t"

#define REQUANTIZE_SIGNED(SUM)     \
    "ldmia  r0!, {r2-r4}\n\t"      \
    "smmulr " SUM ", " SUM ", r2\n\t"             \
    "add    " SUM ", " SUM ", " SUM ", asr #31\n\t" \
    "add    " SUM ", " SUM ", r3\n\t"             \
    "asr    " SUM ", " SUM ", r4\n\t"

#define CLAMP(VALUE)                      \
    "ssat   " VALUE ", #8, " VALUE "\n\t" \
    "sub    " VALUE ", " VALUE ", r2\n\t" \
    "usat   " VALUE ", #8, " VALUE "\n\t" \
    "add    " VALUE ", " VALUE ", r3\n\t"

__attribute__((naked, noinline)) static void run_rectified(const run *r __attribute__((unused)),
                                                           const tap *taps __attribute__((unused)),
                                                           const int8_t *input __attribute__((unused)),
                                                           int8_t *output __attribute__((unused)))
{
    RUN(REQUANTIZE("r6") REQUANTIZE("r7") REQUANTIZE("r8") REQUANTIZE("r9") "add    r0, #8\n\t");
}

__attribute__((naked, noinline)) static void run_signed(const run *r __attribute__((unused)),
                                                        const tap *taps __attribute__((unused)),
                                                        const int8_t *input __attribute__((unused)),
                                                        int8_t *output __attribute__((unused)))
{
    RUN(REQUANTIZE_SIGNED("r6") REQUANTIZE_SIGNED("r7") REQUANTIZE_SIGNED("r8")
            REQUANTIZE_SIGNED("r9")
        "ldmia  r0!, {r2, r3}\n\t" CLAMP("r6") CLAMP("r7") CLAMP("r8") CLAMP("r9"));
}

#else /* the same arithmetic in portable C */

static void run_in_c(const run *r, const tap *taps, const int8_t *input, int8_t *output, int is_signed)
{
    for (; output != r->end; output += r->out_step, input += r->in_step) {
        int32_t sums[4] = {r->bias[0], r->bias[1], r->bias[2], r->bias[3]};
        const tap *t;
        uint32_t k;

        for (t = taps; t != r->taps_end; ++t) {
            for (k = 0; k < 4u; ++k) {
                sums[k] += input[t->distance + (int32_t)k] * (int16_t)(t->weights[k & 1u] >> (8u * (k & 2u)));
            }
        }
        for (k = 0; k < 4u; ++k) {
            output[k] = is_signed ? cai_depthwise_signed(sums[k], &r->finish[k], r->high_to_low, r->low)
                                  : cai_depthwise_rectified(sums[k], &r->finish[k]);
        }
    }
}

static void run_rectified(const run *r, const tap *taps, const int8_t *input, int8_t *output)
{
    run_in_c(r, taps, input, output, 0);
}

static void run_signed(const run *r, const tap *taps, const int8_t *input, int8_t *output)
{
    run_in_c(r, taps, input, output, 1);
}

#endif

typedef void run_function(const run *r, const tap *taps, const int8_t *input, int8_t *output);

/* Neighboring outputs, along one dimension, that have the same cells inside the image. */
typedef struct {
    uint32_t first; /* outputs */
    uint32_t end;
    uint32_t from; /* cells */
    uint32_t to;
} stretch;

static uint32_t cell_from(int32_t start, uint32_t dilation)
{
    return start < 0 ? ((uint32_t)-start + dilation - 1u) / dilation : 0u;
}

static uint32_t cell_to(int32_t start, uint32_t kernel, uint32_t dilation, uint32_t size)
{
    const int32_t left = (int32_t)size - start;
    const uint32_t to = left > 0 ? ((uint32_t)left + dilation - 1u) / dilation : 0u;

    return to < kernel ? to : kernel;
}

/* The stretch that begins with output `first`. */
static stretch stretch_at(const cai_depthwise_s8_dimension *along, uint32_t first)
{
    int32_t start = (int32_t)(first * along->stride) - (int32_t)along->pad;
    stretch found;

    found.first = first;
    found.end = first;
    found.from = cell_from(start, along->dilation);
    found.to = cell_to(start, along->kernel, along->dilation, along->in);
    do {
        ++found.end;
        start += (int32_t)along->stride;
    } while (found.end < along->out && cell_from(start, along->dilation) == found.from &&
             cell_to(start, along->kernel, along->dilation, along->in) == found.to);
    return found;
}

/* The list of the cells inside, for four channels, and the sums that it starts from. */
static void list_taps(const cai_depthwise_s8_taps_layer *layer, uint32_t base, const stretch *down,
                      const stretch *across, uint32_t doublings, run *r, tap *taps)
{
    const uint32_t channels = layer->channels;
    const uint32_t line = layer->down.dilation * layer->across.in * channels;
    tap *const first = taps;
    int32_t sums[4] = {0, 0, 0, 0};
    uint32_t y, x, k;

    for (y = down->from; y < down->to; ++y) {
        const int8_t *weights =
            layer->weights + (y * layer->across.kernel + across->from) * channels + base;
        uint32_t distance = (y - down->from) * line;

        for (x = across->from; x < across->to; ++x) {
            const uint32_t word = cai_load_word(weights);

            for (k = 0; k < 4u; ++k) {
                sums[k] += weights[k];
            }
            taps->distance = (int32_t)distance;
            taps->weights[0] = cai_double_halves(cai_even_bytes(word), doublings);
            taps->weights[1] = cai_double_halves(cai_odd_bytes(word), doublings);
            ++taps;
            weights += channels;
            distance += layer->across.dilation * channels;
        }
    }
    while (taps == first || (taps - first) % 3 != 0) {
        taps->distance = 0;
        taps->weights[0] = 0;
        taps->weights[1] = 0;
        ++taps;
    }
    for (k = 0; k < 4u; ++k) {
        r->bias[k] = (layer->bias[base + k] - layer->input_zero_point * sums[k]) * (1 << doublings);
    }
    r->taps_end = taps;
}

/* All outputs of four channels whose windows hang over the image in the same way. */
static void run_stretch(const cai_depthwise_s8_taps_layer *layer, const int8_t *input, int8_t *output,
                        const stretch *down, const stretch *across, run *r, const tap *taps,
                        run_function *function)
{
    const uint32_t channels = layer->channels;
    const int empty = down->from >= down->to || across->from >= across->to;
    uint32_t row;

    r->in_step = empty ? 0u : layer->across.stride * channels;
    for (row = down->first; row < down->end; ++row) {
        const uint32_t y = row * layer->down.stride + down->from * layer->down.dilation - layer->down.pad;
        const uint32_t x = across->first * layer->across.stride +
                           across->from * layer->across.dilation - layer->across.pad;
        int8_t *line = output + row * layer->across.out * channels;

        r->end = line + across->end * channels;
        function(r, taps, empty ? input : input + (y * layer->across.in + x) * channels,
                 line + across->first * channels);
    }
}

static void for_all(const cai_depthwise_s8_taps_layer *layer, const int8_t *input, int8_t *output,
                    tap *taps, uint32_t doublings, run_function *function)
{
    const uint32_t channels = layer->channels;
    const int32_t raised = layer->zero_point + 127 - layer->clamp_high;
    uint32_t batch, first, k;
    run r;

    r.high_to_low = 127 - layer->clamp_high + layer->clamp_low;
    r.low = layer->clamp_low;
    r.out_step = channels;
    for (batch = 0; batch < layer->batches; ++batch) {
        for (first = 0; first < channels; first += 4u) {
            const uint32_t base = first + 4u <= channels ? first : channels - 4u;
            stretch across, down;

            for (k = 0; k < 4u; ++k) {
                r.finish[k] = cai_depthwise_finish_of(layer->multiplier[base + k], layer->shift[base + k],
                                                      raised, doublings);
            }
            for (across.end = 0; across.end < layer->across.out;) {
                across = stretch_at(&layer->across, across.end);
                for (down.end = 0; down.end < layer->down.out;) {
                    down = stretch_at(&layer->down, down.end);
                    list_taps(layer, base, &down, &across, doublings, &r, taps);
                    run_stretch(layer, input + base, output + base, &down, &across, &r, taps, function);
                }
            }
        }
        input += layer->down.in * layer->across.in * channels;
        output += layer->down.out * layer->across.out * channels;
    }
}

void cai_depthwise_s8_taps(const cai_depthwise_s8_taps_layer *layer, const int8_t *input, int8_t *output,
                           void *scratch)
{
    for_all(layer, input, output, (tap *)scratch, 2u, run_rectified);
}

void cai_depthwise_s8_taps_signed(const cai_depthwise_s8_taps_layer *layer, const int8_t *input,
                                  int8_t *output, void *scratch)
{
    for_all(layer, input, output, (tap *)scratch, 1u, run_signed);
}
