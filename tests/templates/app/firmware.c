/*
 * The calls of a main.c: what a CubeMX project has in its user code sections.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_network.h"

static app_network_raw sample[APP_NETWORK_SAMPLE_SIZE];
static volatile uint32_t best;
static volatile float score;

int main(void)
{
    if (app_network_init() != 0u) {
        return 1;
    }
    for (;;) {
        sample[0]++;
        if (app_network_run(sample) != 0u) {
            return 2;
        }
        best = app_network_best();
        score = app_network_score(best);
    }
}
