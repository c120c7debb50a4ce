/*
 * Four neighboring channels at a time: the largest, or the sums, of the pixels of a rectangle.
 *
 * With the DSP extension, SSUB8 and SEL choose the larger of four pairs of bytes, and SXTAB16
 * adds bytes to halfwords, of which 255 fit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_FOUR_BYTES_H
#define CAI_FOUR_BYTES_H

#include <stdint.h>

/* Pixels of an image: where the first one is, and how many in both directions; steps in bytes. */
typedef struct {
    const int8_t *first;
    uint32_t rows;
    uint32_t columns;
    uint32_t row_step;
    uint32_t step;
} cai_rectangle;

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)

#define CAI_FOUR_BYTES 1

static inline uint32_t cai_four_bytes(const int8_t *source)
{
    uint32_t word;
    __builtin_memcpy(&word, source, sizeof word);
    return word;
}

static inline uint32_t cai_larger_bytes(uint32_t a, uint32_t b)
{
    uint32_t larger, difference;
    __asm__("ssub8 %1, %2, %3\n\t"
            "sel   %0, %2, %3"
            : "=r"(larger), "=&r"(difference)
            : "r"(a), "r"(b));
    return larger;
}

/* At least `low`; rows and columns are not 0. */
static inline uint32_t cai_largest_of_four(const cai_rectangle *of, uint32_t channel, uint32_t low)
{
    const int8_t *line = of->first + channel;
    const uint32_t step = of->step;
    uint32_t rows = of->rows;

    do {
        const int8_t *pixel = line;
        uint32_t columns = of->columns;

        do {
            low = cai_larger_bytes(low, cai_four_bytes(pixel));
            pixel += step;
        } while (--columns != 0u);
        line += of->row_step;
    } while (--rows != 0u);
    return low;
}

static inline void cai_add_bytes(uint32_t *even, uint32_t *odd, const int8_t *pixel)
{
    __asm__("sxtab16 %0, %0, %2\n\t"
            "sxtab16 %1, %1, %2, ror #8"
            : "+&r"(*even), "+&r"(*odd)
            : "r"(cai_four_bytes(pixel)));
}

#else

#define CAI_FOUR_BYTES 0

static inline void cai_add_bytes(uint32_t *even, uint32_t *odd, const int8_t *pixel)
{
    (void)even, (void)odd, (void)pixel;
}

#endif

static inline void cai_flush(int32_t sums[4], uint32_t *even, uint32_t *odd)
{
    sums[0] += (int16_t)*even;
    sums[1] += (int16_t)*odd;
    sums[2] += (int32_t)*even >> 16;
    sums[3] += (int32_t)*odd >> 16;
    *even = *odd = 0;
}

#define CAI_HALFWORD_ROOM 255u

/*
 * Sums of the pixels, from channel `channel` on: of four channels with the DSP extension if there
 * are so many left of `channels`, else of one. Returns of how many.
 */
static inline uint32_t cai_sums(const cai_rectangle *of, uint32_t channel, uint32_t channels,
                                int32_t sums[4])
{
    const int8_t *line = of->first + channel;
    const uint32_t step = of->step;
    const int four = CAI_FOUR_BYTES && channel + 4u <= channels;
    uint32_t room = CAI_HALFWORD_ROOM;
    uint32_t even = 0, odd = 0; /* sums of channels 0 and 2, 1 and 3, in halfwords */
    uint32_t row;

    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    for (row = 0; row < of->rows; ++row) {
        const int8_t *pixel = line;
        uint32_t left = of->columns;

        while (!four && left != 0u) {
            sums[0] += *pixel;
            pixel += step;
            --left;
        }
        while (left != 0u) {
            uint32_t now = left < room ? left : room;

            left -= now;
            room -= now;
            do {
                cai_add_bytes(&even, &odd, pixel);
                pixel += step;
            } while (--now != 0u);
            if (room == 0u) {
                cai_flush(sums, &even, &odd);
                room = CAI_HALFWORD_ROOM;
            }
        }
        line += of->row_step;
    }
    cai_flush(sums, &even, &odd);
    return four ? 4u : 1u;
}

#endif /* CAI_FOUR_BYTES_H */
