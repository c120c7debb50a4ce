/*
 * The network that a harness runs: its buffers and its set-up, by the st-ai API, or by the legacy
 * API in terms of the other (see legacy_under_test.h).
 *
 * The network's name comes from the compiler's command line:
 *   -DNN_NAME=network -DNN_UPPER=NETWORK -DNN_HEADER=\"network.h\"
 * and for the legacy API:
 *   -DNN_LEGACY -DNN_DATA_HEADER=\"network_data.h\"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef NETWORK_UNDER_TEST_H
#define NETWORK_UNDER_TEST_H

#include <stddef.h>
#include <stdint.h>

#include NN_HEADER

#define NN_PASTE_EXPANDED(a, b, c) a##b##c
#define NN_PASTE(a, b, c) NN_PASTE_EXPANDED(a, b, c)

/* NN_FUNCTION(run) is stai_network_run, NN_MACRO(IN_NUM) is STAI_NETWORK_IN_NUM. */
#ifdef NN_LEGACY
#include "legacy_under_test.h"
#else
#define NN_FUNCTION(function) NN_PASTE(stai_, NN_NAME, _##function)
#define NN_MACRO(item) NN_PASTE(STAI_, NN_UPPER, _##item)

#define NN_ACTIVATIONS_BYTES NN_MACRO(ACTIVATIONS_SIZE_BYTES)
#define NN_ACTIVATIONS_ALIGNMENT NN_MACRO(ACTIVATIONS_ALIGNMENT)
#define NN_INPUTS_INSIDE ((NN_MACRO(FLAGS) & STAI_FLAG_INPUTS) != 0)
#define NN_OUTPUTS_INSIDE ((NN_MACRO(FLAGS) & STAI_FLAG_OUTPUTS) != 0)
#endif

/* Enough for every tensor type, word accesses and a cache line of a Cortex-M7. */
#ifndef NN_IO_ALIGNMENT
#define NN_IO_ALIGNMENT 32
#endif

#ifndef NN_LEGACY
static STAI_NETWORK_CONTEXT_DECLARE(nn_context, NN_MACRO(CONTEXT_SIZE));
#endif

#if NN_ACTIVATIONS_BYTES > 0
static STAI_ALIGNED(NN_ACTIVATIONS_ALIGNMENT) uint8_t nn_activations[NN_ACTIVATIONS_BYTES];
#endif

/* What a recurrent network remembers from run to run. */
#if NN_MACRO(STATES_NUM) > 0
static STAI_ALIGNED(NN_MACRO(STATES_ALIGNMENT)) uint8_t nn_states[NN_MACRO(STATES_SIZE_BYTES)];
#endif

/* 1: every vector is a sequence of its own; 0: all vectors are one sequence. */
#ifndef NN_INDEPENDENT
#define NN_INDEPENDENT 0
#endif

/* Inputs and outputs that are not part of the activations get arrays of their own, so that a
   sanitizer sees an access past the end of each. */
#if !NN_INPUTS_INSIDE
#if NN_MACRO(IN_NUM) > 4
#error "this harness knows at most 4 inputs outside the activations"
#endif
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_in_1[NN_MACRO(IN_1_SIZE_BYTES)];
#if NN_MACRO(IN_NUM) > 1
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_in_2[NN_MACRO(IN_2_SIZE_BYTES)];
#endif
#if NN_MACRO(IN_NUM) > 2
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_in_3[NN_MACRO(IN_3_SIZE_BYTES)];
#endif
#if NN_MACRO(IN_NUM) > 3
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_in_4[NN_MACRO(IN_4_SIZE_BYTES)];
#endif
#endif

#if !NN_OUTPUTS_INSIDE
#if NN_MACRO(OUT_NUM) > 4
#error "this harness knows at most 4 outputs outside the activations"
#endif
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_out_1[NN_MACRO(OUT_1_SIZE_BYTES)];
#if NN_MACRO(OUT_NUM) > 1
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_out_2[NN_MACRO(OUT_2_SIZE_BYTES)];
#endif
#if NN_MACRO(OUT_NUM) > 2
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_out_3[NN_MACRO(OUT_3_SIZE_BYTES)];
#endif
#if NN_MACRO(OUT_NUM) > 3
static STAI_ALIGNED(NN_IO_ALIGNMENT) uint8_t nn_out_4[NN_MACRO(OUT_4_SIZE_BYTES)];
#endif
#endif

/* Where the application writes inputs and reads outputs. */
static stai_ptr nn_inputs[NN_MACRO(IN_NUM)];
static stai_ptr nn_outputs[NN_MACRO(OUT_NUM)];

#ifndef NN_LEGACY
/* Forgets all earlier runs; a network without states has nothing to forget. */
static inline stai_return_code nn_start_sequence(void)
{
#if NN_MACRO(STATES_NUM) > 0
    const stai_ptr states[1] = {nn_states};

    return NN_FUNCTION(set_states)(nn_context, states, 1);
#else
    return STAI_SUCCESS;
#endif
}

/*
 * Initializes the network and hands it its buffers. Returns NULL, or the name of the call that
 * failed, with its return code in *code (STAI_SUCCESS if only the number of tensors is wrong).
 */
static inline const char *nn_set_up(stai_return_code *code)
{
    stai_size count = 0;

    *code = NN_FUNCTION(init)(nn_context);
    if (*code != STAI_SUCCESS) {
        return "init";
    }

#if NN_ACTIVATIONS_BYTES > 0
    {
        const stai_ptr activations[1] = {nn_activations};

        *code = NN_FUNCTION(set_activations)(nn_context, activations, 1);
        if (*code != STAI_SUCCESS) {
            return "set_activations";
        }
    }
#endif

    *code = nn_start_sequence();
    if (*code != STAI_SUCCESS) {
        return "set_states";
    }

#if !NN_INPUTS_INSIDE
    {
        const stai_ptr inputs[NN_MACRO(IN_NUM)] = {
            nn_in_1,
#if NN_MACRO(IN_NUM) > 1
            nn_in_2,
#endif
#if NN_MACRO(IN_NUM) > 2
            nn_in_3,
#endif
#if NN_MACRO(IN_NUM) > 3
            nn_in_4,
#endif
        };

        *code = NN_FUNCTION(set_inputs)(nn_context, inputs, NN_MACRO(IN_NUM));
        if (*code != STAI_SUCCESS) {
            return "set_inputs";
        }
    }
#endif

#if !NN_OUTPUTS_INSIDE
    {
        const stai_ptr outputs[NN_MACRO(OUT_NUM)] = {
            nn_out_1,
#if NN_MACRO(OUT_NUM) > 1
            nn_out_2,
#endif
#if NN_MACRO(OUT_NUM) > 2
            nn_out_3,
#endif
#if NN_MACRO(OUT_NUM) > 3
            nn_out_4,
#endif
        };

        *code = NN_FUNCTION(set_outputs)(nn_context, outputs, NN_MACRO(OUT_NUM));
        if (*code != STAI_SUCCESS) {
            return "set_outputs";
        }
    }
#endif

    *code = NN_FUNCTION(get_inputs)(nn_context, nn_inputs, &count);
    if (*code != STAI_SUCCESS || count != NN_MACRO(IN_NUM)) {
        return "get_inputs";
    }
    *code = NN_FUNCTION(get_outputs)(nn_context, nn_outputs, &count);
    if (*code != STAI_SUCCESS || count != NN_MACRO(OUT_NUM)) {
        return "get_outputs";
    }
    return NULL;
}
#else
#include "legacy_set_up.h"
#endif

#endif /* NETWORK_UNDER_TEST_H */
