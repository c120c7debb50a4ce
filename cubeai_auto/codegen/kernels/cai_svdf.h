/*
 * SVDF: what does not depend on the type of the state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CAI_SVDF_H
#define CAI_SVDF_H

#include "cai_dot.h"
#include "cai_fixed_point.h"
#include "cai_recurrent.h"

/* A filter's feature of the input, in units of the state, without its zero point. */
static inline int32_t cai_svdf_feature(const cai_svdf_s8_layer *layer, const int8_t *input, uint32_t filter)
{
    const int8_t *const weights = layer->feature_weights + filter * layer->inputs;
    const uint32_t sum = cai_dot((uint32_t)layer->offset[filter], weights, input, layer->inputs);

    return cai_requantize((int32_t)sum, layer->state_multiplier, layer->state_shift);
}

static inline int8_t cai_svdf_output(const cai_svdf_s8_layer *layer, uint32_t sum)
{
    int32_t value = cai_requantize((int32_t)sum, layer->output_multiplier, layer->output_shift);

    value = cai_wrapping_add(value, layer->zero_point);
    return (int8_t)cai_clamp(value, INT8_MIN, INT8_MAX);
}

#endif /* CAI_SVDF_H */
