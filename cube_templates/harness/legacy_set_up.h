/*
 * Initializes a network with the legacy API and hands it its buffers; the second half of
 * legacy_under_test.h, after the buffers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LEGACY_SET_UP_H
#define LEGACY_SET_UP_H

/* As in network_under_test.h: NULL, or the name of the call that failed. */
static inline const char *nn_set_up(stai_return_code *code)
{
    const ai_handle activations[1] = {nn_activations};
    ai_u16 n_inputs = 0;
    ai_u16 n_outputs = 0;
    ai_error error = NN_AI(create_and_init)(&nn_handle, activations, NULL);

    *code = STAI_ERROR_GENERIC;
    if (error.type != AI_ERROR_NONE) {
        return "create_and_init";
    }
    nn_ai_inputs = NN_AI(inputs_get)(nn_handle, &n_inputs);
    nn_ai_outputs = NN_AI(outputs_get)(nn_handle, &n_outputs);
    if (n_inputs != NN_MACRO(IN_NUM)) {
        return "inputs_get";
    }
    if (n_outputs != NN_MACRO(OUT_NUM)) {
        return "outputs_get";
    }
#if !NN_INPUTS_INSIDE
    nn_ai_inputs[0].data = nn_in_1;
#if NN_MACRO(IN_NUM) > 1
    nn_ai_inputs[1].data = nn_in_2;
#endif
#if NN_MACRO(IN_NUM) > 2
    nn_ai_inputs[2].data = nn_in_3;
#endif
#if NN_MACRO(IN_NUM) > 3
    nn_ai_inputs[3].data = nn_in_4;
#endif
#endif
#if !NN_OUTPUTS_INSIDE
    nn_ai_outputs[0].data = nn_out_1;
#if NN_MACRO(OUT_NUM) > 1
    nn_ai_outputs[1].data = nn_out_2;
#endif
#if NN_MACRO(OUT_NUM) > 2
    nn_ai_outputs[2].data = nn_out_3;
#endif
#if NN_MACRO(OUT_NUM) > 3
    nn_ai_outputs[3].data = nn_out_4;
#endif
#endif
    for (uint32_t i = 0; i < n_inputs; i++) {
        nn_inputs[i] = (stai_ptr)nn_ai_inputs[i].data;
    }
    for (uint32_t i = 0; i < n_outputs; i++) {
        nn_outputs[i] = (stai_ptr)nn_ai_outputs[i].data;
    }
    *code = STAI_SUCCESS;
    return NULL;
}

/* Forgets all earlier runs: the legacy API does so where it initializes. */
static inline stai_return_code nn_start_sequence(void)
{
    stai_return_code code;

    (void)nn_set_up(&code);
    return code;
}

#endif /* LEGACY_SET_UP_H */
