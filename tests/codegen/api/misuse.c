/*
 * Uses the API of a generated network wrongly and rightly, and prints what it tells about itself.
 *
 * Compiled with a network called "network" whose inputs and outputs lie inside the activations.
 * Exit status: the number of checks that failed; each is printed on standard error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "network.h"
#include "network_data.h"

#define MAX_NODES 32
#define ALIGNED_BYTES(name, size) static STAI_ALIGNED(8) uint8_t name[size]

STAI_NETWORK_CONTEXT_DECLARE(context, STAI_NETWORK_CONTEXT_SIZE);
STAI_NETWORK_CONTEXT_DECLARE(second, STAI_NETWORK_CONTEXT_SIZE);
ALIGNED_BYTES(shifted, STAI_NETWORK_CONTEXT_SIZE + 8);
ALIGNED_BYTES(activations, STAI_NETWORK_ACTIVATIONS_SIZE_BYTES + 4);
ALIGNED_BYTES(other_activations, STAI_NETWORK_ACTIVATIONS_SIZE_BYTES);
ALIGNED_BYTES(own_input, STAI_NETWORK_IN_1_SIZE_BYTES + 4);
ALIGNED_BYTES(own_output, STAI_NETWORK_OUT_1_SIZE_BYTES);

static int failures;

#define CHECK(condition)                                                     \
    do {                                                                     \
        if (!(condition)) {                                                  \
            fprintf(stderr, "line %d: %s does not hold\n", __LINE__, #condition); \
            ++failures;                                                      \
        }                                                                    \
    } while (0)

#define EXPECT(code, call) CHECK((call) == (code))

#define BAD_CONTEXT STAI_ERROR_NETWORK_INVALID_CONTEXT_HANDLE
#define BAD_ARGUMENT STAI_ERROR_NETWORK_INVALID_API_ARGUMENTS

struct seen {
    stai_size count;
    stai_size nodes[MAX_NODES];
    stai_size sizes[MAX_NODES];
    stai_ptr outputs[MAX_NODES];
};

static void on_node(void *cookie, stai_size node, stai_ptr output, stai_size size)
{
    struct seen *seen = (struct seen *)cookie;

    if (seen->count < MAX_NODES) {
        seen->nodes[seen->count] = node;
        seen->sizes[seen->count] = size;
        seen->outputs[seen->count] = output;
    }
    ++seen->count;
}

/* Every function refuses a pointer that is no initialized context. */
static void no_context(stai_network *network)
{
    stai_ptr pointers[STAI_NETWORK_WEIGHTS_NUM + 1] = {activations};
    stai_size count = 1;
    stai_network_info info;

    EXPECT(BAD_CONTEXT, stai_network_run(network, STAI_MODE_SYNC));
    EXPECT(BAD_CONTEXT, stai_network_deinit(network));
    EXPECT(BAD_CONTEXT, stai_network_get_error(network));
    EXPECT(BAD_CONTEXT, stai_network_get_info(network, &info));
    EXPECT(BAD_CONTEXT, stai_network_set_callback(network, on_node, NULL));
    EXPECT(BAD_CONTEXT, stai_network_set_activations(network, pointers, 1));
    EXPECT(BAD_CONTEXT, stai_network_get_activations(network, pointers, &count));
    EXPECT(BAD_CONTEXT, stai_network_set_inputs(network, pointers, 1));
    EXPECT(BAD_CONTEXT, stai_network_get_inputs(network, pointers, &count));
    EXPECT(BAD_CONTEXT, stai_network_set_outputs(network, pointers, 1));
    EXPECT(BAD_CONTEXT, stai_network_get_outputs(network, pointers, &count));
    EXPECT(BAD_CONTEXT, stai_network_set_states(network, NULL, 0));
    EXPECT(BAD_CONTEXT, stai_network_get_states(network, pointers, &count));
    EXPECT(BAD_CONTEXT, stai_network_set_weights(network, pointers, 1));
    EXPECT(BAD_CONTEXT, stai_network_get_weights(network, pointers, &count));
}

static void wrong_contexts(void)
{
    no_context(NULL);
    memset(context, 0, sizeof context);
    no_context(context);
    memset(context, 0xA5, sizeof context);
    no_context(context);
    EXPECT(BAD_CONTEXT, stai_network_init(NULL));
    EXPECT(BAD_CONTEXT, stai_network_init(shifted + 1));
    EXPECT(BAD_CONTEXT, stai_network_init(shifted + 2));
    no_context(shifted + 1);
    EXPECT(STAI_SUCCESS, stai_network_init(context));
    memcpy(shifted + 1, context, STAI_NETWORK_CONTEXT_SIZE);
    no_context(shifted + 1);
    EXPECT(STAI_SUCCESS, stai_network_deinit(context));
    no_context(context);
}

static void wrong_pointers(void)
{
    const stai_ptr null[2] = {NULL, NULL};
    const stai_ptr good[2] = {activations, activations};
    const stai_ptr odd[1] = {activations + 1};
    const stai_ptr half[1] = {activations + 2};
    const stai_ptr odd_input[1] = {own_input + 3};
    stai_ptr found[STAI_NETWORK_WEIGHTS_NUM + 1];
    stai_size count = 77;

    EXPECT(STAI_SUCCESS, stai_network_init(context));
    EXPECT(STAI_ERROR_NETWORK_NOT_INITIALIZED, stai_network_run(context, STAI_MODE_SYNC));
    EXPECT(STAI_ERROR_NETWORK_NOT_INITIALIZED, stai_network_get_error(context));
    EXPECT(STAI_SUCCESS, stai_network_get_error(context));

    EXPECT(STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR, stai_network_set_activations(context, NULL, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR, stai_network_set_activations(context, null, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR, stai_network_set_activations(context, good, 0));
    EXPECT(STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR, stai_network_set_activations(context, good, 2));
    EXPECT(STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR, stai_network_set_activations(context, odd, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR, stai_network_set_activations(context, half, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR, stai_network_get_error(context));
    EXPECT(STAI_ERROR_NETWORK_NOT_INITIALIZED, stai_network_run(context, STAI_MODE_SYNC));

    EXPECT(STAI_SUCCESS, stai_network_set_activations(context, good, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_IN_PTR, stai_network_set_inputs(context, NULL, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_IN_PTR, stai_network_set_inputs(context, null, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_IN_PTR, stai_network_set_inputs(context, odd_input, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_IN_PTR, stai_network_set_inputs(context, good, 2));
    EXPECT(STAI_ERROR_NETWORK_INVALID_OUT_PTR, stai_network_set_outputs(context, NULL, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_OUT_PTR, stai_network_set_outputs(context, odd, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_OUT_PTR, stai_network_set_outputs(context, good, 0));
    EXPECT(STAI_ERROR_NETWORK_INVALID_OUT_PTR, stai_network_get_error(context));
    EXPECT(STAI_SUCCESS, stai_network_get_error(context));

    EXPECT(STAI_SUCCESS, stai_network_set_states(context, NULL, 0));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_NUM, stai_network_set_states(context, good, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_WEIGHTS_PTR, stai_network_set_weights(context, good, 1));
    EXPECT(STAI_SUCCESS, stai_network_get_states(context, found, &count));
    CHECK(count == 0);
    EXPECT(BAD_ARGUMENT, stai_network_get_inputs(context, NULL, &count));
    EXPECT(BAD_ARGUMENT, stai_network_get_outputs(context, found, NULL));
    EXPECT(BAD_ARGUMENT, stai_network_get_activations(context, NULL, NULL));
    EXPECT(BAD_ARGUMENT, stai_network_get_weights(context, NULL, &count));
    EXPECT(BAD_ARGUMENT, stai_network_get_weights(context, found, NULL));
    EXPECT(BAD_ARGUMENT, stai_network_get_info(context, NULL));

    /* What was refused has changed nothing. */
    EXPECT(STAI_SUCCESS, stai_network_get_activations(context, found, &count));
    CHECK(count == 1 && found[0] == activations);
    EXPECT(STAI_SUCCESS, stai_network_get_inputs(context, found, &count));
    CHECK(count == 1 && found[0] >= activations);
    CHECK(found[0] + STAI_NETWORK_IN_1_SIZE_BYTES <= activations + STAI_NETWORK_ACTIVATIONS_SIZE_BYTES);
    EXPECT(STAI_SUCCESS, stai_network_get_weights(context, found, &count));
    CHECK(count == STAI_NETWORK_WEIGHTS_NUM);
    CHECK(found[0] == (stai_ptr)(uintptr_t)network_fully_connected_0_weights);

    EXPECT(STAI_ERROR_NETWORK_ASYNC_UNSUPPORTED, stai_network_run(context, STAI_MODE_ASYNC));
    EXPECT(STAI_ERROR_NETWORK_ASYNC_UNSUPPORTED, stai_network_run(context, (stai_run_mode)0));
    EXPECT(STAI_ERROR_NETWORK_ASYNC_UNSUPPORTED, stai_network_get_error(context));
}

static void fill(stai_ptr input, unsigned seed)
{
    stai_size k;

    for (k = 0; k < STAI_NETWORK_IN_1_SIZE_BYTES; ++k) {
        seed = seed * 1103515245u + 12345u;
        input[k] = (uint8_t)(seed >> 16);
    }
}

static void buffers(void)
{
    const stai_ptr areas[2] = {activations, other_activations};
    const stai_ptr input[1] = {own_input};
    const stai_ptr output[1] = {own_output};
    uint8_t expected[STAI_NETWORK_OUT_1_SIZE_BYTES];
    uint8_t different[STAI_NETWORK_OUT_1_SIZE_BYTES];
    uint8_t kept[STAI_NETWORK_IN_1_SIZE_BYTES];
    stai_ptr in[1], out[1], in2[1], out2[1];
    stai_size count;

    memset(activations, 0x5A, sizeof activations);
    EXPECT(STAI_SUCCESS, stai_network_init(context));
    EXPECT(STAI_SUCCESS, stai_network_set_activations(context, areas, 1));
    EXPECT(STAI_SUCCESS, stai_network_get_inputs(context, in, &count));
    EXPECT(STAI_SUCCESS, stai_network_get_outputs(context, out, &count));
    fill(in[0], 1);
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    memcpy(expected, out[0], sizeof expected);
    fill(in[0], 99);
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    memcpy(different, out[0], sizeof different);
    CHECK(memcmp(expected, different, sizeof expected) != 0);
    fill(in[0], 1);
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    CHECK(memcmp(expected, out[0], sizeof expected) == 0);
    CHECK(memcmp(activations + STAI_NETWORK_ACTIVATIONS_SIZE_BYTES, "\x5A\x5A\x5A\x5A", 4) == 0);

    /* A second context at the same time. */
    EXPECT(STAI_SUCCESS, stai_network_init(second));
    EXPECT(STAI_SUCCESS, stai_network_set_activations(second, areas + 1, 1));
    EXPECT(STAI_SUCCESS, stai_network_get_inputs(second, in2, &count));
    EXPECT(STAI_SUCCESS, stai_network_get_outputs(second, out2, &count));
    fill(in[0], 1);
    fill(in2[0], 99);
    EXPECT(STAI_SUCCESS, stai_network_run(second, STAI_MODE_SYNC));
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    CHECK(memcmp(expected, out[0], sizeof expected) == 0);
    CHECK(memcmp(different, out2[0], sizeof different) == 0);

    /* The caller's own buffers; an own input is not written. */
    EXPECT(STAI_SUCCESS, stai_network_set_inputs(context, input, 1));
    EXPECT(STAI_SUCCESS, stai_network_set_outputs(context, output, 1));
    EXPECT(STAI_SUCCESS, stai_network_get_inputs(context, in, &count));
    CHECK(in[0] == own_input);
    fill(own_input, 1);
    memcpy(kept, own_input, sizeof kept);
    memset(own_output, 0, sizeof own_output);
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    CHECK(memcmp(expected, own_output, sizeof expected) == 0);
    CHECK(memcmp(kept, own_input, sizeof kept) == 0);
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    CHECK(memcmp(expected, own_output, sizeof expected) == 0);
}

static void callbacks(void)
{
    struct seen seen;
    stai_ptr output[1];
    stai_size count, k;

    memset(&seen, 0, sizeof seen);
    EXPECT(STAI_SUCCESS, stai_network_set_callback(context, on_node, &seen));
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    EXPECT(STAI_SUCCESS, stai_network_get_outputs(context, output, &count));
    CHECK(seen.count == STAI_NETWORK_NODES_NUM);
    CHECK(seen.outputs[STAI_NETWORK_NODES_NUM - 1] == output[0]);
    for (k = 0; k < seen.count && k < MAX_NODES; ++k) {
        CHECK(seen.outputs[k] != NULL);
        printf("node %u %u\n", (unsigned)seen.nodes[k], (unsigned)seen.sizes[k]);
    }
    EXPECT(STAI_SUCCESS, stai_network_set_callback(context, NULL, NULL));
    EXPECT(STAI_SUCCESS, stai_network_run(context, STAI_MODE_SYNC));
    CHECK(seen.count == STAI_NETWORK_NODES_NUM);
    /* A refused run calls nobody. */
    EXPECT(STAI_SUCCESS, stai_network_set_callback(context, on_node, &seen));
    EXPECT(STAI_ERROR_NETWORK_ASYNC_UNSUPPORTED, stai_network_run(context, STAI_MODE_ASYNC));
    CHECK(seen.count == STAI_NETWORK_NODES_NUM);
}

static void print_tensor(const char *kind, const stai_tensor *tensor)
{
    stai_size k;

    printf("%s size=%u flags=%ld format=%08lx shape=", kind, (unsigned)tensor->size_bytes,
           (long)tensor->flags, (unsigned long)tensor->format);
    for (k = 0; k < tensor->shape.size; ++k) {
        printf("%s%ld", k ? "x" : "", (long)tensor->shape.data[k]);
    }
    for (k = 0; k < tensor->scale.size; ++k) {
        printf(" scale=%.9g", (double)tensor->scale.data[k]);
    }
    for (k = 0; k < tensor->zeropoint.size; ++k) {
        printf(" zero=%d", (int)tensor->zeropoint.data[k]);
    }
    printf(" name=%s\n", tensor->name);
}

static void information(void)
{
    stai_network_info info;
    stai_size k;

    EXPECT(STAI_SUCCESS, stai_network_get_info(context, &info));
    CHECK(stai_network_get_context_size() == STAI_NETWORK_CONTEXT_SIZE);
    CHECK(info.n_activations == STAI_NETWORK_ACTIVATIONS_NUM);
    CHECK(info.n_weights == STAI_NETWORK_WEIGHTS_NUM && info.n_states == 0);
    CHECK(info.n_inputs == STAI_NETWORK_IN_NUM && info.n_outputs == STAI_NETWORK_OUT_NUM);
    CHECK(info.flags == STAI_NETWORK_FLAGS);
    CHECK(info.api_version.major == STAI_API_VERSION_MAJOR);
    CHECK(strcmp(info.c_model_name, "network") == 0);
    printf("network macc=%lu nodes=%u signature=%s\n", (unsigned long)info.n_macc,
           (unsigned)info.n_nodes, info.model_signature);
    for (k = 0; k < info.n_inputs; ++k) {
        print_tensor("input", &info.inputs[k]);
    }
    for (k = 0; k < info.n_outputs; ++k) {
        print_tensor("output", &info.outputs[k]);
    }
    print_tensor("activations", &info.activations[0]);
    for (k = 0; k < info.n_weights; ++k) {
        print_tensor("weights", &info.weights[k]);
    }
#ifdef NETWORK_FROM_RAW
    for (k = NETWORK_RAW_MIN; k <= NETWORK_RAW_MAX; ++k) {
        printf("raw %u %d\n", (unsigned)k, (int)NETWORK_FROM_RAW((uint8_t)k));
    }
#endif
}

int main(void)
{
    EXPECT(STAI_SUCCESS, stai_runtime_init());
    wrong_contexts();
    wrong_pointers();
    buffers();
    callbacks();
    information();
    EXPECT(STAI_SUCCESS, stai_network_deinit(context));
    no_context(context);
    EXPECT(STAI_SUCCESS, stai_runtime_deinit());
    return failures;
}
