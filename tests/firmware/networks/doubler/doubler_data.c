#include "doubler_data.h"

const int8_t doubler_fc_weights[8] = {2, 2, 2, 2, 2, 2, 2, 2};
const int32_t doubler_fc_bias[8] = {0};
const int32_t doubler_fc_multiplier[8] = {1, 1, 1, 1, 1, 1, 1, 1};
const int8_t doubler_fc_shift[8] = {0};
const uint8_t doubler_unused_weights[100] = {1};
