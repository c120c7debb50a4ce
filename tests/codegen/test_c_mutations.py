"""The C kernels, each with one text replaced: the comparison with the golden model notices."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.engine_cases import Collection
from support.engine_runs import golden_outputs, output_specs, write_network
from support.mutation import replaced

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions
from cubeai_auto.codegen.lower import lower
from cubeai_auto.files import templates_dir
from cubeai_auto.firmware.compile import compile_sources, harness_definitions
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.firmware.vectors import read_outputs, write_inputs
from cubeai_auto.reports.ulp import ulp_distance
from cubeai_auto.target import find_target

Collections = Callable[[str], Collection]
Golden = Callable[[str], tuple[np.ndarray, ...]]

_FIXED = "cai_fixed_point.h"
_PLAIN = "cai_dense_s8.c"
_PAIRED = "cai_dense_s8_paired.c"
_SOFTMAX = "cai_softmax_s8.c"

# what is wrong: the cases that notice, the file, the text, what it becomes
HOST = {
    "no nudge": ("plain", _FIXED, "* b + ((int64_t)1 << 30)) >> 31", "* b) >> 31"),
    "halves up": ("plain", _FIXED, "(mask >> 1) + (value < 0 ? 1 : 0)", "(mask >> 1)"),
    "halves down": ("plain", _FIXED, "> threshold ? 1 : 0", "> threshold + 1 ? 1 : 0"),
    "shift less one": ("plain", _FIXED, "shift > 0 ? 0 : -shift;", "shift > -1 ? 0 : -shift - 1;"),
    "no left shift": ("plain", _FIXED, "shift > 0 ? shift : 0;", "0;"),
    "no upper bound": ("plain", _FIXED, "return value > high ? high : value;", "return value;"),
    "no lower bound": ("plain", _FIXED, "return low;", "return value;"),
    "no zero point": ("plain", _PLAIN, "cai_wrapping_add(value, layer->zero_point)", "value"),
    "first scale for all rows": ("plain", _PLAIN, "layer->per_channel ? row : 0u", "0u"),
    "no bias": ("plain", _PLAIN, "(uint32_t)layer->bias[row]", "0u"),
    "last input left out": ("plain", _PLAIN, "k < depth", "k + 1 < depth"),
    "one batch over and over": ("plain", _PLAIN, "input += depth;", ""),
    "weights do not advance": ("plain", _PLAIN, "weight += depth;", ""),
    "paired: no zero point": (
        "dense", _PAIRED, "(nudged >> right) + layer->zero_point", "(nudged >> right)",
    ),
    "paired: halves up": ("dense", _PAIRED, "(high + (high >> 31))", "(high)"),
    "paired: truncated": ("dense", _PAIRED, "((uint32_t)1 << (right - 1))", "0u"),
    "paired: shift less one": (
        "dense", _PAIRED, "-layer->shift[channel];", "-layer->shift[channel] - 1;",
    ),
    "paired: sums of 128": (
        "dense", _PAIRED, "(int32_t)sum >> 8, multiplier", "(int32_t)sum >> 7, multiplier",
    ),
    "paired: order of the pair": ("dense", _PAIRED, "(int8_t)(x >> (lane + 8))", "(int8_t)(x >> lane)"),
    "paired: 128 instead of 127": (
        "dense", _PAIRED, "256 * odd + 127 - even", "256 * odd + 128 - even",
    ),
    "paired: unsigned odd weight": (
        "dense", _PAIRED, "const int32_t b = (int8_t)", "const int32_t b = (uint8_t)",
    ),
    "paired: first of the rest left out": ("dense", _PAIRED, "rest > 0u", "rest > 9u"),
    "paired: second of the rest left out": ("dense", _PAIRED, "rest > 1u", "rest > 9u"),
    "paired: third of the rest left out": ("dense", _PAIRED, "rest > 2u", "rest > 9u"),
    "paired: rest of a block left out": (
        "dense", _PAIRED, "if (rest != 0u) {\n                weights = step4",
        "if (rest > 9u) {\n                weights = step4",
    ),
    "paired: rest of a row left out": (
        "dense", _PAIRED, "if (rest != 0u) {\n                sum = step1",
        "if (rest > 9u) {\n                sum = step1",
    ),
    "paired: rows side by side": ("dense", _PAIRED, "sums[row] = step1", "sums[3 - row] = step1"),
    "paired: first scale for all rows": ("dense", _PAIRED, "layer->per_channel ? row : 0u", "0u"),
    "paired: last rows left out": (
        "dense", _PAIRED, "for (; row < layer->rows; ++row)", "for (; row + 1u < layer->rows; ++row)",
    ),
    "paired: one batch over and over": ("dense", _PAIRED, "input += layer->depth;", ""),
    "softmax: exp(-8)": ("softmax", _SOFTMAX, "720401", "1440802"),
    "softmax: sum truncated": (
        "softmax", _SOFTMAX, "cai_rounding_shift_right(weight_of(layer, difference), 12)",
        "(weight_of(layer, difference) >> 12)",
    ),
    "softmax: two Newton steps": ("softmax", _SOFTMAX, "step < 3", "step < 2"),
    "softmax: 1 / (1 + 0) wraps": (
        "softmax", _SOFTMAX, "x > INT32_MAX / 2 ? INT32_MAX : x * 2", "(int32_t)((uint32_t)x * 2u)",
    ),
    "softmax: exp(0) is not quite 1": (
        "softmax", _SOFTMAX, "return INT32_MAX;", "return INT32_MAX - 2000000;",
    ),
    "softmax: headroom": ("softmax", _SOFTMAX, "35 - headroom)", "34 - headroom)"),
    "softmax: one row over and over": ("softmax", _SOFTMAX, "input += depth;", ""),
    "quantize: halves to even": (
        "conversions", "cai_affine.c", "roundf(input[k] / layer->scale)",
        "rintf(input[k] / layer->scale)",
    ),
    "quantize: a half added": (
        "conversions", "cai_affine.c", "roundf(input[k] / layer->scale)",
        "floorf(input[k] / layer->scale + 0.5f)",
    ),
    "quantize: by the reciprocal": (
        "conversions", "cai_affine.c", "input[k] / layer->scale", "input[k] * (1.0f / layer->scale)",
    ),
    "dequantize: int8 zero point": (
        "conversions", "cai_affine.c", "(float)(input[k] - layer->zero_point)", "(float)input[k]",
    ),
    "dequantize: uint8 zero point": (
        "conversions", "cai_affine.c", "((int32_t)input[k] - layer->zero_point)", "((int32_t)input[k])",
    ),
    "rescale: input flip": (
        "conversions", "cai_rescale_8.c", "input[k] ^ layer->input_flip", "input[k]",
    ),
    "rescale: output flip": ("conversions", "cai_rescale_8.c", "^ layer->output_flip ^", "^"),
    "rescale: input zero point": (
        "conversions", "cai_rescale_8.c", "stored - layer->input_zero_point", "stored",
    ),
    "float: no bias": (
        "dense_f32", "cai_dense_f32.c", "layer->bias != NULL", "layer->bias == layer->weights",
    ),
    "float: sums in double": ("dense_f32", "cai_dense_f32.c", "float sum = 0.0f;", "double sum = 0.0;"),
    "float: no lower bound": ("dense_f32", "cai_dense_f32.c", "sum = layer->clamp_low;", ""),
    "float: no upper bound": ("dense_f32", "cai_dense_f32.c", "sum = layer->clamp_high;", ""),
}  # fmt: skip

ASSEMBLY = {
    "high word truncated": ("smmulr %0", "smmul %0"),
    "mixed word": ("eor    %[x], %[x], #0x007F007F", "eor    %[x], %[x], #0x00FF00FF"),
    "weights of another row": ("smlad  %[s3], r6, %[x], %[s3]", "smlad  %[s3], r5, %[x], %[s3]"),
    "input does not advance": ("ldr    %[x], [%[in]], #4", "ldr    %[x], [%[in]], #0"),
    "sum shifted too far": ("(int32_t)sum >> 7", "(int32_t)sum >> 8"),
    "odd turns left out": ("words % CAI_UNROLL", "words % 1u"),
    "single rows unmixed": ('"r"(x ^ 0x007F007Fu)', '"r"(x)'),
}


@pytest.fixture(scope="module")
def golden(collection: Collections) -> Golden:
    @cache
    def evaluate(kind: str) -> tuple[np.ndarray, ...]:
        cases = collection(kind)
        return golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)

    return evaluate


@dataclass(frozen=True)
class Bench:
    """A network compiled but for its kernels, so that each mutant takes a moment."""

    cases: Collection
    sources: Path
    objects: Path

    def run(self, work: Path, file: str, old: str, new: str) -> tuple[np.ndarray, ...]:
        """The outputs with one text of one kernel file replaced."""
        shutil.copytree(self.sources, work / "generated")
        mutated = work / "generated" / file
        mutated.write_text(replaced(mutated.read_text("utf-8"), old, new), "utf-8")
        kernels = sorted((work / "generated").glob("cai_*.c"))
        compiler = host_compiler()
        built = compile_sources(compiler, kernels, work, "kernels", flags=("-O0", "-std=c99"))
        objects = [*built.objects, *sorted(self.objects.rglob("*.o"))]
        program, _ = link(compiler, objects, "network.exe", work, flags=())
        count = write_inputs(work / "inputs.bin", self.cases.inputs)
        done = process.run([program, "inputs.bin", "outputs.bin"], timeout=20, cwd=work)
        specs = output_specs(self.cases.graph)
        return read_outputs(work / "outputs.bin", specs, count, done.command)


@pytest.fixture(scope="module")
def bench(
    collection: Collections, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, bool], Bench]:
    @cache
    def make(kind: str, dsp: bool) -> Bench:
        work = tmp_path_factory.mktemp(kind)
        sources, harness = work / "generated", templates_dir() / "harness"
        write_network(collection(kind).graph, sources, CompileOptions(dsp=dsp))
        flags = ("-O0", "-std=c99", *harness_definitions("network"))
        own = [*sorted(sources.glob("network*.c")), harness / "host_main.c"]
        includes = (sources, harness)
        compile_sources(host_compiler(), own, work, "objects", flags=flags, includes=includes)
        return Bench(collection(kind), sources, work / "objects")

    return make


Benches = Callable[[str, bool], Bench]


@pytest.mark.parametrize("fault", HOST)
def test_a_fault_is_noticed_on_the_host(
    fault: str, bench: Benches, golden: Golden, tmp_path: Path
) -> None:
    kind, file, old, new = HOST[fault]
    dsp, kind = kind != "plain", "dense" if kind == "plain" else kind
    place = bench(kind, dsp)
    assert place.cases.differing(place.run(tmp_path, file, old, new), golden(kind))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("input[k] - largest", "input[k]"),
        ("* layer->beta", ""),
        ("/= sum", "/= sum + 1e-5f"),
        ("sum = 0.0f", "sum = 1e-5f"),
    ],
)
def test_a_fault_of_the_float_softmax_is_noticed(
    old: str, new: str, bench: Benches, golden: Golden, tmp_path: Path
) -> None:
    got = bench("softmax_f32", True).run(tmp_path, "cai_softmax_f32.c", old, new)
    pairs = zip(got, golden("softmax_f32"), strict=True)
    assert max(int(ulp_distance(a, b).max()) for a, b in pairs) > 8


@pytest.mark.parametrize("kind", ["plain", "dense", "softmax", "conversions", "dense_f32"])
def test_without_a_fault_nothing_is_noticed(
    kind: str, bench: Benches, golden: Golden, tmp_path: Path
) -> None:
    dsp, kind = kind != "plain", "dense" if kind == "plain" else kind
    place = bench(kind, dsp)
    file = "cai_kernels.h"
    got = place.run(tmp_path, file, "Layers of generated networks", "The layers of networks")
    assert place.cases.differing(got, golden(kind)) == {}


@pytest.mark.emulator
@pytest.mark.parametrize("fault", ASSEMBLY)
def test_a_fault_of_the_assembly_is_noticed_on_the_emulator(
    fault: str, collection: Collections, golden: Golden, tmp_path: Path
) -> None:
    cases = collection("dense")
    write_network(cases.graph, tmp_path / "generated", CompileOptions(optimization="time"))
    kernel = tmp_path / "generated" / _PAIRED
    kernel.write_text(replaced(kernel.read_text("utf-8"), *ASSEMBLY[fault]), "utf-8")
    ran = run_on_emulator(
        tmp_path / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=find_target("stm32f4"),
        work=tmp_path,
    )
    assert cases.differing(ran.outputs, golden("dense"))
