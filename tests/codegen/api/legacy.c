/*
 * Uses the legacy API of a generated network wrongly and rightly, and prints what it tells about
 * itself.
 *
 * Compiled with a network called "network" with one input and one output, inside the activations.
 * Exit status: the number of checks that failed; each is printed on standard error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "ai_datatypes_defines.h"
#include "ai_platform.h"
#include "network.h"
#include "network_data.h"
#include "network_data_params.h"

AI_ALIGNED(32) static ai_u8 activations[AI_NETWORK_DATA_ACTIVATIONS_SIZE + 4];
AI_ALIGNED(32) static ai_u8 others[AI_NETWORK_DATA_ACTIVATION_1_SIZE];
AI_ALIGNED(32) static ai_i8 own_input[AI_NETWORK_IN_1_SIZE_BYTES + 4];
AI_ALIGNED(32) static ai_i8 own_output[AI_NETWORK_OUT_1_SIZE_BYTES];

static int failures;

#define CHECK(condition)                                                     \
    do {                                                                     \
        if (!(condition)) {                                                  \
            fprintf(stderr, "line %d: %s does not hold\n", __LINE__, #condition); \
            ++failures;                                                      \
        }                                                                    \
    } while (0)

/* The error has this type and code. */
#define ERROR_IS(error, wanted_type, wanted_code)  \
    do {                                           \
        const ai_error seen = (error);             \
        CHECK(seen.type == AI_ERROR_##wanted_type); \
        CHECK(seen.code == AI_ERROR_CODE_##wanted_code); \
    } while (0)

static const ai_handle memory[] = {activations};

/* Every function refuses a handle that is none, and remembers that. */
static void no_instance(ai_handle handle)
{
    ai_network_report report;
    ai_network_params params;
    ai_buffer buffer[1] = AI_NETWORK_IN;
    ai_u16 count = 7;

    CHECK(ai_network_inputs_get(handle, &count) == NULL && count == 0);
    ERROR_IS(ai_network_get_error(handle), INVALID_HANDLE, NETWORK);
    count = 7;
    CHECK(ai_network_outputs_get(handle, &count) == NULL && count == 0);
    CHECK(ai_network_run(handle, buffer, buffer) == 0);
    CHECK(ai_network_forward(handle, buffer) == 0);
    CHECK(ai_network_get_report(handle, &report) == 0);
    CHECK(ai_network_get_info(handle, &report) == 0);
    CHECK(ai_network_data_params_get(&params));
    CHECK(ai_network_init(handle, &params) == 0);
    CHECK(ai_network_destroy(handle) == handle);
    ERROR_IS(ai_network_get_error(handle), INVALID_HANDLE, NETWORK);
    ERROR_IS(ai_network_get_error(handle), INVALID_HANDLE, NETWORK);
}

static void bad_set_up(void)
{
    const ai_handle nothing[] = {NULL};
    const ai_handle shifted[] = {activations + 1};
    const ai_handle foreign[] = {others};
    ai_handle network = AI_HANDLE_PTR(others);

    ERROR_IS(ai_network_create(NULL, AI_NETWORK_DATA_CONFIG), CREATE_FAILED, INVALID_PTR);
    ERROR_IS(ai_network_create_and_init(NULL, memory, NULL), CREATE_FAILED, INVALID_PTR);
    ERROR_IS(ai_network_create_and_init(&network, NULL, NULL), INIT_FAILED, NETWORK_ACTIVATIONS);
    CHECK(network == AI_HANDLE_NULL);
    ERROR_IS(ai_network_create_and_init(&network, nothing, NULL), INIT_FAILED, NETWORK_ACTIVATIONS);
    ERROR_IS(ai_network_create_and_init(&network, shifted, NULL), INIT_FAILED, NETWORK_ACTIVATIONS);
    ERROR_IS(ai_network_create_and_init(&network, memory, foreign), INIT_FAILED, NETWORK_WEIGHTS);
    CHECK(network == AI_HANDLE_NULL);
    no_instance(network);
}

/* Weights may be given in any of the forms that applications use. */
static void weights_of_any_form(void)
{
    const ai_handle weights[] = {ai_network_data_weights_get()};
    const ai_handle none[] = {NULL};
    ai_handle network = AI_HANDLE_NULL;

    CHECK(ai_network_data_weights_get() != NULL);
    ERROR_IS(ai_network_create_and_init(&network, memory, weights), NONE, NONE);
    ERROR_IS(ai_network_create_and_init(&network, memory, none), NONE, NONE);
    ERROR_IS(ai_network_create_and_init(&network, memory, (const ai_handle *)weights[0]), NONE, NONE);
    CHECK(ai_network_destroy(network) == AI_HANDLE_NULL);
    no_instance(network);
}

static void created_but_not_initialized(void)
{
    ai_handle network = AI_HANDLE_NULL;
    ai_network_params params;
    ai_buffer *input;

    ERROR_IS(ai_network_create(&network, AI_NETWORK_DATA_CONFIG), NONE, NONE);
    input = ai_network_inputs_get(network, NULL);
    CHECK(input != NULL && input[0].data == NULL);
    CHECK(ai_network_forward(network, input) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_STATE, NETWORK);
    ERROR_IS(ai_network_get_error(network), NONE, NONE);
    CHECK(ai_network_init(network, NULL) == 0);
    ERROR_IS(ai_network_get_error(network), INIT_FAILED, NETWORK_PARAMS);
    CHECK(ai_network_data_params_get(NULL) == 0);
    CHECK(ai_network_data_params_get(&params) == 1);
    CHECK(params.map_activations.size == AI_NETWORK_DATA_ACTIVATIONS_COUNT);
    CHECK(params.activations.size == AI_NETWORK_DATA_ACTIVATIONS_SIZE);
    CHECK(params.params.size == AI_NETWORK_DATA_WEIGHTS_SIZE);
    CHECK(ai_network_init(network, &params) == 0); /* the address is missing */
    ERROR_IS(ai_network_get_error(network), INIT_FAILED, NETWORK_ACTIVATIONS);
    params.params.data = others;
    CHECK(ai_network_init(network, &params) == 0);
    ERROR_IS(ai_network_get_error(network), INIT_FAILED, NETWORK_WEIGHTS);
    CHECK(ai_network_data_params_get(&params) == 1);
    AI_BUFFER_ARRAY_ITEM_SET_ADDRESS(&params.map_activations, 0, others);
    CHECK(ai_network_init(network, &params) == 1);
    CHECK((ai_u8 *)input[0].data >= others && (ai_u8 *)input[0].data < others + sizeof others);
    CHECK(ai_network_destroy(network) == AI_HANDLE_NULL);
}

static void bad_buffers(ai_handle network)
{
    ai_buffer input[AI_NETWORK_IN_NUM] = AI_NETWORK_IN;
    ai_buffer output[AI_NETWORK_OUT_NUM] = AI_NETWORK_OUT;
    ai_buffer wrong;

    CHECK(ai_network_run(network, NULL, output) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_INPUT, INVALID_PTR);
    CHECK(ai_network_run(network, input, output) == 0); /* no address yet */
    ERROR_IS(ai_network_get_error(network), INVALID_INPUT, INVALID_PTR);
    input[0].data = own_input;
    CHECK(ai_network_run(network, input, NULL) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_OUTPUT, INVALID_PTR);
    CHECK(ai_network_run(network, input, output) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_OUTPUT, INVALID_PTR);
    output[0].data = own_output;
    wrong = input[0];
    wrong.format = AI_BUFFER_FORMAT_FLOAT;
    CHECK(ai_network_run(network, &wrong, output) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_INPUT, INVALID_FORMAT);
    wrong = input[0];
    wrong.size++;
    CHECK(ai_network_run(network, &wrong, output) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_INPUT, INVALID_SIZE);
    wrong = input[0];
    wrong.n_batches = 2;
    CHECK(ai_network_run(network, &wrong, output) == 0);
    CHECK(ai_network_run(network, NULL, output) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_INPUT, INVALID_BATCH); /* the first stays */
    CHECK(ai_network_run(network, input, output) == 1);
    ERROR_IS(ai_network_get_error(network), NONE, NONE);
}

/* In its own buffers, in an application's, and forward: the same result. */
static void runs(ai_handle network)
{
    ai_buffer *inputs = ai_network_inputs_get(network, NULL);
    ai_buffer *outputs = ai_network_outputs_get(network, NULL);
    ai_buffer input[AI_NETWORK_IN_NUM] = AI_NETWORK_IN;
    ai_buffer output[AI_NETWORK_OUT_NUM] = AI_NETWORK_OUT;
    AI_ALIGNED(4) ai_i8 unaligned[AI_NETWORK_OUT_1_SIZE + 8];
    ai_i8 first[AI_NETWORK_OUT_1_SIZE];
    int k;

    for (k = 0; k < AI_NETWORK_IN_1_SIZE; k++) {
        own_input[k] = (ai_i8)(9 * k - 40);
    }
    memcpy(inputs[0].data, own_input, AI_NETWORK_IN_1_SIZE_BYTES);
    CHECK(ai_network_run(network, inputs, outputs) == 1);
    memcpy(first, outputs[0].data, sizeof first);
    input[0].data = AI_HANDLE_PTR(own_input);
    output[0].data = AI_HANDLE_PTR(own_output);
    memset(own_output, 0x5A, sizeof own_output);
    CHECK(ai_network_run(network, &input[0], &output[0]) == 1);
    CHECK(memcmp(first, own_output, sizeof first) == 0);
    memset(outputs[0].data, 0x5A, sizeof first);
    CHECK(ai_network_forward(network, input) == 1);
    CHECK(memcmp(first, outputs[0].data, sizeof first) == 0);
    /* Not word-aligned: the network works in its own buffers instead. */
    memmove(own_input + 1, own_input, AI_NETWORK_IN_1_SIZE_BYTES);
    memset(unaligned, 0x5A, sizeof unaligned);
    input[0].data = own_input + 1;
    output[0].data = unaligned + 3;
    CHECK(ai_network_run(network, input, output) == 1);
    CHECK(memcmp(first, unaligned + 3, sizeof first) == 0);
    CHECK(unaligned[2] == 0x5A && unaligned[3 + AI_NETWORK_OUT_1_SIZE] == 0x5A);
    printf("result");
    for (k = 0; k < AI_NETWORK_OUT_1_SIZE; k++) {
        printf(" %d", first[k]);
    }
    printf("\n");
}

static void tell_buffer(const char *what, const ai_buffer *buffer)
{
    const ai_buffer_meta_info *meta = AI_BUFFER_META_INFO(buffer);

    CHECK(AI_BUFFER_META_INFO_INTQ(meta) != NULL);
    CHECK(AI_BUFFER_META_INFO_INTQ_GET_SIZE(meta) == 1);
    CHECK(meta->intq_info->info->scale[0] == AI_BUFFER_META_INFO_INTQ_GET_SCALE(meta, 0));
    CHECK(AI_BUFFER_META_INFO_INTQ_GET_SCALE(meta, 1) == 0.0f);
    CHECK(AI_BUFFER_META_INFO_INTQ_GET_ZEROPOINT(meta, 1) == 0);
    CHECK(AI_BUFFER_META_INFO_INTQ_GET_SCALE(NULL, 0) == 0.0f);
    CHECK(AI_BUFFER_SHAPE_SIZE(buffer) == 4);
    CHECK(AI_BUFFER_N_BATCHES(buffer) == 1);
    CHECK(buffer->n_batches == 1);
    printf("%s size=%u bytes=%u type=%u sign=%u bits=%u fbits=%d float=%u channels=%u width=%u height=%u "
           "scale=%.9g zero=%d\n",
        what, (unsigned)AI_BUFFER_SIZE(buffer),
        (unsigned)AI_BUFFER_BYTE_SIZE(AI_BUFFER_SIZE(buffer), AI_BUFFER_FORMAT(buffer)),
        (unsigned)AI_BUFFER_FMT_GET_TYPE(buffer->format), (unsigned)AI_BUFFER_FMT_GET_SIGN(buffer->format),
        (unsigned)AI_BUFFER_FMT_GET_BITS(buffer->format), (int)AI_BUFFER_FMT_GET_FBITS(buffer->format),
        (unsigned)AI_BUFFER_FMT_GET_FLOAT(buffer->format), (unsigned)AI_BUFFER_CHANNELS(buffer),
        (unsigned)AI_BUFFER_WIDTH(buffer), (unsigned)AI_BUFFER_HEIGHT(buffer),
        (double)*buffer->meta_info->intq_info->info->scale,
        (int)AI_BUFFER_META_INFO_INTQ_GET_ZEROPOINT(meta, 0));
}

static void tells(ai_handle network)
{
    ai_network_report report;
    ai_network_report info;

    CHECK(ai_network_get_report(network, NULL) == 0);
    ERROR_IS(ai_network_get_error(network), INVALID_PARAM, INVALID_PTR);
    memset(&report, 0xA5, sizeof report);
    CHECK(ai_network_get_report(network, &report) == 1);
    CHECK(ai_network_get_info(network, &info) == 1);
    CHECK(info.inputs == report.inputs && info.n_macc == report.n_macc);
    CHECK(report.inputs == ai_network_inputs_get(network, NULL));
    CHECK(report.outputs == ai_network_outputs_get(network, NULL));
    CHECK(report.activations.data == activations);
    CHECK(report.activations.size == AI_NETWORK_DATA_ACTIVATIONS_SIZE);
    CHECK(report.params.size == AI_NETWORK_DATA_WEIGHTS_SIZE);
    CHECK(report.params.data == ai_network_data_weights_get());
    CHECK(strcmp(report.model_name, AI_NETWORK_MODEL_NAME) == 0);
    CHECK(strcmp(report.model_signature, AI_NETWORK_MODEL_SIGNATURE) == 0);
    CHECK(strcmp(report.model_datetime, "not recorded") == 0);
    CHECK(strstr(report.tool_revision, "cubeai_auto") != NULL);
    printf("network macc=%u nodes=%u inputs=%u outputs=%u activations=%u weights=%u\n",
        (unsigned)report.n_macc, (unsigned)report.n_nodes, (unsigned)report.n_inputs,
        (unsigned)report.n_outputs, (unsigned)report.activations.size, (unsigned)report.params.size);
    tell_buffer("input", &report.inputs[0]);
    tell_buffer("output", &report.outputs[0]);
}

int main(void)
{
    ai_handle network = AI_HANDLE_NULL;

    no_instance(AI_HANDLE_NULL);
    no_instance(others);
    bad_set_up();
    weights_of_any_form();
    created_but_not_initialized();
    ERROR_IS(ai_network_create_and_init(&network, memory, NULL), NONE, NONE);
    bad_buffers(network);
    runs(network);
    tells(network);
    CHECK(ai_network_destroy(network) == AI_HANDLE_NULL);
    no_instance(network);
    return failures;
}
