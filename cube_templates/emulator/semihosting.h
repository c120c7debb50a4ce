/*
 * Files, messages and exit of the host, through the debugger or emulator (Arm semihosting).
 *
 * The operations are those of Arm's "Semihosting for AArch32 and AArch64" specification.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

#define SEMIHOSTING_READ 1u  /* fopen mode "rb" */
#define SEMIHOSTING_WRITE 5u /* fopen mode "wb" */

/* A handle, or -1. Names are relative to the emulator's working folder. */
int32_t semihosting_open(const char *name, uint32_t mode);

/* The number of bytes that were NOT read or written: 0 is success. */
uint32_t semihosting_read(int32_t handle, void *data, uint32_t size);
uint32_t semihosting_write(int32_t handle, const void *data, uint32_t size);

/* 0 is success. */
int32_t semihosting_close(int32_t handle);

/* To the emulator's standard error. */
void semihosting_print(const char *text);
void semihosting_print_hex(uint32_t value);

/* Ends the emulator with this exit status. */
void semihosting_exit(uint32_t status) __attribute__((noreturn));

#endif /* SEMIHOSTING_H */
