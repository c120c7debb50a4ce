/*
 * Three applications in the styles of different packs: up to 7.0 (parameters and initializers of
 * buffers), 7.1 to 10 (create_and_init), and the pack's own template (allocated inputs). They must
 * build without a change, and give the same result.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "ai_datatypes_defines.h"
#include "network.h"
#include "network_data.h"

AI_ALIGNED(32)
static ai_u8 pool[AI_NETWORK_DATA_ACTIVATIONS_SIZE];

AI_ALIGNED(4)
static ai_u8 in_data[AI_NETWORK_IN_1_SIZE_BYTES];

AI_ALIGNED(4)
static ai_u8 out_data[3][(AI_NETWORK_OUT_1_SIZE_BYTES + 3) & ~3];

static ai_handle network = AI_HANDLE_NULL;

static int parameters_and_initializers(void)
{
    ai_buffer ai_input[AI_NETWORK_IN_NUM] = AI_NETWORK_IN;
    ai_buffer ai_output[AI_NETWORK_OUT_NUM] = AI_NETWORK_OUT;
    const ai_network_params params = AI_NETWORK_PARAMS_INIT(
        AI_NETWORK_DATA_WEIGHTS(ai_network_data_weights_get()),
        AI_NETWORK_DATA_ACTIVATIONS(pool));
    ai_error err;

    err = ai_network_create(&network, (const ai_buffer *)AI_NETWORK_DATA_CONFIG);
    if (err.type != AI_ERROR_NONE) {
        printf("create type=%d code=%d\n", err.type, err.code);
        return 1;
    }
    if (!ai_network_init(network, &params)) {
        err = ai_network_get_error(network);
        printf("init type=%d code=%d\n", err.type, err.code);
        ai_network_destroy(network);
        return 1;
    }
    ai_input[0].n_batches = 1;
    ai_input[0].data = AI_HANDLE_PTR(in_data);
    ai_output[0].n_batches = 1;
    ai_output[0].data = AI_HANDLE_PTR(out_data[0]);
    if (ai_network_run(network, ai_input, ai_output) != 1) {
        return 1;
    }
    network = ai_network_destroy(network);
    return network != AI_HANDLE_NULL;
}

static int create_and_init(void)
{
    const ai_handle acts[] = {pool};
    ai_buffer *ai_input;
    ai_buffer *ai_output;
    ai_error err;

    err = ai_network_create_and_init(&network, acts, NULL);
    if (err.type != AI_ERROR_NONE) {
        return 1;
    }
    ai_input = ai_network_inputs_get(network, NULL);
    ai_output = ai_network_outputs_get(network, NULL);
    ai_input[0].data = AI_HANDLE_PTR(in_data);
    ai_output[0].data = AI_HANDLE_PTR(out_data[1]);
    return ai_network_run(network, &ai_input[0], &ai_output[0]) != 1;
}

#if !defined(AI_NETWORK_INPUTS_IN_ACTIVATIONS)
static ai_i8 data_in_1[AI_NETWORK_IN_1_SIZE_BYTES];
ai_i8 *data_ins[AI_NETWORK_IN_NUM] = {data_in_1};
#else
ai_i8 *data_ins[AI_NETWORK_IN_NUM] = {NULL};
#endif

static int allocated_inputs(void)
{
    ai_handle data_activations0[] = {pool};
    ai_u16 count;
    ai_buffer *ai_input;
    ai_buffer *ai_output;

    if (ai_network_create_and_init(&network, data_activations0, NULL).type != AI_ERROR_NONE) {
        return 1;
    }
    ai_input = ai_network_inputs_get(network, &count);
    ai_output = ai_network_outputs_get(network, NULL);
#if defined(AI_NETWORK_INPUTS_IN_ACTIVATIONS)
    for (int idx = 0; idx < AI_NETWORK_IN_NUM; idx++) {
        data_ins[idx] = ai_input[idx].data;
    }
#else
    for (int idx = 0; idx < AI_NETWORK_IN_NUM; idx++) {
        ai_input[idx].data = data_ins[idx];
    }
    ai_output[0].data = out_data[2];
#endif
    memcpy(data_ins[0], in_data, AI_NETWORK_IN_1_SIZE_BYTES);
    if (ai_network_run(network, ai_input, ai_output) != 1) {
        return 1;
    }
    memmove(out_data[2], ai_output[0].data, AI_NETWORK_OUT_1_SIZE_BYTES);
    return count != AI_NETWORK_IN_NUM;
}

int main(void)
{
    for (int k = 0; k < AI_NETWORK_IN_1_SIZE_BYTES; k++) {
        in_data[k] = (ai_u8)(37 * k + 5);
    }
    if (parameters_and_initializers() || create_and_init() || allocated_inputs()) {
        return 1;
    }
    if (memcmp(out_data[0], out_data[1], sizeof out_data[0]) != 0) {
        return 2;
    }
    return memcmp(out_data[0], out_data[2], sizeof out_data[0]) != 0 ? 3 : 0;
}
