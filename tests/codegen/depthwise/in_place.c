/* Runs a network of one layer whose output lies in its input, over vectors of a file. */
#include <stdio.h>
#include <stdlib.h>

#include "network.h"

STAI_NETWORK_CONTEXT_DECLARE(context, STAI_NETWORK_CONTEXT_SIZE);
static uint8_t activations[STAI_NETWORK_ACTIVATIONS_SIZE_BYTES] STAI_ALIGNED(8);

int main(void)
{
    uint8_t *shared = malloc(STAI_NETWORK_IN_1_SIZE_BYTES);
    stai_ptr buffer = activations, pointer = shared;
    FILE *inputs = fopen("inputs.bin", "rb"), *outputs = fopen("outputs.bin", "wb");

    stai_network_init(context);
    if (stai_network_set_activations(context, &buffer, 1) != STAI_SUCCESS ||
        stai_network_set_inputs(context, &pointer, 1) != STAI_SUCCESS ||
        stai_network_set_outputs(context, &pointer, 1) != STAI_SUCCESS) {
        return 2;
    }
    while (fread(shared, 1, STAI_NETWORK_IN_1_SIZE_BYTES, inputs) == STAI_NETWORK_IN_1_SIZE_BYTES) {
        if (stai_network_run(context, STAI_MODE_SYNC) != STAI_SUCCESS) {
            return 3;
        }
        fwrite(shared, 1, STAI_NETWORK_OUT_1_SIZE_BYTES, outputs);
    }
    fclose(inputs);
    fclose(outputs);
    free(shared);
    return 0;
}
