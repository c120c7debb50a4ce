#include "doubler.h"

#include "doubler_data.h"

typedef struct {
    uint32_t magic;
    uint8_t *activations;
} doubler_context;

#define MAGIC 0x44424C52u

static const int32_t doubler_shape[2] = {1, 8};
static const stai_tensor doubler_in = {8, STAI_FLAG_NONE, STAI_FORMAT_S8, {2, doubler_shape}, {0, NULL}, {0, NULL}, "x"};
static const stai_tensor doubler_out = {8, STAI_FLAG_NONE, STAI_FORMAT_S8, {2, doubler_shape}, {0, NULL}, {0, NULL}, "y"};

/* Initialized and zeroed memory of the network itself, to see both counted. */
static volatile uint32_t doubler_revision = 7;
static volatile uint32_t doubler_runs;

static doubler_context *context_of(stai_network *network)
{
    return (doubler_context *)(void *)network;
}

stai_return_code stai_doubler_init(stai_network *network)
{
    context_of(network)->magic = MAGIC;
    context_of(network)->activations = NULL;
    return STAI_SUCCESS;
}

stai_return_code stai_doubler_set_activations(stai_network *network, const stai_ptr *activations,
                                              stai_size n_activations)
{
    if (n_activations != 1 || activations[0] == NULL) {
        return STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_NUM;
    }
    context_of(network)->activations = activations[0];
    return STAI_SUCCESS;
}

stai_return_code stai_doubler_get_inputs(stai_network *network, stai_ptr *inputs, stai_size *n_inputs)
{
    inputs[0] = context_of(network)->activations;
    *n_inputs = 1;
    return STAI_SUCCESS;
}

stai_return_code stai_doubler_get_outputs(stai_network *network, stai_ptr *outputs, stai_size *n_outputs)
{
    outputs[0] = context_of(network)->activations + 8;
    *n_outputs = 1;
    return STAI_SUCCESS;
}

stai_return_code stai_doubler_get_info(stai_network *network, stai_network_info *info)
{
    const stai_network_info known = {
        .model_signature = "none", .c_model_name = "doubler", .n_inputs = 1, .n_outputs = 1,
        .inputs = &doubler_in, .outputs = &doubler_out, .n_nodes = doubler_revision};

    (void)network;
    *info = known;
    return STAI_SUCCESS;
}

stai_return_code stai_doubler_run(stai_network *network, stai_run_mode mode)
{
    const int8_t *in = (const int8_t *)context_of(network)->activations;
    int8_t *out = (int8_t *)context_of(network)->activations + 8;

    if (mode != STAI_MODE_SYNC || context_of(network)->magic != MAGIC) {
        return STAI_ERROR_NETWORK_NOT_INITIALIZED;
    }
    for (int i = 0; i < 8; i++) {
        int32_t sum = (in[i] * doubler_fc_weights[i] + doubler_fc_bias[i]) * doubler_fc_multiplier[i];

        sum = sum / (1 << doubler_fc_shift[i]);
        out[i] = (int8_t)(sum > 127 ? 127 : sum < -128 ? -128 : sum);
    }
    doubler_runs += doubler_revision;
    return STAI_SUCCESS;
}
