/*
 * Semihosting calls of a Cortex-M: BKPT 0xAB with the operation in r0 and a parameter block in r1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "semihosting.h"

#define SYS_OPEN 0x01u
#define SYS_CLOSE 0x02u
#define SYS_WRITE0 0x04u
#define SYS_WRITE 0x05u
#define SYS_READ 0x06u
#define SYS_EXIT_EXTENDED 0x20u

#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static uint32_t call(uint32_t operation, const void *parameters)
{
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = parameters;

    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int32_t semihosting_open(const char *name, uint32_t mode)
{
    uint32_t length = 0;

    while (name[length] != '\0') {
        length++;
    }
    {
        const uint32_t parameters[3] = {(uint32_t)name, mode, length};

        return (int32_t)call(SYS_OPEN, parameters);
    }
}

uint32_t semihosting_read(int32_t handle, void *data, uint32_t size)
{
    const uint32_t parameters[3] = {(uint32_t)handle, (uint32_t)data, size};

    return call(SYS_READ, parameters);
}

uint32_t semihosting_write(int32_t handle, const void *data, uint32_t size)
{
    const uint32_t parameters[3] = {(uint32_t)handle, (uint32_t)data, size};

    return call(SYS_WRITE, parameters);
}

int32_t semihosting_close(int32_t handle)
{
    const uint32_t parameters[1] = {(uint32_t)handle};

    return (int32_t)call(SYS_CLOSE, parameters);
}

void semihosting_print(const char *text)
{
    (void)call(SYS_WRITE0, text);
}

void semihosting_print_hex(uint32_t value)
{
    static const char digits[] = "0123456789abcdef";
    char text[11] = "0x";

    for (uint32_t i = 0; i < 8u; i++) {
        text[2u + i] = digits[(value >> (28u - 4u * i)) & 0xFu];
    }
    text[10] = '\0';
    semihosting_print(text);
}

void semihosting_exit(uint32_t status)
{
    const uint32_t parameters[2] = {ADP_STOPPED_APPLICATION_EXIT, status};

    for (;;) {
        (void)call(SYS_EXIT_EXTENDED, parameters);
    }
}
