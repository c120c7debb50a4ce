/*
 * A network with the legacy API as network_under_test.h needs it: its names and what it tells about
 * itself. Types of the st-ai API serve both; the functions are called through the legacy one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LEGACY_UNDER_TEST_H
#define LEGACY_UNDER_TEST_H

#include "stai.h"

#include NN_DATA_HEADER

/* NN_AI(run) is ai_network_run, NN_MACRO(IN_NUM) is AI_NETWORK_IN_NUM. */
#define NN_AI(function) NN_PASTE(ai_, NN_NAME, _##function)
#define NN_MACRO(item) NN_PASTE(AI_, NN_UPPER, _##item)
#define NN_FUNCTION(function) nn_legacy_##function

#define NN_ACTIVATIONS_BYTES NN_MACRO(DATA_ACTIVATIONS_SIZE)
#define NN_ACTIVATIONS_ALIGNMENT NN_MACRO(DATA_ACTIVATIONS_ALIGNMENT)
#define NN_INPUTS_INSIDE NN_MACRO(INPUTS_IN_ACTIVATIONS)
#define NN_OUTPUTS_INSIDE NN_MACRO(OUTPUTS_IN_ACTIVATIONS)

/* The legacy API keeps its own context. */
static stai_network nn_context[1];

static ai_handle nn_handle;
static ai_buffer *nn_ai_inputs;
static ai_buffer *nn_ai_outputs;

/* Enough for a harness: how many tensors, and how large they are. */
static inline stai_return_code nn_legacy_get_info(stai_network *context, stai_network_info *info)
{
    static stai_tensor inputs[NN_MACRO(IN_NUM)];
    static stai_tensor outputs[NN_MACRO(OUT_NUM)];
    ai_network_report report;

    (void)context;
    if (!NN_AI(get_report)(nn_handle, &report)) {
        return STAI_ERROR_GENERIC;
    }
    for (uint32_t i = 0; i < report.n_inputs; i++) {
        inputs[i].size_bytes = AI_BUFFER_BYTE_SIZE(report.inputs[i].size, report.inputs[i].format);
    }
    for (uint32_t i = 0; i < report.n_outputs; i++) {
        outputs[i].size_bytes = AI_BUFFER_BYTE_SIZE(report.outputs[i].size, report.outputs[i].format);
    }
    info->n_inputs = report.n_inputs;
    info->n_outputs = report.n_outputs;
    info->inputs = inputs;
    info->outputs = outputs;
    return STAI_SUCCESS;
}

static inline stai_return_code nn_legacy_run(stai_network *context, stai_run_mode mode)
{
    (void)context;
    (void)mode;
    return NN_AI(run)(nn_handle, nn_ai_inputs, nn_ai_outputs) == 1 ? STAI_SUCCESS : STAI_ERROR_GENERIC;
}

#endif /* LEGACY_UNDER_TEST_H */
