/* A hand-written network by the st-ai API: s = a + b and p = exp(a) * b, float32, 4 elements each;
   two inputs and two outputs outside the activations, of which there are none. */
#ifndef MIXER_H
#define MIXER_H

#include "stai.h"

#define STAI_MIXER_CONTEXT_SIZE 32
#define STAI_MIXER_ACTIVATIONS_SIZE_BYTES 0
#define STAI_MIXER_ACTIVATIONS_ALIGNMENT 4
#define STAI_MIXER_FLAGS STAI_FLAG_NONE
#define STAI_MIXER_IN_NUM 2
#define STAI_MIXER_OUT_NUM 2
#define STAI_MIXER_IN_1_SIZE_BYTES 16
#define STAI_MIXER_IN_2_SIZE_BYTES 16
#define STAI_MIXER_IN_1_ALIGNMENT 4
#define STAI_MIXER_OUT_1_SIZE_BYTES 16
#define STAI_MIXER_OUT_2_SIZE_BYTES 16

stai_return_code stai_mixer_init(stai_network *network);
stai_return_code stai_mixer_set_inputs(stai_network *network, const stai_ptr *inputs, stai_size n_inputs);
stai_return_code stai_mixer_set_outputs(stai_network *network, const stai_ptr *outputs, stai_size n_outputs);
stai_return_code stai_mixer_get_inputs(stai_network *network, stai_ptr *inputs, stai_size *n_inputs);
stai_return_code stai_mixer_get_outputs(stai_network *network, stai_ptr *outputs, stai_size *n_outputs);
stai_return_code stai_mixer_get_info(stai_network *network, stai_network_info *info);
stai_return_code stai_mixer_run(stai_network *network, stai_run_mode mode);

#endif
