"""A firmware with TFLM that somebody already linked: what it holds, and how it was built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cubeai_auto.compare.conditions import THIS_MODEL
from cubeai_auto.compare.setting import Setting
from cubeai_auto.compare.side_conditions import FirmwareBuild
from cubeai_auto.errors import UsageError
from cubeai_auto.firmware.elf_build import elf_build
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.attribution import Attribution
from cubeai_auto.tflm.combine import with_firmware
from cubeai_auto.tflm.cores import find_core
from cubeai_auto.tflm.elf_attribution import attribute_elf
from cubeai_auto.tflm.flash import opt_level
from cubeai_auto.tflm.map_attribution import attribute_map
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["FirmwareStep", "read_firmware", "replace_measured"]

_ANOTHER = "the firmware's model array is not this model"


@dataclass(frozen=True, slots=True)
class FirmwareStep:
    """An existing firmware: its parts, how it was built, and the kernel set it was linked with."""

    parts: Attribution
    build: FirmwareBuild
    kernels: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What nobody says of it, and how to say it."""
        name = Path(self.parts.file).name
        found = []
        if not self.build.core:
            found.append(f"{name} does not say for which core it is; its ELF file (--elf) does")
        if not self.build.optimization:
            found.append(f"{name} does not say how its TFLM was optimized; --firmware-opt tells")
        return tuple(found)


def read_firmware(
    elf: Path | None,
    map_file: Path | None,
    graph: Graph,
    content: bytes,
    setting: Setting,
    optimization: str | None = None,
) -> FirmwareStep | None:
    """Attribute a firmware; ``None`` if there is none.

    Of two files, the map says more exactly who a byte belongs to, and the ELF file for which core it
    is, and whether the model in it is this one.

    Args:
        elf: the linked program.
        map_file: the linker's map of it.
        graph: the model.
        content: the model file.
        setting: an ELF file whose architecture fits several cores counts as of the one asked for.
        optimization: how TFLM was compiled, which no file says.

    Raises:
        MissingPathError: a file does not exist.
        InputError: a file cannot be attributed; an ELF file without symbols is one of these.
        UsageError: there is no such optimization, or it is given without a firmware.
    """
    level = "" if optimization is None else opt_level(optimization)
    if elf is None and map_file is None:
        if optimization is not None:
            msg = "--firmware-opt goes with --elf or --map"
            raise UsageError(msg, hint="give the firmware that was compiled so")
        return None
    by_elf = None if elf is None else attribute_elf(elf, content)
    by_map = None if map_file is None else attribute_map(map_file, graph.file_bytes)
    parts = _merged(by_elf, by_map)
    optimized = any(found.flash.cmsis_nn.value for found in (by_elf, by_map) if found is not None)
    kernels = "cmsis-nn" if optimized else "reference"
    if elf is None:
        model = THIS_MODEL if parts.flash.model.known else ""
        return FirmwareStep(parts, FirmwareBuild(optimization=level, model=model), kernels)
    built = elf_build(elf)
    core = find_core(setting.core).name
    build = FirmwareBuild(
        core=core if core in built.cores else " or ".join(built.cores),
        fpu_abi=built.fpu_abi,
        optimization=level,
        debug=built.debug,
        toolchain=built.compiler,
        model=THIS_MODEL if content in elf.read_bytes() else _ANOTHER,
    )
    return FirmwareStep(parts, build, kernels)


def replace_measured(
    predictions: Sequence[TflmFootprint], firmware: FirmwareStep | None
) -> tuple[TflmFootprint, ...]:
    """The predictions, with the measured sizes in the one of the firmware's kernel set."""
    return tuple(
        with_firmware(found, firmware.parts)
        if firmware is not None and found.kernels == firmware.kernels
        else found
        for found in predictions
    )


def _merged(by_elf: Attribution | None, by_map: Attribution | None) -> Attribution:
    if by_map is None or by_elf is None:
        found = by_map or by_elf
        if found is None:
            msg = "neither an ELF file nor a map"
            raise UsageError(msg)
        return found
    model = by_map.flash.model if by_map.flash.model.known else by_elf.flash.model
    arena = by_map.ram.arena if by_map.ram.arena.known else by_elf.ram.arena
    return replace(
        by_map,
        flash=replace(by_map.flash, model=model),
        ram=replace(by_map.ram, arena=arena),
        notes=tuple(dict.fromkeys((*by_map.notes, *_found_by(by_elf)))),
    )


def _found_by(by_elf: Attribution) -> list[str]:
    """What the ELF file tells beside the map: how the model was found."""
    return [note for note in by_elf.notes if "model array" in note]
