/*
 * Start-up of an emulated machine: vector table, memory, FPU, and faults that end the emulator.
 *
 * No HAL and no clock set-up: the emulator's RCC never reports a ready oscillator.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

#include "semihosting.h"

#define EXIT_FAULT 99u

#define SCB_CFSR (*(volatile uint32_t *)0xE000ED28u)
#define SCB_BFAR (*(volatile uint32_t *)0xE000ED38u)
#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)

#define CPACR_FPU_FULL_ACCESS (0xFu << 20)
#define EXCEPTION_FRAME_LR 5u
#define EXCEPTION_FRAME_PC 6u

/* From the linker script. */
extern uint32_t _sdata[], _edata[], _sidata[], _sbss[], _ebss[], _estack[];

int main(void);
void Reset_Handler(void);
void Fault_Handler(void);
void report_fault(const uint32_t *frame);

/* Where a stacked frame may be read: within RAM and not past its end. */
static int readable(const uint32_t *frame)
{
    return frame >= _sdata && frame + 8 <= _estack && ((uint32_t)frame & 3u) == 0u;
}

void report_fault(const uint32_t *frame)
{
    semihosting_print("fault:");
    if (readable(frame)) {
        semihosting_print(" pc=");
        semihosting_print_hex(frame[EXCEPTION_FRAME_PC]);
        semihosting_print(" lr=");
        semihosting_print_hex(frame[EXCEPTION_FRAME_LR]);
    }
    semihosting_print(" sp=");
    semihosting_print_hex((uint32_t)frame);
    semihosting_print(" cfsr=");
    semihosting_print_hex(SCB_CFSR);
    semihosting_print(" bfar=");
    semihosting_print_hex(SCB_BFAR);
    semihosting_print("\n");
    semihosting_exit(EXIT_FAULT);
}

/* The stack may be what broke: hand over its pointer and go on at the top of RAM. */
__attribute__((naked)) void Fault_Handler(void)
{
    __asm volatile("mrs r0, msp\n"
                   "ldr r1, =_estack\n"
                   "msr msp, r1\n"
                   "ldr r1, =report_fault\n"
                   "bx r1\n"
                   ".ltorg\n");
}

void Reset_Handler(void)
{
    const uint32_t *from = _sidata;

    for (volatile uint32_t *to = _sdata; to < _edata; to++) {
        *to = *from++;
    }
    for (volatile uint32_t *to = _sbss; to < _ebss; to++) {
        *to = 0;
    }
    SCB_CPACR |= CPACR_FPU_FULL_ACCESS;
    __asm volatile("dsb\n\tisb" ::: "memory");
    semihosting_exit((uint32_t)main());
}

/* The system exceptions; the harness enables no interrupt. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[15])(void);
} vector_table = {
    _estack,
    {Reset_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
     Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
     Fault_Handler, Fault_Handler, Fault_Handler},
};
