/*
 * app_network.h over the legacy API of X-CUBE-AI up to 10: ai_network_create_and_init(),
 * ai_network_run(), ...
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_network_io.h"

#include "network_data.h"

/* 32 bytes: a cache line of a Cortex-M7. */
AI_ALIGNED(32) static ai_u8 activations[AI_NETWORK_DATA_ACTIVATIONS_SIZE];

/* Buffers that the generated code leaves to the application. */
#ifndef AI_NETWORK_INPUTS_IN_ACTIVATIONS
AI_ALIGNED(32) static ai_u8 own_input[AI_NETWORK_IN_1_SIZE_BYTES];
#endif
#ifndef AI_NETWORK_OUTPUTS_IN_ACTIVATIONS
AI_ALIGNED(32) static ai_u8 own_output[AI_NETWORK_OUT_1_SIZE_BYTES];
#endif

static ai_handle network = AI_HANDLE_NULL;
static ai_buffer *inputs;
static ai_buffer *outputs;
static app_network_tensor input;
static app_network_tensor output;
static const char *refused;

/* Notes a refusal: type in the upper byte, code below it. */
static uint32_t refusal(const char *call, ai_error error)
{
    refused = call;
    return ((uint32_t)error.type << 24) | error.code;
}

static app_network_tensor described(const ai_buffer *buffer)
{
    const int quantized = AI_BUFFER_META_INFO_INTQ_GET_SIZE(buffer->meta_info) > 0;

    return (app_network_tensor){
        .data = buffer->data,
        .scale = quantized ? AI_BUFFER_META_INFO_INTQ_GET_SCALE(buffer->meta_info, 0) : 1.0f,
        .zero_point = quantized ? AI_BUFFER_META_INFO_INTQ_GET_ZEROPOINT(buffer->meta_info, 0) : 0,
        .is_signed = AI_BUFFER_FMT_GET_SIGN(buffer->format) != 0,
    };
}

uint32_t app_network_init(void)
{
    const ai_handle memory[1] = {activations};
    const ai_error error = ai_network_create_and_init(&network, memory, NULL);

    input.data = NULL;
    output.data = NULL;
    if (error.type != AI_ERROR_NONE) {
        return refusal("create_and_init", error);
    }
    inputs = ai_network_inputs_get(network, NULL);
    outputs = ai_network_outputs_get(network, NULL);
    if (inputs == NULL || outputs == NULL) {
        return refusal("inputs_get", ai_network_get_error(network));
    }
#ifndef AI_NETWORK_INPUTS_IN_ACTIVATIONS
    inputs[0].data = AI_HANDLE_PTR(own_input);
#endif
#ifndef AI_NETWORK_OUTPUTS_IN_ACTIVATIONS
    outputs[0].data = AI_HANDLE_PTR(own_output);
#endif
    input = described(&inputs[0]);
    output = described(&outputs[0]);
    return 0;
}

uint32_t app_network_run(const app_network_raw *sample)
{
    if (input.data == NULL || sample == NULL) {
        refused = "run";
        return UINT32_MAX;
    }
    app_network_fill(&input, sample);
    if (ai_network_run(network, inputs, outputs) != 1) {
        return refusal("run", ai_network_get_error(network));
    }
    return 0;
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
