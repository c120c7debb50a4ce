/*
 * Runs a generated network on the development machine over a file of input vectors.
 *
 * usage: network INPUTS OUTPUTS
 *
 * INPUTS holds the raw bytes of all inputs of the first vector, then of the second, and so on;
 * OUTPUTS receives the outputs in the same way. Little endian, as on the target.
 *
 * Exit status: 0 good, 2 a file is unusable, 3 the network refused a call.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network_under_test.h"

#define EXIT_FILE 2
#define EXIT_API 3

static int refused(const char *call, stai_return_code code)
{
    fprintf(stderr, "..._%s failed with code 0x%06lx\n", call, (unsigned long)code);
    return EXIT_API;
}

/* 1: all inputs of a vector were read, 0: the file ended before it, -1: it ended within it. */
static int read_vector(FILE *file, const stai_network_info *info)
{
    for (stai_size i = 0; i < info->n_inputs; i++) {
        const size_t wanted = info->inputs[i].size_bytes;
        const size_t got = fread(nn_inputs[i], 1, wanted, file);

        if (got != wanted) {
            return (i == 0 && got == 0) ? 0 : -1;
        }
    }
    return 1;
}

static int write_vector(FILE *file, const stai_network_info *info)
{
    for (stai_size i = 0; i < info->n_outputs; i++) {
        const size_t size = info->outputs[i].size_bytes;

        if (fwrite(nn_outputs[i], 1, size, file) != size) {
            return 0;
        }
    }
    return 1;
}

static int run_all(FILE *inputs, FILE *outputs)
{
    stai_network_info info;
    stai_return_code code;
    const char *failed;
    int more;

    /* A network must not rely on what its buffers held before. */
    memset(nn_context, 0xA5, sizeof nn_context);
#if NN_ACTIVATIONS_BYTES > 0
    memset(nn_activations, 0xA5, sizeof nn_activations);
#endif
#if NN_MACRO(STATES_NUM) > 0
    memset(nn_states, 0xA5, sizeof nn_states);
#endif
    failed = nn_set_up(&code);
    if (failed != NULL) {
        return refused(failed, code);
    }
    code = NN_FUNCTION(get_info)(nn_context, &info);
    if (code != STAI_SUCCESS || info.n_inputs != NN_MACRO(IN_NUM) ||
        info.n_outputs != NN_MACRO(OUT_NUM)) {
        return refused("get_info", code);
    }
    while ((more = read_vector(inputs, &info)) > 0) {
        code = NN_INDEPENDENT ? nn_start_sequence() : STAI_SUCCESS;
        if (code != STAI_SUCCESS) {
            return refused("set_states", code);
        }
        code = NN_FUNCTION(run)(nn_context, STAI_MODE_SYNC);
        if (code != STAI_SUCCESS) {
            return refused("run", code);
        }
        if (!write_vector(outputs, &info)) {
            perror("cannot write the outputs");
            return EXIT_FILE;
        }
    }
    if (more < 0) {
        fprintf(stderr, "the file of inputs ends within a vector\n");
        return EXIT_FILE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    FILE *inputs;
    FILE *outputs;
    int status;

    if (argc != 3) {
        fprintf(stderr, "usage: %s INPUTS OUTPUTS\n", argv[0]);
        return EXIT_FILE;
    }
    inputs = fopen(argv[1], "rb");
    if (inputs == NULL) {
        perror(argv[1]);
        return EXIT_FILE;
    }
    outputs = fopen(argv[2], "wb");
    if (outputs == NULL) {
        perror(argv[2]);
        fclose(inputs);
        return EXIT_FILE;
    }
    status = run_all(inputs, outputs);
    fclose(inputs);
    if (fclose(outputs) != 0 && status == EXIT_SUCCESS) {
        perror("cannot write the outputs");
        status = EXIT_FILE;
    }
    return status;
}
