"""What is asked of an edit: the networks, the pack, the application, heap and stack."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.cube_ai.neural_art import NeuralArt
from cubeai_auto.errors import UsageError

__all__ = [
    "APPLICATIONS",
    "AddRequest",
    "Analysis",
    "ModelKind",
    "NetworkRequest",
    "SwitchForm",
    "check_network_name",
    "kind_of",
    "model_reference",
]

ModelKind: TypeAlias = Literal["TFLITE", "KERAS", "ONNX"]
SwitchForm: TypeAlias = Literal["both", "global", "slot"]

APPLICATIONS = ("ApplicationTemplate", "SystemPerformance", "Validation")
"""The applications of the pack; none of them is *Core only*."""

_KINDS: dict[str, ModelKind] = {
    ".tflite": "TFLITE",
    ".h5": "KERAS",
    ".hdf5": "KERAS",
    ".keras": "KERAS",
    ".onnx": "ONNX",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_SLOT = re.compile(r"[0-9a-f]{64}")
_DECIMAL = re.compile(r"[0-9]{1,6}\.[0-9]{1,6}")
_MAX_SIZE = 0x7FFFFFFF
_KEYWORDS = frozenset(
    {
        "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
        "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
        "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
        "union", "unsigned", "void", "volatile", "while",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Analysis:
    """What only ST's tool (or a report of it) knows of a network; CubeMX caches it in the project.

    Attributes:
        macc: multiply-accumulate operations of one inference.
        ram: bytes of the activation buffer.
        flash: bytes of the weights.
        inputs: number of input tensors.
        outputs: number of output tensors.
        compression: the achieved compression, a decimal text as CubeMX writes it.
        input_bytes: bytes of every input tensor; only packs of 5.0 write them.
        output_bytes: bytes of every output tensor; only packs of 5.0 write them.
    """

    macc: int
    ram: int
    flash: int
    inputs: int
    outputs: int
    compression: str = "0.0"
    input_bytes: tuple[int, ...] = ()
    output_bytes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("macc", "ram", "flash"):
            _check_count(f"the analysis' {name}", getattr(self, name), 0)
        for name, sizes in (("inputs", self.input_bytes), ("outputs", self.output_bytes)):
            count: int = getattr(self, name)
            _check_count(f"the analysis' number of {name}", count, 1)
            if sizes and len(sizes) != count:
                msg = f"the analysis has {count} {name} and the sizes of {len(sizes)}"
                raise UsageError(msg, hint="give the size of every tensor, or none")
            for size in sizes:
                _check_count(f"a size of the {name}", size, 1)
        if not _DECIMAL.fullmatch(self.compression):
            msg = f"the achieved compression {self.compression!r} is no decimal number"
            raise UsageError(msg, hint="write it as CubeMX does, for example 0.0")


@dataclass(frozen=True, slots=True)
class NetworkRequest:
    """A network to add.

    Attributes:
        name: its C name, as in ``ai_<name>_create``.
        model: the model file as it shall stand in the project; see :func:`model_reference`.
        kind: the format of the model; see :func:`kind_of`.
        slot: the 64 hex digits that mark its keys. By default a hash of name and model: CubeMX
            takes any value, and so the same command gives the same file on every machine.
        analysis: the cached figures; without them CubeMX has to analyze before it generates.
        directory: the folder CubeMX' file dialog opens next; by default that of ``model`` where
            ``model`` has one. Real files hold an absolute path here.
    """

    name: str
    model: str
    kind: ModelKind
    slot: str | None = None
    analysis: Analysis | None = None
    directory: str | None = None

    def __post_init__(self) -> None:
        check_network_name(self.name)
        if not self.model or any(letter in self.model for letter in "\0\n\r"):
            msg = f"{self.model!r} is no model file"
            raise UsageError(msg, hint="give the path of a .tflite, .onnx, .h5 or .keras file")
        if self.kind not in _KINDS.values():
            msg = f"{self.kind!r} is no kind of model"
            raise UsageError(msg, hint="choose TFLITE, KERAS or ONNX")
        if self.slot is not None and not _SLOT.fullmatch(self.slot):
            msg = f"the slot {self.slot!r} does not have 64 lower-case hex digits"
            raise UsageError(msg, hint="leave the slot out, then it is derived from name and model")

    @property
    def slot_id(self) -> str:
        """The 64 hex digits that mark the keys of the network."""
        return self.slot if self.slot is not None else self.next_slot_id(0)

    def next_slot_id(self, number: int) -> str:
        """Another one, for a project in which the default is in use."""
        text = f"{self.name}\0{self.model}" + (f"\0{number}" if number else "")
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class AddRequest:
    """X-CUBE-AI to add to a project.

    Attributes:
        pack: the version, for example ``10.2.0``.
        networks: at least one.
        application: one of :data:`APPLICATIONS`; ``None`` is *Core only*.
        heap: bytes; raised to it, never lowered. By default 0x800, for packs before 6.0 as it is.
        stack: likewise.
        caches: whether to enable both caches of a Cortex-M7, on an STM32N6 that of the NPU.
        uart: the UART for SystemPerformance and Validation, for example ``USART2``.
        switches: where the allocation switches stand: once, at every network, or both. CubeMX
            does all three, depending on which of its tabs was opened.
        neural_art: run the networks on the NPU of an STM32N6.
    """

    pack: str
    networks: tuple[NetworkRequest, ...]
    application: str | None = None
    heap: int | None = None
    stack: int | None = None
    caches: bool = True
    uart: str | None = None
    switches: SwitchForm = "both"
    neural_art: NeuralArt | None = None

    def __post_init__(self) -> None:
        PackVersion.wanted(self.pack)
        if not self.networks:
            msg = "no network to add"
            raise UsageError(msg, hint="name a model")
        _check_unique("the network name", [network.name.upper() for network in self.networks])
        _check_unique("the slot", [network.slot_id for network in self.networks])
        if self.application is not None and self.application not in APPLICATIONS:
            msg = f"X-CUBE-AI has no application {self.application!r}"
            raise UsageError(msg, hint=f"choose one of {', '.join(APPLICATIONS)}, or none")
        if self.switches not in {"both", "global", "slot"}:
            msg = f"{self.switches!r} is no form of the allocation switches"
            raise UsageError(msg, hint="choose both, global or slot")
        for what, size in (("the heap", self.heap), ("the stack", self.stack)):
            if size is not None:
                _check_count(what, size, 0)
        talks = self.application in {"SystemPerformance", "Validation"}
        if talks and self.uart is None:
            msg = f"{self.application} talks over a UART, and none is chosen"
            raise UsageError(msg, hint="name one that the project has configured, for example USART2")
        if self.uart is not None and not re.fullmatch(r"(LPUART|USART|UART)[0-9]{1,2}", self.uart):
            msg = f"{self.uart!r} is no UART"
            raise UsageError(msg, hint="name the peripheral, for example USART2 or LPUART1")
        if self.uart is not None and not talks:
            msg = "a UART is only used by SystemPerformance and Validation"
            raise UsageError(msg, hint="choose one of these applications, or leave the UART out")

    @property
    def version(self) -> PackVersion:
        """The pack version."""
        return PackVersion.wanted(self.pack)


def kind_of(path: Path) -> ModelKind:
    """The kind of a model file, by its suffix.

    Raises:
        UsageError: another suffix.
    """
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        msg = f"{path}: X-CUBE-AI takes no {path.suffix or 'file without suffix'}"
        raise UsageError(msg, hint="give a .tflite, .onnx, .h5 or .keras file")
    return kind


def model_reference(model: Path, ioc: Path) -> str:
    """How a project names a model: relative to its folder with ``/`` if inside it, else absolute.

    Symbolic links are followed only if the model is not inside without following them.
    """
    plain = Path(os.path.abspath(model))  # noqa: PTH100 - keeps links, unlike Path.resolve
    folder = Path(os.path.abspath(ioc)).parent  # noqa: PTH100
    for inner, outer in ((plain, folder), (plain.resolve(), folder.resolve())):
        if inner.is_relative_to(outer):
            return inner.relative_to(outer).as_posix()
    return str(plain)


def check_network_name(name: str) -> None:
    """Refuse what cannot be the C name of a network.

    Raises:
        UsageError: no C identifier of at most 63 letters, or a keyword.
    """
    if not _NAME.fullmatch(name) or name in _KEYWORDS:
        msg = f"{name!r} cannot be the C name of a network"
        raise UsageError(msg, hint="use letters, digits and _, for example network_1")


def _check_unique(what: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            msg = f"{what} {value} stands more than once"
            raise UsageError(msg, hint="give every network its own")


def _check_count(what: str, value: int, least: int) -> None:
    if isinstance(value, bool) or not least <= value <= _MAX_SIZE:
        msg = f"{what} cannot be {value}"
        raise UsageError(msg, hint=f"give a number from {least} to {_MAX_SIZE}")
