/*
 * Counts instructions with two timers of an emulated STM32.
 *
 * With `-icount shift=0` the emulator's virtual time advances by 1 ns for each instruction, and TIM2
 * without prescaler counts nanoseconds. TIM5 tells how often TIM2 wrapped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

/* General-purpose 32-bit timers. */
#define TIM2_BASE 0x40000000u
#define TIM5_BASE 0x40000C00u
#define TIM_CR1(base) (*(volatile uint32_t *)((base) + 0x00u))
#define TIM_EGR(base) (*(volatile uint32_t *)((base) + 0x14u))
#define TIM_CNT(base) (*(volatile uint32_t *)((base) + 0x24u))
#define TIM_PSC(base) (*(volatile uint32_t *)((base) + 0x28u))
#define TIM_CR1_CEN 1u
#define TIM_EGR_UG 1u

/* TIM5 ticks every 65,536 instructions. */
#define COARSE_PRESCALER 0xFFFFu
#define COARSE_SHIFT 16

struct counter {
    uint32_t fine;
    uint32_t coarse;
};

static inline void start_timer(uint32_t base, uint32_t prescaler)
{
    TIM_PSC(base) = prescaler;
    TIM_EGR(base) = TIM_EGR_UG;
    TIM_CR1(base) = TIM_CR1_CEN;
}

static inline void counter_start(void)
{
    start_timer(TIM2_BASE, 0);
    start_timer(TIM5_BASE, COARSE_PRESCALER);
}

/* The fine timer is read next to what is measured. */
static inline void counter_read_before(struct counter *now)
{
    now->coarse = TIM_CNT(TIM5_BASE);
    now->fine = TIM_CNT(TIM2_BASE);
}

static inline void counter_read_after(struct counter *now)
{
    now->fine = TIM_CNT(TIM2_BASE);
    now->coarse = TIM_CNT(TIM5_BASE);
}

/* TIM2 counts modulo 2^32; the coarse timer is off by less than two ticks. */
static inline uint64_t counter_between(const struct counter *before, const struct counter *after)
{
    const uint32_t fine = after->fine - before->fine;
    const uint64_t about = (uint64_t)(after->coarse - before->coarse) << COARSE_SHIFT;
    const uint64_t half = (uint64_t)1 << 31;
    uint64_t count = (about & ~(uint64_t)UINT32_MAX) | fine;

    if (count + half < about) {
        count += half << 1;
    } else if (count > about + half) {
        count -= half << 1;
    }
    return count;
}

#endif /* COUNTER_H */
