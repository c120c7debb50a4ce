"""Layers that move elements, each with one text wrong: the comparison notices."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from support.engine_runs import golden_outputs
from support.kernel_bench import KernelBench, make_bench
from support.mutation import mutated_room
from support.wide_runs import WideRuns

RULES = {
    "concat: axis from the front only": ("lowering/moved", "return axis % rank", "return max(axis, 0)"),
    "concat: constants in front": ("golden/movement", "given.insert(position,", "given.insert(0,"),
    "pad: with 0": ("lowering/movement", "zero = per_tensor(target", "zero = 0 * per_tensor(target"),
    "pad: value forgotten": ("lowering/movement", "given = at.optional(2)", "given = at.optional(9)"),
    "pad: sides exchanged": (
        "lowering/movement",
        "tuple(pairs[0::2]), tuple(pairs[1::2])",
        "tuple(pairs[1::2]), tuple(pairs[0::2])",
    ),
    "resize: no corners": ("lowering/movement", "if corners and made > 1:", "if False:"),
    "resize: no centers": (
        "lowering/movement",
        "np.float32(0.5) if centers",
        "np.float32(0) if centers",
    ),
    "resize: corners rounded down": ("lowering/movement", "0.5 if corners else 0.0", "0.0"),
    "resize: in float64": (
        "lowering/movement",
        "np.float32(given) / np.float32(made)",
        "np.float64(given) / made",
    ),
    "slice: from the start": ("lowering/slicing", "begin * step for begin", "0 * step for begin"),
    "strides: begin of a negative stride": ("lowering/slicing", "(-1, size - 1)", "(0, size - 1)"),
    "strides: begin mask": ("lowering/slicing", "first = 0 if stride > 0 else size - 1", "pass"),
    "strides: end mask": ("lowering/slicing", "last = size if stride > 0 else -1", "pass"),
    "strides: counts down": (
        "lowering/slicing",
        "-((first - last) // stride)",
        "(last - first) // stride",
    ),
    "split: all the first": ("lowering/slicing", "first += size", "first += 0"),
    "unpack: all the first": ("lowering/slicing", "axis, k, 1)", "axis, 0, 1)"),
    "transpose: the other way": (
        "lowering/slicing",
        "[steps[axis] for axis in order]",
        "[steps[order.index(axis)] for axis in range(len(order))]",
    ),
}

_GATHER, _PAD, _RESIZE = "cai_gather.c", "cai_pad.c", "cai_resize_nearest.c"

HOST = {
    "gather: start": (_GATHER, "at = layer->start;", "at = layer->start + 1u;"),
    "gather: bytes": (_GATHER, "*output++ = input[at];", "*output++ = input[at & ~1u];"),
    "gather: outer loops": (_GATHER, "(uint32_t)layer->steps[k]", "0u * (uint32_t)layer->steps[k]"),
    "concat: one run": ("cai_concatenation.c", "inputs[k] + repeat * run", "inputs[k]"),
    "concat: last input": (
        "cai_concatenation.c",
        "(const uint8_t *)inputs[k]",
        "(const uint8_t *)inputs[0]",
    ),
    "pad: words": (_PAD, "memcpy(output, &value, 4);", "memset(output, 0, 4);"),
    "pad: gap": (_PAD, "layer->gaps[k]", "layer->gaps[0]"),
    "pad: bytes": (_PAD, "*output++ = (uint8_t)value;", "*output++ = 0;"),
    "resize: columns": (_RESIZE, "*columns++ * pixel", "*layer->columns * pixel"),
    "resize: repeated rows": (_RESIZE, "layer->rows[y] == layer->rows[y - 1u]", "y % 2u == 1u"),
    "resize: one image": (_RESIZE, "input += layer->in_batch;", ""),
}
WORDS = {
    "gather: words": (_GATHER, "memcpy(output, input + at, 4);", "memcpy(output, input, 4);"),
    "pad: words": (_PAD, "memcpy(output, &value, 4);", "memset(output, 0, 4);"),
}


@pytest.mark.oracle
@pytest.mark.parametrize("rule", RULES)
def test_a_wrong_rule_is_noticed(rule: str, movement: WideRuns) -> None:
    module, old, new = RULES[rule]
    cases = movement.cases("int8")
    with mutated_room(f"codegen/{module}", old, new), np.errstate(all="ignore"):
        lower = import_module("cubeai_auto.codegen.lower").lower
        evaluate = import_module("cubeai_auto.codegen.golden").evaluate
        refused = import_module("cubeai_auto.errors").UnsupportedModelError
        try:
            got = golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs, evaluate)
        except (IndexError, ValueError, refused):
            return  # the shapes no longer follow from each other
    assert cases.differing(got, movement.oracle("int8"))


@pytest.fixture(scope="module")
def bench(movement: WideRuns, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], KernelBench]:
    @cache
    def make(dtype: str) -> KernelBench:
        return make_bench(movement.cases(dtype), tmp_path_factory.mktemp(dtype), dsp=True)

    return make


Benches = Callable[[str], KernelBench]


@pytest.mark.parametrize("fault", HOST)
def test_a_fault_is_noticed_on_the_host(
    fault: str, bench: Benches, movement: WideRuns, tmp_path: Path
) -> None:
    got = bench("int8").run(tmp_path, *HOST[fault])
    assert movement.cases("int8").differing(got, movement.golden("int8"))


@pytest.mark.parametrize("fault", WORDS)
def test_a_fault_with_floats_is_noticed_on_the_host(
    fault: str, bench: Benches, movement: WideRuns, tmp_path: Path
) -> None:
    got = bench("float32").run(tmp_path, *WORDS[fault])
    assert movement.cases("float32").differing(got, movement.golden("float32"))


@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_without_a_fault_nothing_is_noticed(
    dtype: str, bench: Benches, movement: WideRuns, tmp_path: Path
) -> None:
    got = bench(dtype).run(tmp_path, "cai_movement.h", "Layers of generated networks", "Layers")
    assert movement.cases(dtype).differing(got, movement.golden(dtype)) == {}
