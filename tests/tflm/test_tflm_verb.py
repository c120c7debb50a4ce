"""The verb ``tflm``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from support.tflm_graphs import act, dense_chain, ints, one_operator
from support.tflm_models import hybrid_model, relu6_model

from cubeai_auto.cli import tflm
from cubeai_auto.cli.main import main
from cubeai_auto.errors import InputError, MissingPathError, ModelFormatError, UsageError
from cubeai_auto.tflite import load_model
from cubeai_auto.tflm import footprint

GNU_MAP = """\
Memory Configuration

Name             Origin             Length             Attributes
FLASH            0x08000000         0x00100000         xr
RAM              0x20000000         0x00020000         xrw

Linker script and memory map

.text           0x08000000     0x1000
 .text          0x08000000      0x800 lib/libtensorflow-microlite.a(micro_interpreter.o)
 .text          0x08000800      0x700 lib/libtensorflow-microlite.a(fully_connected.o)
 .rodata.model  0x08000f00      {size:#x} app/model.o

.bss            0x20000000      0x400
 .bss.tensor_arena
                0x20000000      0x400 app/main.o
"""


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    tflm.add_arguments(parser)
    parser.add_argument("--json")
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args(arguments)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "my net.tflite"
    path.write_bytes(dense_chain([1, 16, 16, 1]))
    return path


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]):
    """The JSON that the verb prints for its arguments, and its exit code 0."""

    def ask(*arguments: str) -> dict[str, Any]:
        assert tflm.run(options(*arguments, "--json", "-")) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def test_the_keys_and_figures_of_the_contract(model: Path, document) -> None:
    found = document(str(model), "--kernels", "reference", "--opt", "Os", "--no-host")
    assert next(iter(found)) == "schema"
    assert found["schema"] == "cubeai-auto/tflm/1"
    assert (found["model"], found["loadable"], found["reason"]) == ("my net", True, None)
    assert (found["core"], found["kernels"], found["opt"]) == ("cortex-m4", "reference", "Os")
    assert (found["build"], found["registrations"]) == ("release", "default")
    assert found["tflm_commit"] == "90b983c"
    assert found["arena_used"]["value"] == 676
    assert found["arena_used"]["how"] == "predicted"
    assert found["arena_required"]["value"] == 1_072
    assert found["arena"]["head"]["value"] + found["arena"]["tail"]["value"] == 676
    assert found["arena"]["categories"]["NodeAndRegistration struct"]["value"] == 96
    flash = found["flash"]
    assert flash["model"]["value"] == model.stat().st_size
    assert flash["core"]["value"] == 11_492
    assert flash["kernels"]["value"] == 7_483
    rounded = -(-model.stat().st_size // 4) * 4
    assert flash["total"]["value"] == 11_492 + 7_483 + rounded
    assert found["operators"] == ["FULLY_CONNECTED"]
    assert found["unverified_operators"] == []
    assert found["measured"] is None
    assert found["ram"]["static"]["value"] == 284


@pytest.mark.parametrize(
    ("core", "opt"), [("cortex-m4", "mixed"), ("cortex-m7", "Os"), ("cortex-m33", "Os")]
)
def test_without_an_optimization_the_one_that_was_measured(
    model: Path, document, core: str, opt: str
) -> None:
    found = document(str(model), "--core", core, "--no-host")
    assert found["opt"] == opt
    assert found["flash"]["total"]["value"] is not None


def test_it_needs_no_wheel_and_no_compiler(
    model: Path, document, monkeypatch: pytest.MonkeyPatch, no_tools: None
) -> None:
    monkeypatch.setattr("cubeai_auto.tflm.wheel.host_version", lambda: None)
    found = document(str(model))
    assert found["loadable"] is True
    assert found["arena_used"]["value"] == 772
    assert found["tflm_version"] is None
    assert "tflite-micro" in found["host_arena"]["total"]["reason"]


@pytest.mark.oracle
def test_the_host_s_tflm_is_asked_where_it_is(model: Path, document) -> None:
    found = document(str(model))
    assert found["tflm_version"].startswith("0.")
    assert found["host_arena"]["head"]["value"] == found["arena"]["head"]["value"] == 32
    assert "not the Cortex-M figure" in found["host_arena"]["total"]["source"]


def test_the_text_shows_figures_with_their_origin(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tflm.run(options(str(model), "--no-host")) == 0
    shown = capsys.readouterr().out
    assert "my net under TensorFlow Lite Micro (commit 90b983c)" in shown
    assert "cortex-m4, cmsis-nn kernels, optimization mixed, build release" in shown
    assert "TFLM loads it: yes (says the rules of its sources)" in shown
    assert "arena used: arena_used_bytes()                         772 B  p" in shown
    assert f"{model.stat().st_size:,} B  m" in shown
    assert "p: TFLM 90b983c, cmsis-nn kernels: allocator simulated" in shown


@pytest.mark.oracle
def test_a_model_tflm_cannot_load_is_a_result(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.write_bytes(hybrid_model())
    target, log = tmp_path / "out" / "tflm.json", tmp_path / "tflm.log"
    assert tflm.run(options(str(model), "--json", str(target), "--log", str(log))) == 0
    shown = capsys.readouterr().out
    assert "TFLM loads it: no" in shown
    assert "Hybrid models are not supported" in shown
    document = json.loads(target.read_text("utf-8"))
    assert document["loadable"] is False
    assert document["reason"].startswith("Hybrid models")
    assert document["arena_used"]["value"] is None
    assert "Hybrid models" in log.read_text("utf-8")


def test_an_operator_without_a_kernel(model: Path, document) -> None:
    model.write_bytes(one_operator("TILE", [act("x", (1, 2)), ints("n", [1, 2])], [act("y", (1, 4))]))
    found = document(str(model), "--no-host")
    assert found["loadable"] is False
    assert "builtin opcode 'TILE'" in found["reason"]


def test_unverified_operators_are_named(
    model: Path, document, capsys: pytest.CaptureFixture[str]
) -> None:
    model.write_bytes(one_operator("SUM", [act("x", (2, 3)), ints("a", [1])], [act("y", (2,))]))
    found = document(str(model), "--no-host")
    assert found["unverified_operators"] == ["SUM"]
    assert "not verified by measurement for SUM" in found["arena_used"]["source"]
    tflm.run(options(str(model), "--no-host"))
    assert "note: SUM: the arena's rule was never compared" in capsys.readouterr().out


def test_sources_are_exported(model: Path, document, tmp_path: Path) -> None:
    found = document(
        str(model), "--no-host", "--export", str(tmp_path / "src"), "--name", "sine",
        "--registrations", "int8", "--language", "c",
    )  # fmt: skip
    names = ["sine_model.h", "sine_model.c", "sine_resolver.h"]
    assert [Path(path).name for path in found["exported"]] == names
    assert "Register_FULLY_CONNECTED_INT8" in (tmp_path / "src" / "sine_resolver.h").read_text()
    required = found["arena_required"]["value"]
    assert f"#define SINE_ARENA_SIZE {required}u" in (tmp_path / "src" / "sine_model.h").read_text()


def test_a_map_replaces_the_prediction_and_both_are_there(
    model: Path, document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "app.map"
    path.write_text(GNU_MAP.format(size=model.stat().st_size))
    found = document(str(model), "--no-host", "--map", str(path))
    flash = found["flash"]
    assert (flash["core"]["value"], flash["kernels"]["value"]) == (0x800, 0x700)
    assert flash["core"]["how"] == "measured"
    assert flash["predicted"]["core"]["value"] == 11_492
    assert found["ram"]["arena"]["value"] == 0x400
    assert found["measured"]["kind"] == "GNU ld map"
    assert "arena of 1,024 B is smaller than the 1,168 B" in found["notes"][0]
    tflm.run(options(str(model), "--no-host", "--map", str(path)))
    shown = capsys.readouterr().out
    assert "Measured:" in shown
    assert "flash: CMSIS-NN" in shown


def test_an_elf_without_symbols_ends_with_5_and_a_way_out(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 32-bit Arm program with one loaded section and its name, and no symbol table."""
    path = tmp_path / "stripped.elf"
    path.write_bytes(stripped_elf())
    assert main(["tflm", str(model), "--no-host", "--elf", str(path)]) == 5
    shown = capsys.readouterr().err
    assert "no symbols" in shown
    assert "--map FILE" in shown


def stripped_elf() -> bytes:
    names = b"\0.text\0.shstrtab\0"
    header = b"\x7fELF\x01\x01\x01" + bytes(9)
    fields = (2, 40, 1, 0x8000000, 0, 52 + 8 + len(names), 0x5000400, 52, 0, 0, 40, 3, 2)
    sizes = (2, 2, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2)
    header += b"".join(v.to_bytes(s, "little") for v, s in zip(fields, sizes, strict=True))
    sections = (
        (0,) * 10,
        (1, 1, 6, 0x8000000, 52, 8, 0, 0, 4, 0),
        (7, 3, 0, 0, 60, len(names), 0, 0, 1, 0),
    )
    table = b"".join(value.to_bytes(4, "little") for section in sections for value in section)
    return header + bytes(8) + names + table


def test_bad_files(tmp_path: Path, model: Path) -> None:
    with pytest.raises(MissingPathError):
        tflm.run(options(str(tmp_path / "absent.tflite")))
    text = tmp_path / "text.tflite"
    text.write_text("no model at all")
    with pytest.raises(ModelFormatError):
        tflm.run(options(str(text)))
    text.write_bytes(relu6_model()[:100])
    with pytest.raises(ModelFormatError):
        tflm.run(options(str(text)))
    with pytest.raises(InputError):
        tflm.run(options(str(model), "--no-host", "--map", str(text)))
    with pytest.raises(MissingPathError):
        tflm.run(options(str(model), "--no-host", "--elf", str(tmp_path / "absent.elf")))


@pytest.mark.parametrize(
    "wrong",
    [
        ("--core", "cortex-a53"),
        ("--kernels", "fast"),
        ("--opt", "O7"),
        ("--build", "debug"),
        ("--registrations", "int4"),
        ("--include", "."),
        ("--export", "out", "--name", "a b"),
    ],
)
def test_wrong_use(
    model: Path, wrong: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as error:
        tflm.run(options(str(model), "--no-host", *wrong))
    assert error.value.hint
    assert not (tmp_path / "out").exists()


def test_the_python_function_of_the_contract(model: Path) -> None:
    found = footprint(load_model(model), core="cortex-m4", kernels="cmsis-nn", opt="mixed")
    assert found.arena_used.value == 772
    assert found.flash.total.known
