/*
 * The states of a network with one input and one output, through the API: refusals, sequences,
 * resets, and two contexts at the same time. Prints what the states hold at the start.
 */
#include "network.h"

#include <stdio.h>
#include <string.h>

#define STEPS 12
#define OUT STAI_NETWORK_OUT_1_SIZE_BYTES

static STAI_NETWORK_CONTEXT_DECLARE(first, STAI_NETWORK_CONTEXT_SIZE);
static STAI_NETWORK_CONTEXT_DECLARE(second, STAI_NETWORK_CONTEXT_SIZE);
static struct {
    STAI_ALIGNED(4) uint8_t bytes[STAI_NETWORK_ACTIVATIONS_SIZE_BYTES];
} activations[2];
static struct {
    STAI_NETWORK_STATES_DECLARE(states);
    uint8_t guard[4];
} memory[2];
static uint8_t expected[STEPS][OUT];
static int failures;

#define CHECK(condition)                                             \
    do {                                                             \
        if (!(condition)) {                                          \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);  \
            ++failures;                                              \
        }                                                            \
    } while (0)
#define EXPECT(code, call) CHECK((call) == (code))

static void step(stai_network *network, unsigned seed)
{
    stai_ptr input;
    stai_size count, k;

    EXPECT(STAI_SUCCESS, stai_network_get_inputs(network, &input, &count));
    for (k = 0; k < STAI_NETWORK_IN_1_SIZE_BYTES; ++k) {
        seed = seed * 1103515245u + 12345u;
        input[k] = (uint8_t)(seed >> 16);
    }
    EXPECT(STAI_SUCCESS, stai_network_run(network, STAI_MODE_SYNC));
}

static int same(stai_network *network, const uint8_t *wanted)
{
    stai_ptr output;
    stai_size count;

    EXPECT(STAI_SUCCESS, stai_network_get_outputs(network, &output, &count));
    return memcmp(output, wanted, OUT) == 0;
}

static void begin(stai_network *network, int which)
{
    const stai_ptr work[1] = {activations[which].bytes};
    const stai_ptr states[1] = {memory[which].states};

    EXPECT(STAI_SUCCESS, stai_network_init(network));
    EXPECT(STAI_SUCCESS, stai_network_set_activations(network, work, 1));
    EXPECT(STAI_SUCCESS, stai_network_set_states(network, states, 1));
}

static void refusals(void)
{
    const stai_ptr work[1] = {activations[0].bytes};
    const stai_ptr two[2] = {memory[0].states, memory[1].states};
    const stai_ptr null[1] = {NULL};
    const stai_ptr odd[1] = {memory[0].states + 2};
    stai_ptr found;
    stai_size count = 7;

    EXPECT(STAI_SUCCESS, stai_network_init(first));
    EXPECT(STAI_SUCCESS, stai_network_set_activations(first, work, 1));
    EXPECT(STAI_ERROR_NETWORK_NOT_INITIALIZED, stai_network_run(first, STAI_MODE_SYNC));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_PTR, stai_network_set_states(first, NULL, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_PTR, stai_network_set_states(first, null, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_PTR, stai_network_set_states(first, odd, 1));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_PTR, stai_network_set_states(first, two, 2));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_PTR, stai_network_set_states(first, two, 0));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_PTR, stai_network_get_error(first));
    EXPECT(STAI_ERROR_NETWORK_INVALID_CONTEXT_HANDLE, stai_network_set_states(NULL, two, 1));
    EXPECT(STAI_ERROR_NETWORK_NOT_INITIALIZED, stai_network_run(first, STAI_MODE_SYNC));
    EXPECT(STAI_SUCCESS, stai_network_get_states(first, &found, &count));
    CHECK(count == 1 && found == NULL);
    EXPECT(STAI_SUCCESS, stai_network_set_states(first, two, 1));
    EXPECT(STAI_SUCCESS, stai_network_get_states(first, &found, &count));
    CHECK(count == 1 && found == memory[0].states);
    EXPECT(STAI_SUCCESS, stai_network_run(first, STAI_MODE_SYNC));
}

static void print_start(void)
{
    stai_size k;

    memset(memory, 0x5A, sizeof memory);
    begin(first, 0);
    printf("start");
    for (k = 0; k < STAI_NETWORK_STATES_SIZE_BYTES; ++k) {
        printf(" %d", (int)(int8_t)memory[0].states[k]);
    }
    printf("\n");
    CHECK(memory[0].guard[0] == 0x5A);
}

static void sequences(void)
{
    stai_ptr output;
    stai_size count;
    unsigned k, different = 0;

    begin(first, 0);
    EXPECT(STAI_SUCCESS, stai_network_get_outputs(first, &output, &count));
    for (k = 0; k < STEPS; ++k) {
        step(first, k);
        memcpy(expected[k], output, OUT);
    }
    CHECK(memory[0].guard[0] == 0x5A && memory[0].guard[3] == 0x5A);

    /* The same step later is another one, until the sequence starts anew. */
    step(first, 0);
    CHECK(!same(first, expected[0]));
    for (k = 0; k < STEPS; ++k) {
        const stai_ptr states[1] = {memory[0].states};

        if (k == 0) {
            EXPECT(STAI_SUCCESS, stai_network_set_states(first, states, 1));
        }
        step(first, k);
        CHECK(same(first, expected[k]));
    }
    begin(first, 0);
    step(first, 0);
    CHECK(same(first, expected[0]));

    /* A refused run and a refused pointer leave the sequence as it is. */
    EXPECT(STAI_ERROR_NETWORK_ASYNC_UNSUPPORTED, stai_network_run(first, STAI_MODE_ASYNC));
    EXPECT(STAI_ERROR_NETWORK_INVALID_STATES_PTR, stai_network_set_states(first, NULL, 1));
    step(first, 1);
    CHECK(same(first, expected[1]));

    /* Two sequences at the same time, one of them a step behind. */
    begin(first, 0);
    begin(second, 1);
    step(first, 0);
    for (k = 1; k < STEPS; ++k) {
        step(first, k);
        step(second, k - 1u);
        CHECK(same(first, expected[k]));
        CHECK(same(second, expected[k - 1u]));
        different += memcmp(expected[k], expected[k - 1u], OUT) != 0;
    }
    CHECK(different > STEPS / 2);
}

static void information(void)
{
    stai_network_info info;

    EXPECT(STAI_SUCCESS, stai_network_get_info(first, &info));
    CHECK(info.n_states == STAI_NETWORK_STATES_NUM && STAI_NETWORK_STATES_NUM == 1);
    CHECK(info.states[0].size_bytes == STAI_NETWORK_STATES_SIZE_BYTES);
    CHECK(info.states[0].flags == STAI_FLAG_STATES);
    CHECK((STAI_NETWORK_FLAGS & STAI_FLAG_STATES) == 0);
    CHECK(STAI_NETWORK_STATE_1_SIZE == STAI_NETWORK_STATES_SIZE);
    CHECK(sizeof memory[0].states == STAI_NETWORK_STATES_SIZE_BYTES);
    CHECK(stai_network_get_context_size() == STAI_NETWORK_CONTEXT_SIZE);
    printf("size %u\n", (unsigned)info.states[0].size_bytes);
}

int main(void)
{
    refusals();
    print_start();
    sequences();
    information();
    return failures;
}
