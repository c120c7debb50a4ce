/*
 * Runs a generated network in the emulator over a file of input vectors, and measures it.
 *
 * inputs.bin holds the raw bytes of all inputs of the first vector, then of the second, and so on;
 * outputs.bin receives the outputs in the same way; measures.bin receives `struct measures`.
 *
 * Instructions: the machine's counter.h counts them. The count of a function that only returns is
 * subtracted, and its one instruction added again. What remains are the instructions from the
 * first one of stai_<name>_run to its return, both included; the call itself and its arguments
 * are not. Instructions that an IT block skips are counted.
 *
 * Stack: the memory below the caller's frame is painted before each run; the deepest word that
 * lost its paint tells how much stai_<name>_run and everything it calls used. No interrupt is
 * active, so no exception frame is included.
 *
 * Layers: when all is measured, the vector with the most instructions runs twice more, the second
 * time with an event callback that reads the counter after each node. layers.bin receives the
 * instructions of the two runs and then those up to each reading, as 64-bit numbers. The callback
 * takes the same number of instructions each time, so the difference of the two runs tells how many.
 * A network that calls back other than once a node, in order, gets no layers.bin.
 *
 * Exit status: 0 good, 96 the network refused a call, 97 a file is unusable, 98 stack overflow
 * (99, a fault, comes from the start-up code).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "counter.h"
#include "network_under_test.h"
#include "semihosting.h"

#define EXIT_API 96u
#define EXIT_FILE 97u
#define EXIT_STACK 98u

#define PAINT 0xC5A5C5A5u
#define GUARD_WORDS 8
#define REPAINT_WORDS 64

#define MEASURES_MAGIC 0x31304D43u

typedef stai_return_code (*run_function)(stai_network *network, stai_run_mode mode);

/* Read by the host, little endian, without padding. */
struct measures {
    uint32_t magic;
    uint32_t vectors;
    uint64_t instructions_min;
    uint64_t instructions_max;
    uint32_t run_stack_bytes;
    uint32_t total_stack_bytes;
};

struct sample {
    stai_return_code code;
    uint32_t stack_bytes;
    uint64_t instructions;
    struct counter before;
};

/* From the linker script. */
extern uint32_t _stack_limit[], _estack[];

/* The deepest word that is known to have lost its paint. */
static uint32_t *lowest_touched;

/* The stack pointer at the call of the network. */
static uint32_t *call_level;

#if NN_MACRO(NODES_NUM) > 0
/* The counter after each node, and how many of them ended in order. */
static struct counter node_ended[NN_MACRO(NODES_NUM)];
static uint32_t nodes_ended;
#endif

int main(void);

static void print_failure(const char *call, stai_return_code code)
{
    semihosting_print("..._");
    semihosting_print(call);
    semihosting_print(" failed with code ");
    semihosting_print_hex((uint32_t)code);
    semihosting_print("\n");
}

static inline __attribute__((always_inline)) uint32_t *stack_pointer(void)
{
    uint32_t *pointer;

    __asm volatile("mov %0, sp" : "=r"(pointer)::"memory");
    return pointer;
}

/* Exactly one instruction. */
__attribute__((naked, noinline)) static stai_return_code
only_return(__attribute__((unused)) stai_network *network, __attribute__((unused)) stai_run_mode mode)
{
    __asm volatile("bx lr");
}

/* The first word at or above `from` that lost its paint; it exists, because callers' frames do. */
static uint32_t *first_touched(uint32_t *from)
{
    while (*from == PAINT) {
        from++;
    }
    return from;
}

/* Not inlined and not cloned: the network and only_return are called by the same instructions. */
__attribute__((noinline, noclone)) static void measure(run_function function, struct sample *sample)
{
    uint32_t *const top = stack_pointer();
    uint32_t *start = _stack_limit;
    uint32_t *word;
    struct counter before;
    struct counter after;

    /* Reading and writing vectors never goes REPAINT_WORDS deeper than what was seen before. */
    if (lowest_touched - _stack_limit > REPAINT_WORDS) {
        start = lowest_touched - REPAINT_WORDS;
    }
    for (volatile uint32_t *paint = start; paint < top; paint++) {
        *paint = PAINT;
    }
    counter_read_before(&before);
    sample->code = function(nn_context, STAI_MODE_SYNC);
    counter_read_after(&after);
    sample->instructions = counter_between(&before, &after);
    sample->before = before;

    /* The whole stack is searched only when a run goes deeper than all before it. */
    word = first_touched(start);
    if (word < lowest_touched) {
        word = first_touched(_stack_limit);
        lowest_touched = word;
    }
    sample->stack_bytes = word < top ? (uint32_t)(top - word) * (uint32_t)sizeof *word : 0u;
    call_level = top;
}

/* 1: all inputs of a vector were read, 0: the file ended before it, -1: it ended within it. */
static int read_vector(int32_t file, const stai_network_info *info)
{
    for (stai_size i = 0; i < info->n_inputs; i++) {
        const uint32_t size = info->inputs[i].size_bytes;
        const uint32_t left = semihosting_read(file, nn_inputs[i], size);

        if (left != 0u) {
            return (i == 0u && left == size) ? 0 : -1;
        }
    }
    return 1;
}

static int write_vector(int32_t file, const stai_network_info *info)
{
    for (stai_size i = 0; i < info->n_outputs; i++) {
        if (semihosting_write(file, nn_outputs[i], info->outputs[i].size_bytes) != 0u) {
            return 0;
        }
    }
    return 1;
}

/* `worst` becomes the number of the vector with the most instructions, from 0. */
static uint32_t run_all(int32_t inputs, int32_t outputs, struct measures *measures, uint32_t *worst)
{
    static struct sample sample;
    stai_network_info info;
    stai_return_code code;
    uint64_t overhead;
    const char *failed = nn_set_up(&code);
    int more;

    if (failed != NULL) {
        print_failure(failed, code);
        return EXIT_API;
    }
    code = NN_FUNCTION(get_info)(nn_context, &info);
    if (code != STAI_SUCCESS || info.n_inputs != NN_MACRO(IN_NUM) ||
        info.n_outputs != NN_MACRO(OUT_NUM)) {
        print_failure("get_info", code);
        return EXIT_API;
    }
    lowest_touched = first_touched(_stack_limit);
    measure(only_return, &sample);
    overhead = sample.instructions - 1u;
    while ((more = read_vector(inputs, &info)) > 0) {
        code = NN_INDEPENDENT ? nn_start_sequence() : STAI_SUCCESS;
        if (code != STAI_SUCCESS) {
            print_failure("set_states", code);
            return EXIT_API;
        }
        measure(NN_FUNCTION(run), &sample);
        if (sample.code != STAI_SUCCESS) {
            print_failure("run", sample.code);
            return EXIT_API;
        }
        for (uint32_t i = 0; i < GUARD_WORDS; i++) {
            if (_stack_limit[i] != PAINT) {
                semihosting_print("the stack ran into the network's memory\n");
                return EXIT_STACK;
            }
        }
        sample.instructions -= overhead;
        if (measures->vectors == 0u || sample.instructions < measures->instructions_min) {
            measures->instructions_min = sample.instructions;
        }
        if (sample.instructions > measures->instructions_max) {
            *worst = measures->vectors;
            measures->instructions_max = sample.instructions;
        }
        if (sample.stack_bytes > measures->run_stack_bytes) {
            measures->run_stack_bytes = sample.stack_bytes;
        }
        measures->vectors++;
        if (!write_vector(outputs, &info)) {
            semihosting_print("cannot write outputs.bin\n");
            return EXIT_FILE;
        }
    }
    /* A frame with an untouched array in it may have hidden deeper words from measure(). */
    if (measures->vectors != 0u && first_touched(_stack_limit) < lowest_touched) {
        measures->run_stack_bytes =
            (uint32_t)(call_level - first_touched(_stack_limit)) * (uint32_t)sizeof *call_level;
    }
    if (more < 0) {
        semihosting_print("inputs.bin ends within a vector\n");
        return EXIT_FILE;
    }
    return 0;
}

static int32_t open_file(const char *name, uint32_t mode)
{
    const int32_t file = semihosting_open(name, mode);

    if (file < 0) {
        semihosting_print("cannot open ");
        semihosting_print(name);
        semihosting_print("\n");
        semihosting_exit(EXIT_FILE);
    }
    return file;
}

#if NN_MACRO(NODES_NUM) > 0

static void on_node(void *cookie, stai_size node, stai_ptr output, stai_size size)
{
    (void)cookie;
    (void)output;
    (void)size;
    if (node == nodes_ended && node < NN_MACRO(NODES_NUM)) {
        counter_read_after(&node_ended[node]);
        nodes_ended = node + 1u;
    }
}

/* Runs a vector from the network's first state; 0 is success. */
static int run_afresh(uint32_t vector, stai_event_cb callback, struct sample *sample)
{
    const int32_t file = open_file("inputs.bin", SEMIHOSTING_READ);
    stai_network_info info;
    stai_return_code code;

    if (nn_set_up(&code) != NULL || NN_FUNCTION(get_info)(nn_context, &info) != STAI_SUCCESS) {
        return -1;
    }
    for (uint32_t i = 0; i <= vector; i++) {
        if (read_vector(file, &info) <= 0) {
            return -1;
        }
    }
    if (semihosting_close(file) != 0 ||
        NN_FUNCTION(set_callback)(nn_context, callback, NULL) != STAI_SUCCESS) {
        return -1;
    }
    measure(NN_FUNCTION(run), sample);
    return sample->code == STAI_SUCCESS ? 0 : -1;
}

static uint32_t write_layers(uint32_t vector)
{
    static struct sample sample;
    static uint64_t counts[2 + NN_MACRO(NODES_NUM)];
    uint64_t overhead;
    int32_t file;

    measure(only_return, &sample);
    overhead = sample.instructions - 1u;
    for (uint32_t k = 0; k < 2u; k++) {
        if (run_afresh(vector, k == 0u ? NULL : on_node, &sample) != 0) {
            semihosting_print("the network failed when it was run again, node by node\n");
            return EXIT_API;
        }
        counts[k] = sample.instructions - overhead;
    }
    for (uint32_t i = 0; i < NN_MACRO(NODES_NUM); i++) {
        counts[2u + i] = counter_between(&sample.before, &node_ended[i]);
    }
    if (nodes_ended != NN_MACRO(NODES_NUM)) {
        return 0;
    }
    file = open_file("layers.bin", SEMIHOSTING_WRITE);
    if (semihosting_write(file, counts, sizeof counts) != 0u || semihosting_close(file) != 0) {
        semihosting_print("cannot write layers.bin\n");
        return EXIT_FILE;
    }
    return 0;
}

#endif

int main(void)
{
    static struct measures measures = {.magic = MEASURES_MAGIC};
    uint32_t *const top = stack_pointer();
    int32_t inputs;
    int32_t outputs;
    uint32_t status;
    uint32_t worst = 0;

    for (volatile uint32_t *paint = _stack_limit; paint < top; paint++) {
        *paint = PAINT;
    }
    counter_start();

    inputs = open_file("inputs.bin", SEMIHOSTING_READ);
    outputs = open_file("outputs.bin", SEMIHOSTING_WRITE);
    status = run_all(inputs, outputs, &measures, &worst);
    if (semihosting_close(outputs) != 0 && status == 0u) {
        semihosting_print("cannot write outputs.bin\n");
        status = EXIT_FILE;
    }
    if (status == 0u) {
        const int32_t file = open_file("measures.bin", SEMIHOSTING_WRITE);

        measures.total_stack_bytes =
            (uint32_t)(_estack - first_touched(_stack_limit)) * (uint32_t)sizeof *_estack;
        if (semihosting_write(file, &measures, sizeof measures) != 0u || semihosting_close(file) != 0) {
            semihosting_print("cannot write measures.bin\n");
            status = EXIT_FILE;
        }
    }
#if NN_MACRO(NODES_NUM) > 0
    if (status == 0u && measures.vectors != 0u) {
        status = write_layers(worst);
    }
#else
    (void)worst;
#endif
    return (int)status;
}
