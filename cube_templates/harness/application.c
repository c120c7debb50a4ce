/*
 * The smallest application that uses a generated network, to measure what the network adds to a
 * program: buffers, set-up, and a loop that runs it. It calls no library function, so all library
 * code in the linked program is there because the network needs it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
/* Word alignment: no gaps that the network did not ask for. */
#define NN_IO_ALIGNMENT 4
#include "network_under_test.h"

/* From the linker script. */
extern uint32_t _estack[];

int main(void);
void Reset_Handler(void);

/* Where a real application would fill the inputs and use the outputs. */
static volatile uint8_t sensor;
static volatile uint8_t actuator;

int main(void)
{
    stai_return_code code;

    if (nn_set_up(&code) != NULL) {
        return (int)code;
    }
    do {
        nn_inputs[0][0] = sensor;
        code = NN_FUNCTION(run)(nn_context, STAI_MODE_SYNC);
        actuator = nn_outputs[0][0];
    } while (code == STAI_SUCCESS);
    return (int)code;
}

/* The program is linked and measured, not run: memory is not initialized here. */
void Reset_Handler(void)
{
    (void)main();
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*reset)(void);
} vector_table = {_estack, Reset_Handler};
