#ifndef DOUBLER_DATA_H
#define DOUBLER_DATA_H

#include <stdint.h>

extern const int8_t doubler_fc_weights[8];
extern const int32_t doubler_fc_bias[8];
extern const int32_t doubler_fc_multiplier[8];
extern const int8_t doubler_fc_shift[8];
extern const uint8_t doubler_unused_weights[100];

#endif
