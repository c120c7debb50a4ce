"""The parameters of X-CUBE-AI: from which pack on, how often, in which order, with what value.

Measured on real projects of pack 5.0.0 to 10.2.0; later packs follow 10.2. A parameter that only
ST's analysis can know is written only where there is one: a made-up 0 would be read as a result.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cubeai_auto.cubemx.cube_ai.names import CORE_VALUE, PackVersion, application_value
from cubeai_auto.cubemx.cube_ai.request import Analysis, NetworkRequest, SwitchForm

__all__ = [
    "INTERNAL_RAM",
    "PARAMETERS",
    "SWITCHES",
    "Parameter",
    "Scope",
    "Slot",
    "Value",
    "analysis_values",
    "model_type",
    "parameter_order",
    "slot_values",
    "switch_values",
]

INTERNAL_RAM: Final = "0xFFFFFFFF"
"""The working buffer's address in ``WorkingBufferStartAddrList``: wherever the linker puts it."""

_FIRST, _END = PackVersion(5, 0), PackVersion(999, 0)


class Scope(Enum):
    """How often a parameter stands in a project."""

    PROJECT = "once"
    SLOT = "for every network"
    GLOBAL_SWITCH = "once, as the default of new networks"
    SLOT_SWITCH = "for every network, as its own copy of a switch"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row of the table.

    Attributes:
        name: the key without the pack and without the slot.
        scope: how often it stands.
        since: the first pack that writes it.
        until: the first pack that no longer does.
        analysis: whether only an analysis knows the value.
        value: the value, where it is always the same.
    """

    name: str
    scope: Scope
    since: PackVersion = _FIRST
    until: PackVersion = _END
    analysis: bool = False
    value: str | None = None

    def written_by(self, version: PackVersion) -> bool:
        """Whether a pack writes the parameter."""
        return self.since <= version < self.until


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter of a project: its name, with the slot where it has one, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A network on its way into a project."""

    id: str
    network: NetworkRequest

    def named(self, parameter: str) -> str:
        """The name of a parameter of this slot."""
        return f"{parameter}-{self.id}"


def _rows(
    scope: Scope, *names: str, since: PackVersion = _FIRST, analysis: bool = False
) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, scope, since, analysis=analysis) for name in names)


SWITCHES: Final[tuple[Parameter, ...]] = (
    Parameter("copyWeightToRam", Scope.SLOT_SWITCH, PackVersion(7, 3), value="false"),
    Parameter("useInputAllocation", Scope.SLOT_SWITCH, PackVersion(7, 3), value="true"),
    Parameter("useOutputAllocation", Scope.SLOT_SWITCH, PackVersion(7, 3), value="true"),
    Parameter("customLayerConfigEnabled", Scope.SLOT_SWITCH, PackVersion(7, 3), value="false"),
    Parameter("noOnnxIoTranspose", Scope.SLOT_SWITCH, PackVersion(8, 1), value="false"),
)
"""The allocation switches; every one of them also exists once for the project."""

_V51, _V7, _V71 = PackVersion(5, 1), PackVersion(7, 0), PackVersion(7, 1)

PARAMETERS: Final[tuple[tuple[Parameter, ...], ...]] = (
    _rows(Scope.PROJECT, CORE_VALUE, application_value("ArtificialOoIntelligenceJjApplication")),
    _rows(Scope.PROJECT, application_value("DeviceJjApplication"), "HeapSize", "StackSize"),
    _rows(Scope.SLOT, "ModelName"),
    _rows(Scope.SLOT, "ModelKind"),
    _rows(Scope.SLOT, "ModelCompression"),
    _rows(Scope.PROJECT, "ModelHashList", "ModelNameList", "WorkingBufferStartAddrList"),
    (
        *_rows(Scope.SLOT, "LatestDirectoryUsed", "ModelStructureFile"),
        *_rows(Scope.SLOT, "ModelMacc", "ModelActualCompression", analysis=True),
        *_rows(Scope.SLOT, "ModelRamOccupation", "ModelFlashOccupation", analysis=True),
        *_rows(Scope.SLOT, "ModelType"),
        Parameter("ValidationInputFileHistory", Scope.SLOT, _V51, _V71, value=""),
        Parameter("ValidationOutputFileHistory", Scope.SLOT, _V51, _V71, value=""),
    ),
    tuple(
        Parameter(row.name, Scope.GLOBAL_SWITCH, row.since, row.until, value=row.value)
        for row in SWITCHES
    ),
    _rows(
        Scope.PROJECT, "ActivationBuffers", "ActivationSizes", "ActivationNames",
        since=_V71, analysis=True,
    ),
    _rows(
        Scope.PROJECT, "InternalRamActivationBufferMaxSize", "ActivationBufferSizeList",
        "MaximumNumberOfInputLayer", "MaximumNumberOfOutputLayer",
        "MaximumSizeOfInputLayer", "MaximumSizeOfOutputLayer",
        analysis=True,
    ),
    _rows(Scope.PROJECT, "ReadyForCodeGeneration", since=_V7),
    SWITCHES,
)  # fmt: skip
"""All rows in the order of ``IPParameters``; the rows of a group repeat together, slot by slot."""


def slot_values(version: PackVersion, slot: Slot) -> tuple[Value, ...]:
    """The parameters of a network, without the switches; with its analysis if it has one."""
    found = []
    for row in (row for group in PARAMETERS for row in group):
        if row.scope is Scope.SLOT and row.written_by(version) and not row.analysis:
            text = row.value if row.value is not None else _slot_text(row.name, version, slot.network)
            if text is not None:
                found.append(Value(slot.named(row.name), text))
    analysis = slot.network.analysis
    return (*found, *(() if analysis is None else analysis_values(slot.id, analysis)))


def analysis_values(slot: str, analysis: Analysis) -> tuple[Value, ...]:
    """The cached figures of a network; the rows of the table marked ``analysis``."""
    return (
        Value(f"ModelMacc-{slot}", str(analysis.macc)),
        Value(f"ModelActualCompression-{slot}", analysis.compression),
        Value(f"ModelRamOccupation-{slot}", str(analysis.ram)),
        Value(f"ModelFlashOccupation-{slot}", str(analysis.flash)),
    )


def switch_values(version: PackVersion, slots: tuple[Slot, ...], form: SwitchForm) -> tuple[Value, ...]:
    """The allocation switches of a pack: once, at every network, or both."""
    rows = [(row.name, row.value or "") for row in SWITCHES if row.written_by(version)]
    once = [Value(name, text) for name, text in rows] if form != "slot" else []
    each = [Value(slot.named(name), text) for slot in slots for name, text in rows]
    return (*once, *(each if form != "global" else []))


def parameter_order(slots: tuple[str, ...]) -> Iterator[str]:
    """The name of every parameter that can stand in ``IPParameters``, in the order to write."""
    for group in PARAMETERS:
        if group[0].scope in {Scope.PROJECT, Scope.GLOBAL_SWITCH}:
            yield from (row.name for row in group)
        else:
            yield from (f"{row.name}-{slot}" for slot in slots for row in group)


def model_type(version: PackVersion, kind: str) -> str:
    """The runtime of a network, in the words of a pack: they changed in 7.0 and in 9.0."""
    if version >= PackVersion(9, 0):
        return "STM32Cube.AI MCU runtime"
    return "STM32Cube.AI runtime" if version >= _V7 and kind == "TFLITE" else "Saved model"


def _slot_text(name: str, version: PackVersion, network: NetworkRequest) -> str | None:
    match name:
        case "ModelName":
            return network.name
        case "ModelKind":
            return network.kind
        case "ModelCompression":
            return "None" if version >= PackVersion(7, 2) else "1"
        case "ModelStructureFile":
            return network.model
        case "LatestDirectoryUsed":
            return _directory(network)
        case "ModelType":
            return model_type(version, network.kind)
        case _:
            return None


def _directory(network: NetworkRequest) -> str | None:
    if network.directory is not None:
        return network.directory
    model = network.model
    windows = ntpath.splitdrive(model)[0] != "" or "\\" in model
    return (ntpath if windows else posixpath).dirname(model) or None
