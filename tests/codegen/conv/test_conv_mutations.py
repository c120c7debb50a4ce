"""The convolution's formula and C kernels, each with one text replaced: the cases notice it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.conv_catalog import conv_s8_cases
from support.engine_cases import Collection, collect
from support.engine_runs import golden_outputs, output_specs, write_network
from support.mutation import mutated_room, replaced

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.lower import lower
from cubeai_auto.errors import ToolFailedError, ToolTimeoutError
from cubeai_auto.files import templates_dir
from cubeai_auto.firmware.compile import compile_sources, harness_definitions
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.firmware.vectors import read_outputs, write_inputs
from cubeai_auto.target import find_target

Outputs = tuple[np.ndarray, ...]

_PLAIN, _PAIRED = "cai_conv_s8.c", "cai_conv_s8_paired.c"
_NEXT_RUN = "start += layer->run_step;\n        }\n"
_NEXT_ROW = "y += layer->dilation_h;\n    }\n}"
_INSIDE_ROW = "at >= 0 && at + 4 <= width"

GOLDEN = {
    "borders are stored zeros": (
        "padded = np.zeros(",
        "padded = -body.input_zero_point + np.zeros(",
    ),
    "a mirrored kernel": ("body.weights[:, row, column]", "body.weights[:, -1 - row, column]"),
    "no dilation": ("row * g.dilation_h, column * g.dilation_w", "row, column"),
    "first padding below": ("g.pad_top : g.pad_top + g.in_h", "0 : g.in_h"),
    "no bias": ("wrap32(sums.astype(np.int64) + body.bias)", "wrap32(sums.astype(np.int64))"),
    "zero point taken away": ("wrap32(y + body.output_zero_point)", "y - body.output_zero_point"),
    "no bounds": ("np.clip(moved, body.clamp_low, body.clamp_high)", "np.clip(moved, -128, 127)"),
}

# what is wrong: the file, the text, what it becomes
HOST = {
    "plain: no zero point": (_PLAIN, "cai_wrapping_add(value, layer->zero_point)", "value"),
    "plain: stored zeros outside": (_PLAIN, ": layer->input_zero_point", ": (int8_t)0"),
    "plain: no dilation of rows": (_PLAIN, "row * layer->dilation_h", "row"),
    "plain: no dilation of columns": (_PLAIN, "column * layer->dilation_w", "column"),
    "plain: no padding on top": (_PLAIN, "- (int32_t)layer->pad_top", ""),
    "plain: no padding on the left": (_PLAIN, "- (int32_t)layer->pad_left", ""),
    "plain: reads right of the image": (_PLAIN, "&& x < (int32_t)layer->in_w", ""),
    "plain: no stride of rows": (_PLAIN, "row * layer->stride_h", "row"),
    "plain: one batch over and over": (_PLAIN, "input += layer->in_h", "input += 0 * layer->in_h"),
    "plain: last tap left out": (_PLAIN, "k < depth", "k + 1u < depth"),
    "plain: the odd channel of a neighbor": (_PLAIN, ": channel;", ": 0u;"),
    "plain: no bounds": (_PLAIN, "layer->clamp_low, layer->clamp_high", "-128, 127"),
    "nudge of another zero point": (_PAIRED, "2 * layer->zero_point + 1", "2 * layer->zero_point"),
    "halves down": (_PAIRED, "+ 64 + below", "+ 63 + below"),
    "halves up, below zero": (_PAIRED, "< 0 ? -128 : 0", "< 0 ? 0 : 0"),
    "halves far down": (_PAIRED, "< 0 ? -128 : 0", "< 0 ? -192 : 0"),
    "signs ignored": (_PAIRED, "state->finish == CAI_CONV_SIGNED &&", "state->finish == 9u &&"),
    "wrong number of places": (_PAIRED, ">> shift >> 1, -128", ">> shift >> 2, -128"),
    "missing pixels written": (_PAIRED, "count > 1u ? channels : 0u", "channels"),
    "third pixel onto the second": (_PAIRED, "count > 2u ? 2u * channels", "count > 2u ? channels"),
    "order of a pair": (_PAIRED, "(word & 0x00800080u) * 0x1FEu", "0u"),
    "mixed with 128": (_PAIRED, "#define MIXED 0x007F007Fu", "#define MIXED 0x00800080u"),
    "rows beyond the image": (_PAIRED, "y <= last_y;", "y <= last_y + 1;"),
    "columns beyond the image": (_PAIRED, "x <= last_x &&", "x <= last_x + 1 &&"),
    "above the image": (_PAIRED, "y >= 0 && y <= last_y;", "y <= last_y;"),
    "left of the image": (_PAIRED, "x >= 0 && x <= last_x", "x <= last_x"),
    "rows not dilated inside": (_PAIRED, "line += layer->dilation_h *", "line += 1u *"),
    "runs on top of each other": (
        _PAIRED, "start += layer->run_step;\n        }\n        line", "}\n        line",
    ),
    "stored zeros outside": (_PAIRED, "row[k] : zero_point", "row[k] : (int8_t)0"),
    "left of a row is inside": (_PAIRED, "k >= 0 && k < width", "k < width"),
    "right of a row is inside": (_PAIRED, "k >= 0 && k < width", "k >= 0 && width != 0"),
    "border bytes backwards": (_PAIRED, "k = at + 3; k >= at; --k", "k = at; k <= at + 3; ++k"),
    "words left of a row": (_PAIRED, _INSIDE_ROW, "width != 0 && at + 4 <= width"),
    "words right of a row": (_PAIRED, _INSIDE_ROW, "at >= 0 && width != 0"),
    "rows outside are inside": (
        _PAIRED, "const int32_t width = inside ? (int32_t)layer->in_row : 0;",
        "const int32_t width = (int32_t)layer->in_row;",
    ),
    "window rows not dilated": (
        _PAIRED, f"            {_NEXT_RUN}        {_NEXT_ROW}",
        f"            {_NEXT_RUN}        y += 1;\n    }}\n}}",
    ),
    "window runs not dilated": (
        _PAIRED, f"            {_NEXT_RUN}        {_NEXT_ROW}", f"        }}\n        {_NEXT_ROW}",
    ),
    "rows do not step": (_PAIRED, "y += layer->stride_h;", "y += 1;"),
    "columns do not step": (_PAIRED, "x += layer->stride_w;", "x += 1;"),
    "next row at the border": (
        _PAIRED, "                    x = -(int32_t)layer->pad_left;", "                    x = 0;",
    ),
    "one batch over and over": (_PAIRED, "input += layer->in_h * layer->in_row;", ""),
    "bounds of int8 only": (_PAIRED, "layer->clamp_low != INT8_MIN ||", "0 &&"),
    "upper bound unseen": (_PAIRED, "layer->clamp_high != INT8_MAX", "0"),
    "last pixel without bounds": (_PAIRED, "state->end + state->step2;", "state->end;"),
    "packed: stored zeros outside": (
        _PAIRED, "inside ? input[y * width + at] : layer->input_zero_point",
        "inside ? input[y * width + at] : (int8_t)0",
    ),
    "packed: last bytes lost": (_PAIRED, "if (bytes % 4u != 0u) {", "if (bytes > 9999u) {"),
    "packed: first byte on top": (_PAIRED, "(word >> 8) | (", "(word << 8) | ("),
    "exact: no late bias": (_PAIRED, "(sums[k] + (uint32_t)late[row])", "(sums[k])"),
    "exact: one segment": (_PAIRED, "part.windows += 6u * count;", ""),
    "exact: weights of the first segment": (_PAIRED, "part.weights += 8u * count;", ""),
    "exact: starts of the first segment": (_PAIRED, "early += 2;", ""),
    "exact: late bias of another channel": (
        _PAIRED, "segments * (channels + channels % 2u)", "segments * channels",
    ),
    "exact: no zero point": (_PAIRED, "cai_wrapping_add(value, layer->zero_point)", "value"),
    "exact: no bounds": (
        _PAIRED, "value = cai_clamp(value, layer->clamp_low, layer->clamp_high);",
        "value = cai_clamp(value, -128, 127);",
    ),
}  # fmt: skip

ASSEMBLY = {
    "even words of another pixel": ("smlad  r9, r5, r4, r9", "smlad  r9, r5, r3, r9"),
    "weights not widened": ('"sxtb16 r6, r6\\n\\t"', '"nop.w\\n\\t"'),
    "bias of the other channel": ('"mov    r11, r10', '"mov    r11, r7'),
    "nudge": ('"add    r1, r1, #64', '"add    r1, r1, #0'),
    "nudge of the second channel": ('"add    r2, r2, #64', '"add    r2, r2, #128'),
    "sign ignored": ('"add    lr, " nudge ", lr, lsl #7', '"add    lr, " nudge ", lr, lsl #6'),
    "wide": ('"ssat   " value ", #8', '"ssat   " value ", #9'),
    "one place less": ('", #8, " value ", asr #1', '", #8, " value ", asr #2'),
    "odd channel with its neighbor": ('"cmp    r3, #2', '"cmp    r3, #1'),
    "second pixel after the first": (
        '"strh   r8, [r0, r1]\\n\\t"\n        "strh   r7, [r0], #2\\n\\t"',
        '"strh   r7, [r0], #2\\n\\t"\n        "sub r0, #2\\n\\tstrh r8, [r0, r1]\\n\\tadd r0, #2\\n"',
    ),
    "first turn whole": ('"add    pc, r3', '"add    pc, r10'),
    "code of a word": ("#define BYTES_OF_CODE 68u", "#define BYTES_OF_CODE 0u"),
    "raw sums": ('"stmia  r0, {r7-r12}', '"stmia  r0, {r6-r11}'),
    "three pixels, two apart": ('"ldr    r4, [%[in], %[step]]', '"ldr    r4, [%[in], %[step2]]'),
}
_FOR_ASSEMBLY = frozenset(
    {"grid_3_4_3x3", "grid_6_7_2x4", "grid_7_1_1x1", "grid_2_5_1x1", "first_gray", "ties_eighth",
     "ties_unsigned", "left_shift_odd", "two_segments", "channels_12", "relu_-128", "batches_time"}
)  # fmt: skip


@pytest.mark.oracle
@pytest.mark.parametrize("rule", GOLDEN)
def test_every_rule_matters(rule: str, conv_cases: Collection, conv_oracle: Outputs) -> None:
    from cubeai_auto.tflite.reader import parse_model

    with mutated_room("codegen/golden/conv", *GOLDEN[rule]):
        from cubeai_auto.codegen.golden import evaluate as wrong
        from cubeai_auto.codegen.lower import lower as fresh

        graph = parse_model(conv_cases.model, "again")
        got = golden_outputs(graph, fresh(graph, dsp=True), conv_cases.inputs, wrong)
    assert conv_cases.differing(got, conv_oracle)


@dataclass(frozen=True)
class Bench:
    """The cases compiled but for their kernels, so that each mutant takes a moment."""

    cases: Collection
    sources: Path
    objects: Path

    def run(self, work: Path, file: str, old: str, new: str) -> Outputs:
        """The outputs with one text of one kernel file replaced."""
        shutil.copytree(self.sources, work / "generated")
        mutated = work / "generated" / file
        mutated.write_text(replaced(mutated.read_text("utf-8"), old, new), "utf-8")
        built = compile_sources(
            host_compiler(), [mutated], work, "kernels", flags=("-O0", "-std=c99", "-w")
        )
        objects = [*built.objects, *sorted(self.objects.rglob("*.o"))]
        program, _ = link(host_compiler(), objects, "network.exe", work, flags=("-Wl,-z,muldefs",))
        count = write_inputs(work / "inputs.bin", self.cases.inputs)
        done = process.run([program, "inputs.bin", "outputs.bin"], timeout=20, cwd=work, ok_codes=None)
        if done.returncode != 0:  # a wrong address may also end the program
            return ()
        return read_outputs(work / "outputs.bin", output_specs(self.cases.graph), count, done.command)


@pytest.fixture(scope="module")
def bench(conv_cases: Collection, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Bench]:
    @cache
    def make(dsp: bool) -> Bench:
        work = tmp_path_factory.mktemp("conv")
        sources, harness = work / "generated", templates_dir() / "harness"
        write_network(conv_cases.graph, sources, CompileOptions(dsp=dsp))
        flags = ("-O0", "-std=c99", *harness_definitions("network"))
        own = [*sorted(sources.glob("*.c")), harness / "host_main.c"]
        compile_sources(host_compiler(), own, work, "objects", flags=flags, includes=(sources, harness))
        return Bench(conv_cases, sources, work / "objects")

    return make


@pytest.mark.parametrize("fault", HOST)
def test_a_fault_is_noticed_on_the_host(
    fault: str, bench: Callable[[bool], Bench], conv_golden: Outputs, tmp_path: Path
) -> None:
    file, old, new = HOST[fault]
    place = bench(file == _PAIRED)
    got = place.run(tmp_path, file, old, new)
    assert not got or place.cases.differing(got, conv_golden)


@pytest.mark.parametrize("file", [_PLAIN, _PAIRED])
def test_without_a_fault_nothing_is_noticed(
    file: str, bench: Callable[[bool], Bench], conv_golden: Outputs, tmp_path: Path
) -> None:
    place = bench(file == _PAIRED)
    got = place.run(tmp_path, file, "SPDX-License-Identifier", "License")
    assert place.cases.differing(got, conv_golden) == {}


@pytest.mark.emulator
@pytest.mark.parametrize("fault", ["none", *ASSEMBLY])
def test_a_fault_of_the_assembly_is_noticed_on_the_emulator(fault: str, tmp_path: Path) -> None:
    cases = collect([case for case in conv_s8_cases() if case.name in _FOR_ASSEMBLY])
    assert len(cases.names) == len(_FOR_ASSEMBLY)
    inputs = tuple(array[:12] for array in cases.inputs)
    expected = golden_outputs(cases.graph, lower(cases.graph, dsp=True), inputs)
    write_network(cases.graph, tmp_path / "generated", CompileOptions(optimization="time"))
    kernel = tmp_path / "generated" / _PAIRED
    text = kernel.read_text("utf-8")
    if fault != "none":
        old, new = ASSEMBLY[fault]
        assert old in text
        kernel.write_text(text.replace(old, new, 1), "utf-8")
    try:
        got = run_on_emulator(
            tmp_path / "generated",
            "network",
            inputs,
            output_specs(cases.graph),
            target=find_target("stm32f4"),
            work=tmp_path,
            timeout=20,
        ).outputs
    except (ToolFailedError, ToolTimeoutError):  # a wrong address or an endless loop
        assert fault != "none"
        return
    assert bool(cases.differing(got, expected)) == (fault != "none")
