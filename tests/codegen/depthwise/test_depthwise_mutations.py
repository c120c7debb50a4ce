"""Wrong depthwise kernels, in C and in assembly, are noticed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection
from support.kernel_bench import KernelBench, make_bench, mutant_on_emulator

Outputs = tuple[np.ndarray, ...]

_PLAIN, _TAPS, _3X3 = "cai_depthwise_s8.c", "cai_depthwise_s8_taps.c", "cai_depthwise_s8_3x3.c"
_COMMON = "cai_depthwise.h"

# name: whether the target has the DSP extension, file, what is there, what takes its place
HOST = {
    "plain: no input zero point": (False, _PLAIN, "(input[pixel] - zero)", "(input[pixel])"),
    "plain: channel by channel": (
        False,
        _PLAIN,
        "turn = layer->per_channel;\n                        ++place",
        "turn = 1;\n                        ++place",
    ),
    "plain: no dilation of rows": (
        False,
        _PLAIN,
        "line += layer->dilation_h * row_step",
        "line += row_step",
    ),
    "plain: no dilation of columns": (
        False,
        _PLAIN,
        "layer->dilation_w * layer->in_channels;",
        "layer->in_channels;",
    ),
    "plain: all rows inside": (False, _PLAIN, "y = down.first;", "y = 0;"),
    "plain: the next image": (False, _PLAIN, "input += layer->in_h * row_step;", ""),
    "window: one cell too few": (False, "cai_window.h", ">= (int32_t)size", ">= (int32_t)size - 1"),
    "rectified: rounding of the shift": (True, _COMMON, "((1 << made.shift) >> 1)", "0"),
    "rectified: first rounding": (True, _COMMON, "| extra)", "| 0)"),
    "rectified: zero point": (True, _COMMON, "zero_point * (1 << made.shift)", "0"),
    "signed: halves upward": (
        True,
        _COMMON,
        "(high + (high >> 31) + finish->addend)",
        "(high + finish->addend)",
    ),
    "signed: high word truncated": (
        True,
        _COMMON,
        "finish->multiplier + ((int64_t)1 << 31)) >> 32",
        "finish->multiplier) >> 32",
    ),
    "signed: no lower limit": (True, _COMMON, "- high_to_low, 0, 255)", "- high_to_low, -255, 255)"),
    "halves run over": (True, _COMMON, "& ~(((1u << doublings) - 1u) << 16)", ""),
    "taps: sums of all cells": (
        True,
        _TAPS,
        "sums[k] += weights[k];",
        "sums[k] += weights[k] + (int32_t)(across->from & 1u);",
    ),
    "taps: list not in threes": (True, _TAPS, "taps->weights[0] = 0;", "taps->weights[0] = 1;"),
    "taps: from the first cell": (
        True,
        _TAPS,
        "(y * layer->across.kernel + across->from)",
        "(y * layer->across.kernel)",
    ),
    "taps: one stretch": (True, _TAPS, "cell_from(start, along->dilation) == found.from &&", ""),
    "taps: last group not moved back": (
        True,
        _TAPS,
        "first + 4u <= channels ? first : channels - 4u",
        "first",
    ),
    "taps: no dilation": (
        True,
        _TAPS,
        "distance += layer->across.dilation * channels;",
        "distance += channels;",
    ),
    "taps: empty windows": (
        True,
        _TAPS,
        "(layer->bias[base + k] - layer",
        "(layer->bias[base + k] + layer",
    ),
    "3x3: padding is zero": (True, _3X3, "(uint8_t)layer->input_zero_point * 0x01010101u", "0u"),
    "3x3: rows below": (True, _3X3, "row < layer->in_rows", "row + 1 < layer->in_rows"),
    "3x3: right padding": (
        True,
        _3X3,
        "store_pair(strip, cai_load_word(pixel), padding);",
        "store_pair(strip, padding, padding);",
    ),
    "3x3: left padding": (
        True,
        _3X3,
        "store_pair(strip, padding, cai_load_word(pixel));",
        "store_pair(strip, cai_load_word(pixel), padding);",
    ),
    "3x3: strips do not move": (True, _3X3, "        strip += 2;\n    }\n}", "    }\n}"),
    "3x3: odd rows counted": (
        True,
        _3X3,
        "row + 1u < layer->rows ? layer->out_row : 0u",
        "layer->out_row * (row & 0u)",
    ),
    "3x3: weights of one row": (
        True,
        _3X3,
        "cai_high_halves(odd[k], odd[k + 1u])",
        "cai_high_halves(odd[k], odd[k])",
    ),
    "3x3: bias not scaled": (True, _3X3, "* (1 << tiles->doublings);", ";"),
    "3x3: skipped channels": (True, _3X3, "s.first = first + skipped;", "s.first = first;"),
    "3x3: next image": (True, _3X3, "input += layer->in_batch;", ""),
}

ASSEMBLY = {
    "3x3 truncates": (_3X3, '"smmla  " SUM', '"smmls  " SUM'),
    "3x3 high word truncated": (_3X3, '"smmulr " SUM', '"smmul  " SUM'),
    "3x3 another weight": (
        _3X3,
        '"smlabt r12, r3, r9, r12\\n\\t"       \\\n    "smlad  lr, r3, r9, lr',
        '"smlabt r12, r3, r7, r12\\n\\t"       \\\n    "smlad  lr, r3, r9, lr',
    ),
    "3x3 outputs side by side": (_3X3, '"add    r1, r1, r2, lsl #1', '"add    r1, r1, r2, lsl #0'),
    "3x3 upper row first": (_3X3, '"strb   lr, [r1, r2]\\n\\t"           \\\n', ""),
    "stride 2, another row": (_3X3, '"ldr    r12, [r0, #72]', '"ldr    r12, [r0, #76]'),
    "3x3 no limit below": (_3X3, '"usat   " VALUE', '"ssat   " VALUE'),
    "taps: channel 3": (_TAPS, '"smlatt r9, r2, r4, r9', '"smlabb r9, r2, r4, r9'),
    "taps: halves upward": (
        _TAPS,
        '"add    " SUM ", " SUM ", " SUM ", asr #31',
        '"add    " SUM ", " SUM ", " SUM ", lsr #31',
    ),
    "taps: pixels do not advance": (_TAPS, '"add    r1, r1, r3', '"add    r1, r1, #0'),
    "taps: bytes in another order": (_TAPS, '"bfi    r6, r8, #16, #8', '"bfi    r6, r9, #16, #8'),
}


@pytest.fixture(scope="module")
def bench(
    depthwise_cases: Collection, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[bool], KernelBench]:
    @cache
    def make(dsp: bool) -> KernelBench:
        return make_bench(depthwise_cases, tmp_path_factory.mktemp("depthwise"), dsp=dsp)

    return make


@pytest.mark.parametrize("fault", HOST)
def test_a_fault_is_noticed_on_the_host(
    fault: str,
    bench: Callable[[bool], KernelBench],
    depthwise_cases: Collection,
    depthwise_golden: Outputs,
    tmp_path: Path,
) -> None:
    dsp, file, old, new = HOST[fault]
    got = bench(dsp).run(tmp_path, file, old, new)
    assert depthwise_cases.differing(got, depthwise_golden)


@pytest.mark.parametrize("dsp", [True, False])
def test_without_a_fault_nothing_is_noticed(
    dsp: bool,
    bench: Callable[[bool], KernelBench],
    depthwise_cases: Collection,
    depthwise_golden: Outputs,
    tmp_path: Path,
) -> None:
    got = bench(dsp).run(tmp_path, "cai_kernels.h", "Layers of generated networks", "The layers")
    assert depthwise_cases.differing(got, depthwise_golden) == {}


@pytest.mark.emulator
@pytest.mark.parametrize("fault", ASSEMBLY)
def test_a_fault_of_the_assembly_is_noticed_on_the_emulator(
    fault: str, depthwise_cases: Collection, depthwise_golden: Outputs, tmp_path: Path
) -> None:
    got = mutant_on_emulator(depthwise_cases, tmp_path, *ASSEMBLY[fault])
    assert depthwise_cases.differing(got, depthwise_golden)
