/*
 * Counts instructions with a timer of an emulated MPS2 board.
 *
 * With `-icount shift=8` the emulator's virtual time advances by 256 ns for each instruction. A tick of
 * the timer is shorter than that (COUNTER_TICK_NS, 40 or 50), so the number of ticks between two
 * readings, off by less than one, still gives the exact number of instructions. The timer counts
 * down from 2^32 - 1, once: some 800 million instructions, far more than one inference.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

#define TIMER_CTRL (*(volatile uint32_t *)(COUNTER_TIMER + 0x0u))
#define TIMER_VALUE (*(volatile uint32_t *)(COUNTER_TIMER + 0x4u))
#define TIMER_RELOAD (*(volatile uint32_t *)(COUNTER_TIMER + 0x8u))
#define TIMER_ENABLE 1u

#define INSTRUCTION_NS 256u

struct counter {
    uint32_t left;
};

static inline void counter_start(void)
{
    TIMER_RELOAD = UINT32_MAX;
    TIMER_VALUE = UINT32_MAX;
    TIMER_CTRL = TIMER_ENABLE;
}

static inline void counter_read_before(struct counter *now)
{
    now->left = TIMER_VALUE;
}

static inline void counter_read_after(struct counter *now)
{
    now->left = TIMER_VALUE;
}

static inline uint64_t counter_between(const struct counter *before, const struct counter *after)
{
    const uint64_t ticks = (uint32_t)(before->left - after->left);

    return (ticks * COUNTER_TICK_NS + INSTRUCTION_NS / 2u) / INSTRUCTION_NS;
}

#endif /* COUNTER_H */
