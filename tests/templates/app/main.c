/*
 * Feeds an application built from the templates with the samples of a file.
 *
 * usage: main SAMPLES RESULTS
 *
 * RESULTS receives the stored result of every sample; standard output the best position and its
 * score. Exit status: 0 good, otherwise the number of the check that failed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>

#include "app_network.h"

int main(int argc, char **argv)
{
    static app_network_raw sample[APP_NETWORK_SAMPLE_SIZE];
    FILE *samples;
    FILE *results;

    if (argc != 3) {
        return 2;
    }
    /* Before the set-up nothing runs, and nothing is read that is not there. */
    if (app_network_run(sample) == 0u || app_network_refused() == NULL || app_network_result() != NULL) {
        return 3;
    }
    if (app_network_score(0) > 0.0f || app_network_best() != 0u) {
        return 4;
    }
    if (app_network_init() != 0u || app_network_result() == NULL || app_network_run(NULL) == 0u) {
        return 5;
    }
    if (app_network_score(APP_NETWORK_RESULT_SIZE) > 0.0f) {
        return 6;
    }
    samples = fopen(argv[1], "rb");
    results = fopen(argv[2], "wb");
    if (samples == NULL || results == NULL) {
        return 7;
    }
    while (fread(sample, sizeof sample[0], APP_NETWORK_SAMPLE_SIZE, samples) == APP_NETWORK_SAMPLE_SIZE) {
        if (app_network_run(sample) != 0u) {
            return 8;
        }
        if (fwrite(app_network_result(), 1, APP_NETWORK_RESULT_BYTES, results) != APP_NETWORK_RESULT_BYTES) {
            return 9;
        }
        printf("%lu %.9g\n", (unsigned long)app_network_best(), (double)app_network_score(app_network_best()));
    }
    fclose(samples);
    return fclose(results) == 0 ? 0 : 10;
}
