"""Wrong pooling, reduction and float convolution kernels are noticed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection
from support.kernel_bench import KernelBench, make_bench, mutant_on_emulator

Outputs = tuple[np.ndarray, ...]
Collections = Callable[[str], Collection]
Golden = Callable[[str], Outputs]

_POOL, _SUMS, _REDUCE = "cai_pool_s8.c", "cai_four_bytes.h", "cai_reduce_s8.c"
_FLOAT, _CONV = "cai_pool_f32.c", "cai_conv_f32.c"

# name: type, file, what is there, what takes its place
HOST = {
    "max: no lower bound": (
        "int8",
        _POOL,
        "int32_t found = layer->clamp_low;",
        "int32_t found = -128;",
    ),
    "max: no upper bound": (
        "int8",
        _POOL,
        "found < layer->clamp_high ? found : layer->clamp_high",
        "found",
    ),
    "average: halves upward": (
        "int8",
        _POOL,
        "sums[k] > 0 ? sums[k] + half : sums[k] - half",
        "sums[k] + half",
    ),
    "average: truncated": ("int8", _POOL, "half = count / 2;", "half = 0;"),
    "average: of all cells": (
        "int8",
        _POOL,
        "(int32_t)(window->rows * window->columns)",
        "(int32_t)(layer->kernel_h * layer->kernel_w)",
    ),
    "average: no bounds": (
        "int8",
        _POOL,
        "cai_clamp(value, layer->clamp_low, layer->clamp_high)",
        "cai_clamp(value, -128, 127)",
    ),
    "window: starts late": ("int8", _POOL, "        *start = 0;", "        *start = 1;"),
    "window: ends late": (
        "int8",
        _POOL,
        "    if (end > (int32_t)size) {",
        "    if (end > (int32_t)size + 1) {",
    ),
    "pool: stride": ("int8", _POOL, "column * layer->stride_w", "column * layer->stride_h"),
    "pool: one image": ("int8", _POOL, "input += layer->in_h * window.row_step;", ""),
    "sums: one row": (
        "int8",
        _SUMS,
        "        line += of->row_step;\n    }\n    cai_flush",
        "    }\n    cai_flush",
    ),
    "sum: no input zero point": ("int8", _REDUCE, "sums[k] - layer->offset", "sums[k]"),
    "sum: no zero point": ("int8", _REDUCE, "(value, layer->zero_point)", "(value, 0)"),
    "sum: one column": ("int8", _REDUCE, "column.first += layer->count * layer->inner;", ""),
    "float: no lower bound": ("float32", _FLOAT, "return layer->clamp_low;", "return value;"),
    "float: average of all": (
        "float32",
        _FLOAT,
        "found / (float)count",
        "found / (float)(layer->kernel_h * layer->kernel_w)",
    ),
    "float: sums in double": ("float32", _FLOAT, "float sum = 0.0f;", "double sum = 0.0;"),
    "float: by the reciprocal": (
        "float32",
        _FLOAT,
        "sum / layer->divisor",
        "sum * (1.0f / layer->divisor)",
    ),
    "float conv: sums in double": ("float32", _CONV, "float sum = 0.0f;", "double sum = 0.0;"),
    "float conv: bias first": (
        "float32",
        _CONV,
        "sum += layer->bias[channel];",
        "sum = layer->bias[channel] + sum * 1.000001f;",
    ),
    "float conv: no dilation": (
        "float32",
        _CONV,
        "const uint32_t step = layer->dilation_w * layer->in_channels;",
        "const uint32_t step = layer->in_channels;",
    ),
    "float conv: channels of one": (
        "float32",
        _CONV,
        "part.first + channel / per_channel",
        "part.first + channel % layer->in_channels",
    ),
}

ASSEMBLY = {
    "smaller bytes": (_SUMS, "sel   %0, %2, %3", "sel   %0, %3, %2"),
    "odd bytes": (_SUMS, "sxtab16 %1, %1, %2, ror #8", "sxtab16 %1, %1, %2, ror #16"),
    "halfwords overflow": (_SUMS, "#define CAI_HALFWORD_ROOM 255u", "#define CAI_HALFWORD_ROOM 500u"),
    "upper bound": (
        _POOL,
        "~cai_larger_bytes(~cai_largest_of_four(window, channel, low), ~high)",
        "cai_largest_of_four(window, channel, low) | (high & 0u)",
    ),
}


@pytest.fixture(scope="module")
def bench(
    pool_cases: Collections, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], KernelBench]:
    @cache
    def make(dtype: str) -> KernelBench:
        return make_bench(pool_cases(dtype), tmp_path_factory.mktemp(dtype), dsp=True)

    return make


@pytest.mark.parametrize("fault", HOST)
def test_a_fault_is_noticed_on_the_host(
    fault: str,
    bench: Callable[[str], KernelBench],
    pool_golden: Golden,
    tmp_path: Path,
) -> None:
    dtype, file, old, new = HOST[fault]
    place = bench(dtype)
    assert place.cases.differing(place.run(tmp_path, file, old, new), pool_golden(dtype))


@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_without_a_fault_nothing_is_noticed(
    dtype: str, bench: Callable[[str], KernelBench], pool_golden: Golden, tmp_path: Path
) -> None:
    place = bench(dtype)
    got = place.run(tmp_path, "cai_kernels.h", "Layers of generated networks", "The layers")
    assert place.cases.differing(got, pool_golden(dtype)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize("fault", ASSEMBLY)
def test_a_fault_of_the_assembly_is_noticed_on_the_emulator(
    fault: str, pool_cases: Collections, pool_golden: Golden, tmp_path: Path
) -> None:
    cases = pool_cases("int8")
    got = mutant_on_emulator(cases, tmp_path, *ASSEMBLY[fault])
    assert cases.differing(got, pool_golden("int8"))
