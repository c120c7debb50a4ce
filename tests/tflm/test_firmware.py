"""A firmware linked with a library, its ELF and its map, attributed to their parts."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.spoilt import spoilt_files
from support.tflm_graphs import dense_chain
from support.tflm_stand_in import write_headers, write_sources

from cubeai_auto import process
from cubeai_auto.errors import (
    InputError,
    MissingPathError,
    ToolFailedError,
    ToolMissingError,
    UsageError,
)
from cubeai_auto.firmware.toolchain import arm_gcc
from cubeai_auto.tflite import parse_model
from cubeai_auto.tflm import footprint
from cubeai_auto.tflm.attribution import Attribution
from cubeai_auto.tflm.combine import with_firmware
from cubeai_auto.tflm.elf_attribution import attribute_elf
from cubeai_auto.tflm.linking import link_with_library
from cubeai_auto.tflm.map_attribution import attribute_map

pytestmark = pytest.mark.arm

MODEL = dense_chain([64, 32, 10])
CPU = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")


@dataclass(frozen=True)
class Built:
    folder: Path
    library: Path
    headers: Path
    measured: Attribution

    @property
    def elf(self) -> Path:
        return self.folder / "work" / "tflm" / "firmware.elf"

    @property
    def map(self) -> Path:
        return self.folder / "work" / "tflm" / "firmware.map"


def make_library(folder: Path, headers: Path) -> Path:
    """The stand-in's archive for a Cortex-M4F, its objects named as TFLM's."""
    sources = write_sources(folder / "sources")
    compiler = arm_gcc().path
    objects = folder / "objects"
    objects.mkdir()
    for language, standard in ((".c", "-std=c99"), (".cc", "-std=c++17")):
        chosen = [path for path in sources if path.suffix == language]
        flags = ["-fno-rtti", "-fno-exceptions"] if language == ".cc" else []
        common = ["-Os", "-ffunction-sections", "-fdata-sections", "-I", headers, "-c"]
        command = [compiler, *CPU, standard, *flags, *common, *chosen]
        process.run(command, cwd=objects, timeout=240)
    library = folder / "libtensorflow-microlite.a"
    archiver = compiler.with_name(compiler.name.replace("gcc", "ar"))
    process.run([archiver, "rcs", library, *sorted(objects.glob("*.o"))], timeout=60)
    return library


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("tflm firmware")
    headers = folder / "headers"
    write_headers(headers, standard=True)
    library = make_library(folder, headers)
    graph = parse_model(MODEL, "m")
    measured = link_with_library(
        graph, MODEL, footprint(graph), library=library, includes=[headers], work=folder / "work"
    )
    return Built(folder, library, headers, measured)


def parts(found: Attribution) -> dict[str, int]:
    flash = found.flash
    named = {
        "model": flash.model, "core": flash.core, "kernels": flash.kernels, "cmsis_nn": flash.cmsis_nn,
        "libraries": flash.libraries, "application": flash.application,
    }  # fmt: skip
    return {name: int(quantity.value or 0) for name, quantity in named.items()}


def outcome(attribute: Callable[[], Attribution]) -> Attribution | InputError:
    """What came of a file: its parts, or the typed error; nothing else is right."""
    try:
        return attribute()
    except InputError as error:
        return error


def test_every_part_of_the_linked_firmware(built: Built) -> None:
    found = built.measured
    sizes = parts(found)
    assert sizes["model"] == len(MODEL)
    assert all(size > 0 for size in sizes.values()), sizes
    assert sum(sizes.values()) == found.flash.total.value
    assert found.kind == "linked with your library"
    assert found.tested
    assert found.flash.kernels.how == "measured"
    assert found.ram.arena.value == footprint(parse_model(MODEL, "m")).arena_required.value
    assert "arm-none-eabi-gcc" in found.notes[0]


def test_parts_are_those_of_the_object_files(built: Built) -> None:
    """The sizes that the map states for the archive's members."""
    text = built.map.read_text()
    text = text[text.index("Linker script and memory map") :]
    sizes: dict[str, int] = {}
    pattern = r"\n \.(?:text|rodata)\S*\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+\S.*?([\w-]+\.o)\)?"
    for size, name in re.findall(pattern, text):
        sizes[name] = sizes.get(name, 0) + int(size, 16)
    found = parts(built.measured)
    assert found["core"] == sizes["micro_interpreter.o"]
    assert found["kernels"] == sizes["fully_connected.o"]
    assert found["cmsis_nn"] == sizes["arm_nn_stand_in.o"]


def test_the_elf_s_symbols_give_the_same_but_for_guesses(built: Built) -> None:
    by_map, by_elf = built.measured, attribute_elf(built.elf, MODEL)
    assert by_elf.flash.total.value == by_map.flash.total.value
    one, other = parts(by_map), parts(by_elf)
    assert sum(other.values()) == by_elf.flash.total.value
    assert other["model"] == one["model"] == len(MODEL)
    for part in ("core", "kernels", "cmsis_nn"):
        assert other[part] == pytest.approx(one[part], abs=8), part
    assert by_elf.ram.arena.value == by_map.ram.arena.value
    assert "found by its content" in by_elf.notes[1]
    assert "ELF" in by_elf.kind


def test_a_model_of_another_content_is_found_by_its_name(built: Built) -> None:
    found = attribute_elf(built.elf, MODEL[:-1] + b"\xff")
    assert found.flash.model.value == len(MODEL)
    assert "content is not this model's" in found.notes[1]
    assert attribute_elf(built.elf).notes[1].endswith("by its name")


def test_measured_replaces_predicted_and_both_are_there(built: Built) -> None:
    predicted = footprint(parse_model(MODEL, "m"))
    document = with_firmware(predicted, built.measured).to_json()
    flash = document["flash"]
    assert isinstance(flash, dict)
    assert flash["model"]["how"] == "measured"  # type: ignore[index,call-overload]
    assert flash["kernels"]["value"] == parts(built.measured)["kernels"]  # type: ignore[index,call-overload]
    assert flash["predicted"]["kernels"] == predicted.flash.kernels.to_json()  # type: ignore[index,call-overload]
    assert document["measured"]["tested"] is True  # type: ignore[index,call-overload]


def test_an_arena_that_is_too_small_is_noted(built: Built) -> None:
    larger = footprint(parse_model(dense_chain([64, *[32] * 9]), "m"))
    notes = with_firmware(larger, built.measured).notes
    assert "is smaller than" in notes[-1]
    assert with_firmware(footprint(parse_model(MODEL, "m")), built.measured).notes == ()


class TestDamagedElf:
    def test_without_symbols_it_points_to_the_map(self, built: Built, tmp_path: Path) -> None:
        stripped = tmp_path / "stripped.elf"
        strip = arm_gcc().path.with_name(arm_gcc().path.name.replace("gcc", "strip"))
        process.run([strip, built.elf, "-o", stripped], timeout=60)
        with pytest.raises(InputError, match="no symbols") as error:
            attribute_elf(stripped, MODEL)
        assert error.value.exit_code == 5
        assert "--map" in (error.value.hint or "")

    def test_another_processor(self, built: Built, tmp_path: Path) -> None:
        content = bytearray(built.elf.read_bytes())
        content[18:20] = struct.pack("<H", 62)
        other = tmp_path / "other.elf"
        other.write_bytes(content)
        with pytest.raises(InputError, match="another processor"):
            attribute_elf(other)

    def test_an_object_file(self, built: Built) -> None:
        (path,) = (built.folder / "objects").glob("micro_interpreter.o")
        found = attribute_elf(path)  # not linked, but it states its sizes
        assert (found.flash.core.value or 0) > 0

    def test_no_elf_and_no_file(self, tmp_path: Path) -> None:
        (tmp_path / "text.elf").write_text("hello")
        with pytest.raises(InputError):
            attribute_elf(tmp_path / "text.elf")
        with pytest.raises(MissingPathError):
            attribute_elf(tmp_path / "absent.elf")

    def test_cut_and_spoilt_files_give_typed_errors(self, built: Built, tmp_path: Path) -> None:
        whole = built.elf.read_bytes()
        path = tmp_path / "spoilt.elf"
        outcomes = set()
        for spoilt in spoilt_files(whole, 80):
            path.write_bytes(spoilt)
            found = outcome(lambda: attribute_elf(path, MODEL))
            outcomes.add(type(found))
            if isinstance(found, Attribution):
                assert sum(parts(found).values()) == found.flash.total.value
            else:
                assert found.hint, found.message
        assert outcomes == {Attribution, InputError}


class TestMap:
    def test_a_real_map_names_its_kind(self, built: Built) -> None:
        found = attribute_map(built.map, len(MODEL))
        assert (found.kind, found.tested) == ("GNU ld map", True)
        assert parts(found) == parts(built.measured)

    def test_a_model_of_another_size_is_not_there(self, built: Built) -> None:
        found = attribute_map(built.map, 12_345)
        assert found.flash.model.value is None
        assert "no object of this model's size" in found.flash.model.reason

    def test_cut_maps_give_typed_errors_or_less(self, built: Built, tmp_path: Path) -> None:
        whole = built.map.read_bytes()
        path = tmp_path / "cut.map"
        for spoilt in spoilt_files(whole, 60):
            path.write_bytes(spoilt)
            found = outcome(lambda: attribute_map(path, len(MODEL)))
            if isinstance(found, Attribution):
                assert (found.flash.total.value or 0) > 0
            else:
                assert found.hint, found.message


class TestLibrary:
    def link(self, built: Built, tmp_path: Path, **changes: object) -> Attribution:
        graph = parse_model(MODEL, "m")
        arguments: dict[str, object] = {
            "library": built.library, "includes": [built.headers], "work": tmp_path,
        }  # fmt: skip
        predicted = changes.pop("predicted", footprint(graph))
        return link_with_library(graph, MODEL, predicted, **{**arguments, **changes})  # type: ignore[arg-type]

    def test_int8_registrations_link_too(self, built: Built, tmp_path: Path) -> None:
        found = self.link(built, tmp_path, registrations="int8")
        assert parts(found)["kernels"] > 0

    def test_without_a_c_library_for_cpp_it_says_what_to_install(
        self, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = tmp_path / "headers"
        write_headers(headers, standard=False)
        broken = headers / "type_traits"
        broken.write_text("#error no C++ library here\n")
        with pytest.raises(ToolMissingError, match="no usable C\\+\\+ library") as error:
            self.link(built, tmp_path / "work", includes=[headers])
        assert "libstdc++-arm-none-eabi-newlib" in (error.value.hint or "")
        assert error.value.exit_code == 3

    def test_without_a_compiler(self, built: Built, tmp_path: Path, no_tools: None) -> None:
        with pytest.raises(ToolMissingError):
            self.link(built, tmp_path)

    def test_wrong_places(self, built: Built, tmp_path: Path) -> None:
        with pytest.raises(MissingPathError, match="library"):
            self.link(built, tmp_path, library=tmp_path / "absent.a")
        with pytest.raises(MissingPathError, match="folder of headers"):
            self.link(built, tmp_path, includes=[tmp_path / "absent"])
        with pytest.raises(MissingPathError, match="micro_interpreter"):
            self.link(built, tmp_path, includes=[tmp_path])

    def test_a_library_that_is_none(self, built: Built, tmp_path: Path) -> None:
        (tmp_path / "lib.a").write_text("nothing")
        with pytest.raises(ToolFailedError):
            self.link(built, tmp_path / "work", library=tmp_path / "lib.a")

    def test_a_core_without_flags(self, built: Built, tmp_path: Path) -> None:
        graph = parse_model(MODEL, "m")
        with pytest.raises(UsageError, match="compiler flags"):
            self.link(built, tmp_path, predicted=footprint(graph, core="cortex-m23"))
