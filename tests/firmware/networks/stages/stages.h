/* A hand-written network by the st-ai API: three nodes, each of a known number of instructions. */
#ifndef STAGES_H
#define STAGES_H

#include "stai.h"

#define STAI_STAGES_CONTEXT_SIZE 32
#define STAI_STAGES_ACTIVATIONS_SIZE_BYTES 8
#define STAI_STAGES_ACTIVATIONS_ALIGNMENT 4
#define STAI_STAGES_NODES_NUM (3)
#define STAI_STAGES_FLAGS (STAI_FLAG_ACTIVATIONS | STAI_FLAG_INPUTS | STAI_FLAG_OUTPUTS)
#define STAI_STAGES_IN_NUM 1
#define STAI_STAGES_OUT_NUM 1
#define STAI_STAGES_IN_1_SIZE_BYTES 4
#define STAI_STAGES_IN_1_ALIGNMENT 4
#define STAI_STAGES_OUT_1_SIZE_BYTES 4

stai_return_code stai_stages_init(stai_network *network);
stai_return_code stai_stages_set_callback(stai_network *network, stai_event_cb callback, void *cookie);
stai_return_code stai_stages_set_activations(stai_network *network, const stai_ptr *activations,
                                             stai_size n_activations);
stai_return_code stai_stages_get_inputs(stai_network *network, stai_ptr *inputs, stai_size *n_inputs);
stai_return_code stai_stages_get_outputs(stai_network *network, stai_ptr *outputs, stai_size *n_outputs);
stai_return_code stai_stages_get_info(stai_network *network, stai_network_info *info);
stai_return_code stai_stages_run(stai_network *network, stai_run_mode mode);

#endif
