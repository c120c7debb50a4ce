"""The exported sources: complete, whole or not at all, and accepted by compilers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, build
from support.tflm_graphs import act, dense_chain, ints, one_operator
from support.tflm_models import custom_model
from support.tflm_stand_in import kernel_headers, write_headers, write_sources

from cubeai_auto import process
from cubeai_auto.errors import RefusedError, UnsupportedModelError, UsageError
from cubeai_auto.tflite import parse_model
from cubeai_auto.tflm import footprint
from cubeai_auto.tflm.export import export_sources, resolver_calls, sources
from cubeai_auto.tflm.operators import CUSTOM_OPERATORS, operator_facts

needs_cpp = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
MODEL = dense_chain([5, 4, 3])
MAIN = """\
#include <cstdio>
#include <cstdint>
#include "my_net_model.h"
#include "my_net_resolver.h"
int main() {
  static MyNetResolver resolver;
  if (MyNetRegisterOps(resolver) != kTfLiteOk) return 1;
  if (reinterpret_cast<std::uintptr_t>(my_net_model) % 16 != 0) return 2;
  if (sizeof(my_net_model) != MY_NET_MODEL_SIZE) return 3;
  std::printf("%u %u %u\\n", resolver.count(), MY_NET_MODEL_SIZE, MY_NET_ARENA_SIZE);
  for (unsigned char byte : my_net_model) std::printf("%02x", byte);
  return 0;
}
"""


def test_the_files_and_what_they_say() -> None:
    graph = parse_model(MODEL, "my net")
    found = footprint(graph)
    files = sources(graph, MODEL, found, name="my_net")
    assert list(files) == ["my_net_model.h", "my_net_model.cc", "my_net_resolver.h"]
    header, array, resolver = files.values()
    assert f"#define MY_NET_ARENA_SIZE {found.arena_required.value}u" in header
    assert f"#define MY_NET_MODEL_SIZE {len(MODEL)}u" in header
    assert "TFLM 90b983c with cmsis-nn kernels" in header
    assert bytes(int(b, 16) for b in re.findall(r"0x([0-9a-f]{2}),", array)) == MODEL
    assert "MY_NET_ALIGNED const unsigned char my_net_model" in array
    assert "alignas(16)" in header
    assert "tflite::MicroMutableOpResolver<1>" in resolver
    assert "resolver.AddFullyConnected();" in resolver


def test_an_unknown_arena_is_not_stated() -> None:
    graph = parse_model(MODEL, "m")
    for found in (None, footprint(graph, core="cortex-m55")):
        assert "ARENA_SIZE" not in sources(graph, MODEL, found)["network_model.h"]


def test_int8_registrations_where_all_activations_are_int8() -> None:
    assert resolver_calls(parse_model(MODEL, "m"), "int8") == (
        "AddFullyConnected(tflite::Register_FULLY_CONNECTED_INT8())",
    )
    assert resolver_calls(parse_model(dense_chain([4, 3], "float32"), "m"), "int8") == (
        "AddFullyConnected()",
    )
    tensors = [
        act("x", (1, 4)),
        act("y", (1, 4)),
        act("u", (1, 4), "float32"),
        act("v", (1, 4), "float32"),
    ]
    both = build(
        ModelSpec(
            tensors,
            [OperatorSpec("SOFTMAX", ["x"], ["y"]), OperatorSpec("SOFTMAX", ["u"], ["v"])],
            ["x", "u"],
            ["y", "v"],
        )
    )
    assert resolver_calls(parse_model(both, "m"), "int8") == ("AddSoftmax()",)


def test_int8_registrations_have_a_header_each() -> None:
    declared = {name for names in kernel_headers().values() for name in names}
    assert declared == {facts.name for facts in operator_facts().values() if facts.int8}
    model = one_operator("PAD", [act("x", (1, 4)), ints("p", [[0, 0], [1, 1]])], [act("y", (1, 6))])
    text = sources(parse_model(model, "m"), model, registrations="int8")["network_resolver.h"]
    assert '#include "tensorflow/lite/micro/kernels/pad.h"' in text


def test_custom_operators_that_tflm_has_are_added() -> None:
    tensors = [act("x", (1, 4), "float32"), act("y", (1, 4), "float32")]
    operator = OperatorSpec("SignalWindow", ["x"], ["y"], custom=True)
    graph = parse_model(build(ModelSpec(tensors, [operator], ["x"], ["y"])), "m")
    assert resolver_calls(graph) == ("AddWindow()",)
    assert len(set(CUSTOM_OPERATORS.values())) == len(CUSTOM_OPERATORS)


def test_a_name_from_the_model_cannot_leave_its_comment() -> None:
    graph = parse_model(MODEL, "evil\n#error \\\nx")
    for text in sources(graph, MODEL).values():
        assert "\n#error" not in text
        assert "\\\n" not in text


@pytest.mark.parametrize("name", ["", "1st", "a-b", "a b", "ä", "x" * 80, "../x"])
def test_what_is_no_identifier_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="identifier"):
        export_sources(tmp_path / "out", parse_model(MODEL, "m"), MODEL, name=name)
    assert not (tmp_path / "out").exists()


def test_a_model_without_a_resolver_is_not_exported(tmp_path: Path) -> None:
    tile = one_operator("TILE", [act("x", (1, 2)), ints("n", [1, 2])], [act("y", (1, 4))])
    for model, words in ((custom_model(), "custom operator 'Mystery'"), (tile, "operator 'TILE'")):
        with pytest.raises(UnsupportedModelError, match=words):
            export_sources(tmp_path / "out", parse_model(model, "m"), model)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RefusedError):
        export_sources(tmp_path / "file" / "out", parse_model(MODEL, "m"), MODEL)
    assert (tmp_path / "file").read_text() == "mine"


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.c").write_text("mine")
    written = export_sources(tmp_path, parse_model(MODEL, "m"), MODEL, language="c")
    assert [path.name for path in written] == [
        "network_model.h",
        "network_model.c",
        "network_resolver.h",
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["mine.c", *(p.name for p in written)])


@needs_cpp
@pytest.mark.parametrize("language", ["cpp", "c"])
@pytest.mark.parametrize("registrations", ["default", "int8"])
def test_they_compile_link_and_hold_the_model(
    tmp_path: Path, language: str, registrations: str
) -> None:
    graph = parse_model(MODEL, "my net")
    written = export_sources(
        tmp_path / "out",
        graph,
        MODEL,
        footprint(graph),
        name="my_net",
        registrations=registrations,
        language=language,
    )
    write_headers(tmp_path / "headers", standard=False)
    kernels = [p for p in write_sources(tmp_path / "lib") if p.stem == "fully_connected"]
    (tmp_path / "main.cc").write_text(MAIN)
    flags = ["-Wall", "-Wextra", "-Werror", "-I", tmp_path / "out", "-I", tmp_path / "headers"]
    objects = []
    for source in (tmp_path / "main.cc", written[1], *kernels):
        target = tmp_path / f"{source.stem}.o"
        compiler, standard = ("gcc", "-std=c99") if source.suffix == ".c" else ("g++", "-std=c++17")
        # No other kernel is there to link: what the resolver does not name must not be needed.
        sections = ["-ffunction-sections", "-c", "-o", target]
        process.run([compiler, standard, *flags, *sections, source], timeout=120)
        objects.append(target)
    process.run(["g++", "-Wl,--gc-sections", *objects, "-o", tmp_path / "program"], timeout=120)
    done = process.run([tmp_path / "program"], timeout=20)
    first, content = done.stdout.splitlines()
    assert first == f"1 {len(MODEL)} {footprint(graph).arena_required.value}"
    assert bytes.fromhex(content) == MODEL
