// The legacy headers in C++: every macro of an initializer, every inline function.
//
// SPDX-License-Identifier: Apache-2.0
#include "ai_datatypes_defines.h"
#include "network.h"
#include "network_data.h"
#include "network_data_params.h"

AI_ALIGNED(32) static ai_u8 activations[AI_NETWORK_DATA_ACTIVATIONS_SIZE];

int main()
{
    ai_buffer input[AI_NETWORK_IN_NUM] = AI_NETWORK_IN;
    ai_buffer output[AI_NETWORK_OUT_NUM] = AI_NETWORK_OUT;
    const ai_network_params params = AI_NETWORK_PARAMS_INIT(
        AI_NETWORK_DATA_WEIGHTS(ai_network_data_weights_get()), AI_NETWORK_DATA_ACTIVATIONS(activations));
    ai_handle network = AI_HANDLE_NULL;

    if (ai_network_create(&network, AI_NETWORK_DATA_CONFIG).type != AI_ERROR_NONE) {
        return 1;
    }
    if (!ai_network_init(network, &params)) {
        return 2;
    }
    const ai_buffer *own = ai_network_inputs_get(network, nullptr);
    input[0].data = own[0].data;
    output[0].data = ai_network_outputs_get(network, nullptr)[0].data;
    if (AI_BUFFER_META_INFO_INTQ_GET_SCALE(own[0].meta_info, 0) <= 0.0f) {
        return 3;
    }
    return ai_network_run(network, input, output) == 1 ? 0 : 4;
}
