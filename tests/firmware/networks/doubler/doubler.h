/* A hand-written network by the st-ai API: y = 2 x, int8, 8 elements, saturated. */
#ifndef DOUBLER_H
#define DOUBLER_H

#include "stai.h"

#define STAI_DOUBLER_CONTEXT_SIZE 32
#define STAI_DOUBLER_ACTIVATIONS_SIZE_BYTES 16
#define STAI_DOUBLER_ACTIVATIONS_ALIGNMENT 4
#define STAI_DOUBLER_FLAGS (STAI_FLAG_ACTIVATIONS | STAI_FLAG_INPUTS | STAI_FLAG_OUTPUTS)
#define STAI_DOUBLER_IN_NUM 1
#define STAI_DOUBLER_OUT_NUM 1
#define STAI_DOUBLER_IN_1_SIZE_BYTES 8
#define STAI_DOUBLER_IN_1_ALIGNMENT 4
#define STAI_DOUBLER_OUT_1_SIZE_BYTES 8

stai_return_code stai_doubler_init(stai_network *network);
stai_return_code stai_doubler_set_activations(stai_network *network, const stai_ptr *activations,
                                              stai_size n_activations);
stai_return_code stai_doubler_get_inputs(stai_network *network, stai_ptr *inputs, stai_size *n_inputs);
stai_return_code stai_doubler_get_outputs(stai_network *network, stai_ptr *outputs, stai_size *n_outputs);
stai_return_code stai_doubler_get_info(stai_network *network, stai_network_info *info);
stai_return_code stai_doubler_run(stai_network *network, stai_run_mode mode);

#endif
