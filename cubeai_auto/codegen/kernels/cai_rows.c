/*
 * The walk over the rows of two operands that may be broadcast.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_elementwise.h"

int cai_next_row(const cai_rows *rows, cai_row *row)
{
    uint32_t k;

    for (k = 0; k < CAI_OUTER; ++k) {
        row->a += rows->a_steps[k];
        row->b += rows->b_steps[k];
        if (++row->index[k] < rows->outer[k]) {
            return 1;
        }
        row->index[k] = 0;
        row->a -= rows->a_steps[k] * rows->outer[k];
        row->b -= rows->b_steps[k] * rows->outer[k];
    }
    return 0;
}
