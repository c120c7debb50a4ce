/*
 * app_network.h over the st-ai API: stai_network_init(), stai_network_run(), ...
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_network_io.h"

static STAI_NETWORK_CONTEXT_DECLARE(context, STAI_NETWORK_CONTEXT_SIZE);

/* 32 bytes: a cache line of a Cortex-M7. */
static STAI_ALIGNED(32) uint8_t activations[STAI_NETWORK_ACTIVATIONS_SIZE_BYTES];

/*
 * What a recurrent network remembers from run to run: samples are then the steps of a sequence,
 * and app_network_init() starts another one.
 */
#if defined(STAI_ENGINE_CUBEAI_AUTO_BUILTIN) && STAI_NETWORK_STATES_NUM > 0
#define APP_NETWORK_STATES 1
static STAI_NETWORK_STATES_DECLARE(states);
#endif

/* Buffers that the generated code leaves to the application. */
#if (STAI_NETWORK_FLAGS & STAI_FLAG_INPUTS) == 0
static STAI_ALIGNED(32) uint8_t own_input[STAI_NETWORK_IN_1_SIZE_BYTES];
#endif
#if (STAI_NETWORK_FLAGS & STAI_FLAG_OUTPUTS) == 0
static STAI_ALIGNED(32) uint8_t own_output[STAI_NETWORK_OUT_1_SIZE_BYTES];
#endif

static app_network_tensor input;
static app_network_tensor output;
static const char *refused;

/* Notes a refusal; the result is 0 if there was none. */
static uint32_t check(const char *call, stai_return_code code)
{
    if (code != STAI_SUCCESS) {
        refused = call;
    }
    return (uint32_t)code;
}

static app_network_tensor described(stai_ptr data, const stai_tensor *tensor)
{
    const int quantized = tensor->scale.size > 0u && tensor->zeropoint.size > 0u;

    return (app_network_tensor){
        .data = data,
        .scale = quantized ? tensor->scale.data[0] : 1.0f,
        .zero_point = quantized ? tensor->zeropoint.data[0] : 0,
        .is_signed = tensor->format == STAI_FORMAT_S8,
    };
}

uint32_t app_network_init(void)
{
    const stai_ptr memory[1] = {activations};
    stai_ptr in[STAI_NETWORK_IN_NUM];
    stai_ptr out[STAI_NETWORK_OUT_NUM];
    stai_network_info info;
    stai_size count;
    uint32_t error;

    input.data = NULL;
    output.data = NULL;
    if ((error = check("stai_runtime_init", stai_runtime_init())) != 0u ||
        (error = check("init", stai_network_init(context))) != 0u ||
        (error = check("set_activations", stai_network_set_activations(context, memory, 1))) != 0u) {
        return error;
    }
#ifdef APP_NETWORK_STATES
    in[0] = states;
    if ((error = check("set_states", stai_network_set_states(context, in, 1))) != 0u) {
        return error;
    }
#endif
#if (STAI_NETWORK_FLAGS & STAI_FLAG_INPUTS) == 0
    in[0] = own_input;
    if ((error = check("set_inputs", stai_network_set_inputs(context, in, 1))) != 0u) {
        return error;
    }
#endif
#if (STAI_NETWORK_FLAGS & STAI_FLAG_OUTPUTS) == 0
    out[0] = own_output;
    if ((error = check("set_outputs", stai_network_set_outputs(context, out, 1))) != 0u) {
        return error;
    }
#endif
    if ((error = check("get_inputs", stai_network_get_inputs(context, in, &count))) != 0u ||
        (error = check("get_outputs", stai_network_get_outputs(context, out, &count))) != 0u ||
        (error = check("get_info", stai_network_get_info(context, &info))) != 0u) {
        return error;
    }
    input = described(in[0], &info.inputs[0]);
    output = described(out[0], &info.outputs[0]);
    return 0;
}

uint32_t app_network_run(const app_network_raw *sample)
{
    if (input.data == NULL || sample == NULL) {
        return check("run", STAI_ERROR_GENERIC);
    }
    app_network_fill(&input, sample);
    return check("run", stai_network_run(context, STAI_MODE_SYNC));
}

const char *app_network_refused(void)
{
    return refused;
}

const void *app_network_result(void)
{
    return output.data;
}

float app_network_score(uint32_t position)
{
    return app_network_real(&output, position);
}

uint32_t app_network_best(void)
{
    return app_network_largest(&output);
}
