/*
 * LSTM, int8, with cell states of 16 bits: integer arithmetic only, for any core.
 *
 * Gates are Q3.12 before their sigmoid or tanh and Q0.15 after it. Both functions are read from one
 * table, because tanh(x) = 2 * sigmoid(2 * x) - 1, and interpolated as TensorFlow Lite Micro does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cai_dot.h"
#include "cai_fixed_point.h"
#include "cai_recurrent.h"

#include <string.h>

/*
 * sigmoid(k / 24) in Q0.16, raised by second derivative / (16 * 24 * 24): straight lines between
 * the entries then lie as far above the curve as below it. The last one stands for what follows.
 */
static const uint16_t sigmoid_of[256] = {
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149,
    40794, 41432, 42064, 42688, 43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369,
    47911, 48443, 48964, 49475, 49975, 50464, 50942, 51409, 51865, 52311, 52745, 53169,
    53581, 53983, 54374, 54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433,
    57724, 58007, 58280, 58544, 58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370,
    60565, 60753, 60935, 61110, 61279, 61441, 61599, 61750, 61896, 62036, 62172, 62302,
    62428, 62549, 62666, 62778, 62886, 62990, 63090, 63186, 63279, 63368, 63454, 63536,
    63615, 63691, 63765, 63835, 63903, 63968, 64030, 64090, 64148, 64204, 64257, 64308,
    64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652, 64687, 64721, 64754, 64786,
    64816, 64845, 64873, 64900, 64926, 64950, 64974, 64997, 65019, 65039, 65060, 65079,
    65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208, 65221, 65234, 65246, 65258,
    65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360, 65367,
    65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433,
    65438, 65442, 65445, 65449, 65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474,
    65476, 65479, 65481, 65483, 65485, 65488, 65489, 65491, 65493, 65495, 65497, 65498,
    65500, 65501, 65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513,
    65514, 65515, 65516, 65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522,
    65523, 65523, 65524, 65524, 65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528,
    65528, 65528, 65529, 65529, 65529, 65529, 65530, 65530, 65530, 65530, 65531, 65531,
    65531, 65531, 65531, 65532, 65532, 65532, 65532, 65532, 65532, 65533, 65533, 65533,
    65533, 65533, 65533, 65533, 65533, 65534, 65534, 65534, 65534, 65534, 65534, 65534,
    65534, 65534, 65534, 65535,
};

/* Tanh for |scaled| in units of 1 / (24 * 256) from here on is that of the last entry. */
#define LAST 255u

/* The table at k + rest / 2^bits, in Q0.(16 + bits). */
static inline int32_t interpolated(uint32_t k, uint32_t rest, int bits)
{
    const uint32_t here = sigmoid_of[k];

    return (int32_t)((here << bits) + rest * (sigmoid_of[k + 1u] - here));
}

/* Q3.12 to Q0.15; three times 2^15 stays within the table. */
static int32_t sigmoid(int32_t value)
{
    const int32_t scaled = 3 * value;
    const uint32_t size = (uint32_t)(scaled < 0 ? -scaled : scaled);
    const int32_t result = interpolated(size >> 9, size & 511u, 9);

    return (scaled < 0 ? (1 << 25) - result + 511 : result + 512) >> 10;
}

/* The same for tanh of value * 2^shift, which is Q3.12. */
static int32_t tanh_shifted(int32_t value, int shift)
{
    const int32_t thrice = 3 * value;
    const int32_t scaled = shift >= 0 ? thrice * (1 << shift)
                                      : (thrice + (1 << (-shift - 1))) >> -shift;
    const uint32_t size = (uint32_t)(scaled < 0 ? -scaled : scaled);
    const uint32_t k = size >> 8;
    const int32_t result =
        (k >= LAST ? (int32_t)((uint32_t)sigmoid_of[LAST] << 8) : interpolated(k, size & 255u, 8)) -
        (1 << 23);

    return (scaled < 0 ? -result + 127 : result + 128) >> 8;
}

static inline int32_t sixteen(int32_t value)
{
    return cai_clamp(value, INT16_MIN, INT16_MAX);
}

/* The gates of a unit, Q3.12, before sigmoid and tanh. */
static void gates_of(const cai_lstm_s8_layer *layer, uint32_t unit, const int8_t *input,
                     const int8_t *hidden, int32_t gates[CAI_LSTM_GATES])
{
    const uint32_t units = layer->units;
    const int8_t *const from_input = layer->input_weights + unit * layer->inputs;
    const int8_t *const from_hidden = layer->recurrent_weights + unit * units;
    uint32_t given[CAI_LSTM_GATES];
    uint32_t back[CAI_LSTM_GATES];
    uint32_t gate;

    for (gate = 0; gate < CAI_LSTM_GATES; ++gate) {
        given[gate] = (uint32_t)layer->bias[gate * units + unit];
        back[gate] = (uint32_t)layer->offset[gate * units + unit];
    }
    cai_four_dots(given, from_input, units * layer->inputs, input, layer->inputs);
    cai_four_dots(back, from_hidden, units * units, hidden, units);
    for (gate = 0; gate < CAI_LSTM_GATES; ++gate) {
        const int32_t a = sixteen(cai_requantize((int32_t)given[gate], layer->input_multiplier[gate],
                                                 layer->input_shift[gate]));
        const int32_t b = sixteen(cai_requantize((int32_t)back[gate], layer->recurrent_multiplier[gate],
                                                 layer->recurrent_shift[gate]));

        gates[gate] = sixteen(a + b);
    }
}

/* All units of a step, which all see the outputs of the step before. */
static void step_of(const cai_lstm_s8_layer *layer, const int8_t *input, int8_t *output,
                    const int8_t *hidden, int16_t *cell)
{
    uint32_t unit;

    for (unit = 0; unit < layer->units; ++unit) {
        int32_t gates[CAI_LSTM_GATES];
        int32_t kept, added, next, made;

        gates_of(layer, unit, input, hidden, gates);
        /* a gate of 2^-15 leaves the cell's scale as it is */
        kept = sixteen(cai_requantize(sigmoid(gates[1]) * cell[unit], 1 << 30, -14));
        added = sixteen(cai_requantize(sigmoid(gates[0]) * tanh_shifted(gates[2], 0),
                                       layer->cell_multiplier, layer->cell_shift));
        next = cai_clamp(sixteen(kept + added), layer->cell_low, layer->cell_high);
        made = cai_requantize(tanh_shifted(next, layer->tanh_shift) * sigmoid(gates[3]),
                              layer->output_multiplier, layer->output_shift);
        cell[unit] = (int16_t)next;
        output[unit] = (int8_t)cai_clamp(cai_wrapping_add(made, layer->zero_point), INT8_MIN, INT8_MAX);
    }
}

void cai_lstm_s8(const cai_lstm_s8_layer *layer, const int8_t *input, int8_t *output, int8_t *hidden,
                 int16_t *cell)
{
    const uint32_t step_stride = layer->time_major ? layer->batches : 1u;
    const uint32_t batch_stride = layer->time_major ? 1u : layer->steps;
    uint32_t batch;
    uint32_t step;

    for (batch = 0; batch < layer->batches; ++batch) {
        for (step = 0; step < layer->steps; ++step) {
            const uint32_t position = batch * batch_stride + step * step_stride;
            int8_t *const made = output + position * layer->units;

            step_of(layer, input + position * layer->inputs, made, hidden, cell);
            memcpy(hidden, made, layer->units);
        }
        hidden += layer->units;
        cell += layer->units;
    }
}
