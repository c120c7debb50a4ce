#include "mixer.h"

#include <math.h>

typedef struct {
    float *in[2];
    float *out[2];
} mixer_context;

static const int32_t mixer_shape[2] = {1, 4};
static const stai_tensor mixer_tensors[2] = {
    {16, STAI_FLAG_NONE, STAI_FORMAT_FLOAT32, {2, mixer_shape}, {0, NULL}, {0, NULL}, "a"},
    {16, STAI_FLAG_NONE, STAI_FORMAT_FLOAT32, {2, mixer_shape}, {0, NULL}, {0, NULL}, "b"}};

static mixer_context *context_of(stai_network *network)
{
    return (mixer_context *)(void *)network;
}

stai_return_code stai_mixer_init(stai_network *network)
{
    const mixer_context empty = {{NULL, NULL}, {NULL, NULL}};

    *context_of(network) = empty;
    return STAI_SUCCESS;
}

stai_return_code stai_mixer_set_inputs(stai_network *network, const stai_ptr *inputs, stai_size n_inputs)
{
    for (stai_size i = 0; i < n_inputs; i++) {
        context_of(network)->in[i] = (float *)(void *)inputs[i];
    }
    return STAI_SUCCESS;
}

stai_return_code stai_mixer_set_outputs(stai_network *network, const stai_ptr *outputs, stai_size n_outputs)
{
    for (stai_size i = 0; i < n_outputs; i++) {
        context_of(network)->out[i] = (float *)(void *)outputs[i];
    }
    return STAI_SUCCESS;
}

stai_return_code stai_mixer_get_inputs(stai_network *network, stai_ptr *inputs, stai_size *n_inputs)
{
    inputs[0] = (stai_ptr)context_of(network)->in[0];
    inputs[1] = (stai_ptr)context_of(network)->in[1];
    *n_inputs = 2;
    return STAI_SUCCESS;
}

stai_return_code stai_mixer_get_outputs(stai_network *network, stai_ptr *outputs, stai_size *n_outputs)
{
    outputs[0] = (stai_ptr)context_of(network)->out[0];
    outputs[1] = (stai_ptr)context_of(network)->out[1];
    *n_outputs = 2;
    return STAI_SUCCESS;
}

stai_return_code stai_mixer_get_info(stai_network *network, stai_network_info *info)
{
    const stai_network_info known = {.c_model_name = "mixer", .n_inputs = 2, .n_outputs = 2,
                                     .inputs = mixer_tensors, .outputs = mixer_tensors};

    (void)network;
    *info = known;
    return STAI_SUCCESS;
}

stai_return_code stai_mixer_run(stai_network *network, stai_run_mode mode)
{
    const mixer_context *c = context_of(network);

    (void)mode;
    for (int i = 0; i < 4; i++) {
        c->out[0][i] = c->in[0][i] + c->in[1][i];
        c->out[1][i] = expf(c->in[0][i]) * c->in[1][i];
    }
    return STAI_SUCCESS;
}
