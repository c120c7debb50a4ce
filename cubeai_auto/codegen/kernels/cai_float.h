/*
 * Float kernels multiply and add in two rounded steps, as the reference does, so that outputs
 * are equal bit by bit. CAI_FAST_FLOAT lets the compiler fuse them (VFMA), which is faster.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_FLOAT_H
#define CAI_FLOAT_H

#include "cai_config.h"

#if !CAI_FAST_FLOAT
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif
#endif

#endif /* CAI_FLOAT_H */
