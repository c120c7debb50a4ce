"""What a CubeMX project is, at a glance: chip, board, toolchain, memory, clock, X-CUBE-AI."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.cubemx.cube_ai.installed import (
    InstalledCubeAI,
    InstalledNetwork,
    installed_instances,
)
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, read_rows
from cubeai_auto.quantity import JsonValue, Quantity, missing, reported

__all__ = ["ContextMemory", "NetworkFigures", "Overview", "network_figures", "overview"]

_CLOCKS = {
    "system": ("RCC.SYSCLKFreq_VALUE", "RCC.SYSCLKFreq_Value"),
    "core": ("RCC.CpuClockFreq_Value", "RCC.FCLKCortexFreq_Value", "RCC.CortexFreq_Value"),
    "ahb": ("RCC.HCLKFreq_Value", "RCC.AHBFreq_Value"),
}
_NUMBER = re.compile(r"[0-9]{1,12}")
_SIZE = re.compile(r"(?:(?P<context>\w+)-)?(?P<size>0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,9})")
_STALE = "the project has no result of an analysis"


@dataclass(frozen=True, slots=True)
class ContextMemory:
    """Heap and stack of a project context, ``None`` where there is only one."""

    context: str | None
    heap: Quantity
    stack: Quantity


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """The figures that CubeMX cached when it analyzed a network."""

    macc: Quantity
    ram: Quantity
    flash: Quantity


@dataclass(frozen=True, slots=True)
class Overview:
    """A project at a glance; a text that the file does not have is ``None``."""

    mcu: str | None
    part_number: str | None
    family: str | None
    package: str | None
    board: str | None
    project: str | None
    toolchain: str | None
    cubemx: str | None
    firmware: str | None
    contexts: tuple[str, ...]
    memory: tuple[ContextMemory, ...]
    clocks: dict[str, Quantity]
    pins: int
    peripherals: tuple[str, ...]
    packs: tuple[str, ...]
    cube_ai: tuple[InstalledCubeAI, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """The JSON of ``ioc show``, without schema and file."""
        return {
            "mcu": self.mcu,
            "part_number": self.part_number,
            "family": self.family,
            "package": self.package,
            "board": self.board,
            "project": self.project,
            "toolchain": self.toolchain,
            "cubemx": self.cubemx,
            "firmware": self.firmware,
            "contexts": list(self.contexts),
            "memory": [
                {"context": one.context, "heap": one.heap.to_json(), "stack": one.stack.to_json()}
                for one in self.memory
            ],
            "clocks": {name: clock.to_json() for name, clock in self.clocks.items()},
            "pins": self.pins,
            "peripherals": list(self.peripherals),
            "packs": list(self.packs),
            "cube_ai": [_pack_json(pack) for pack in self.cube_ai],
        }


def overview(document: IocDocument) -> Overview:
    """A project at a glance.

    Raises:
        IocFormatError: the version of an X-CUBE-AI in it cannot be read.
    """
    board = document.get("board")
    return Overview(
        mcu=document.get("Mcu.UserName") or document.get("Mcu.Name"),
        part_number=document.get("Mcu.CPN"),
        family=document.get("Mcu.Family"),
        package=document.get("Mcu.Package"),
        board=None if board in {None, "", "custom"} else board,
        project=document.get("ProjectManager.ProjectName"),
        toolchain=document.get("ProjectManager.TargetToolchain"),
        cubemx=document.get("MxCube.Version"),
        firmware=document.get("ProjectManager.FirmwarePackage") or None,
        contexts=_contexts(document),
        memory=_memory(document),
        clocks={name: _clock(document, keys) for name, keys in _CLOCKS.items()},
        pins=len(read_rows(document, PINS)),
        peripherals=read_rows(document, IPS),
        packs=read_rows(document, THIRD_PARTIES),
        cube_ai=installed_instances(document),
    )


def network_figures(pack: InstalledCubeAI, network: InstalledNetwork) -> NetworkFigures:
    """The cached figures of a network, as another tool's report."""

    def figure(value: int | None, unit: str, parameter: str) -> Quantity:
        if value is None:
            return missing(_STALE)
        return reported(value, unit, f"{parameter} of X-CUBE-AI {pack.pack} in the .ioc")

    # The NPU's runtime and TFLite Micro have no count of their own: CubeMX writes 0.
    uncounted = network.macc == 0
    return NetworkFigures(
        missing("this runtime counts none") if uncounted else figure(network.macc, "MACC", "ModelMacc"),
        figure(network.ram, "B", "ModelRamOccupation"),
        figure(network.flash, "B", "ModelFlashOccupation"),
    )


def _contexts(document: IocDocument) -> tuple[str, ...]:
    pattern = re.compile(r"Mcu\.Context([0-9]{1,3})")
    matches = [match for key in document.keys if (match := pattern.fullmatch(key))]
    matches.sort(key=lambda match: int(match[1]))
    return tuple(document.get(match[0]) or "" for match in matches)


def _memory(document: IocDocument) -> tuple[ContextMemory, ...]:
    """``0x200``, or for several contexts ``FSBL-0x800,Appli-0x800``."""
    sizes = [_sizes(document, f"ProjectManager.{name}") for name in ("HeapSize", "StackSize")]
    contexts = dict.fromkeys([*sizes[0], *sizes[1]])
    absent = missing("the file does not say")
    return tuple(
        ContextMemory(one, sizes[0].get(one, absent), sizes[1].get(one, absent)) for one in contexts
    )


def _sizes(document: IocDocument, key: str) -> dict[str | None, Quantity]:
    found: dict[str | None, Quantity] = {}
    for part in (document.get(key) or "").split(","):
        if match := _SIZE.fullmatch(part):
            base = 16 if match["size"][:2].lower() == "0x" else 10
            found[match["context"]] = reported(int(match["size"], base), "B", f"{key} of the .ioc")
    return found


def _clock(document: IocDocument, keys: tuple[str, ...]) -> Quantity:
    for key in keys:
        value = document.get(key)
        if value is not None and _NUMBER.fullmatch(value):
            return reported(int(value), "Hz", f"{key} of the .ioc")
    return missing("the file does not say")


def _pack_json(pack: InstalledCubeAI) -> dict[str, JsonValue]:
    networks: list[JsonValue] = []
    for network in pack.networks:
        figures = network_figures(pack, network)
        networks.append(
            {
                "name": network.name,
                "kind": network.kind,
                "path": network.path,
                "slot": network.slot,
                "type": network.type,
                "compression": network.compression,
                "macc": figures.macc.to_json(),
                "ram": figures.ram.to_json(),
                "flash": figures.flash.to_json(),
            }
        )
    return {
        "pack": pack.pack,
        "verified": pack.version.verified,
        "context": pack.context,
        "application": pack.application,
        "uart": None if pack.uart is None else pack.uart.instance,
        "heap": pack.heap,
        "stack": pack.stack,
        "switches": pack.switches,
        "ready": pack.ready,
        "networks": networks,
        "orphan_slots": list(pack.orphan_slots),
    }
