/*
 * The part of a window, along one dimension, that lies inside the image.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_WINDOW_H
#define CAI_WINDOW_H

#include <stdint.h>

typedef struct {
    uint32_t first; /* cells of the window */
    uint32_t end;
} cai_window;

/* A window of `cells` cells, `dilation` apart, the first of them at `start` of 0 to size - 1. */
static inline cai_window cai_window_inside(int32_t start, uint32_t cells, uint32_t dilation, uint32_t size)
{
    cai_window found = {0, cells};

    while (found.first < cells && start + (int32_t)(found.first * dilation) < 0) {
        ++found.first;
    }
    while (found.end > found.first && start + (int32_t)((found.end - 1u) * dilation) >= (int32_t)size) {
        --found.end;
    }
    return found;
}

#endif /* CAI_WINDOW_H */
