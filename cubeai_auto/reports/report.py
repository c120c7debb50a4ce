"""One form for every report on a deployed network, whichever engine wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cubeai_auto.quantity import JsonValue, Quantity, missing
from cubeai_auto.reports.cgraph import CArray, CNode, Epoch
from cubeai_auto.reports.layer import LayerInfo
from cubeai_auto.reports.memory import MemoryPool
from cubeai_auto.reports.profile import Profile
from cubeai_auto.reports.validation import ValidationRow

__all__ = ["CubeReport", "Footprint", "LayerInfo", "TensorInfo", "ToolInfo"]

_UNKNOWN = "not stated by the report"


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """The engine that made a report: ``pack`` is the X-CUBE-AI version it came with, if any.

    ``commit`` is the abbreviated git hash that ST's banner ends in from 2.1 on.
    """

    name: str
    version: str | None = None
    build: str | None = None
    pack: str | None = None
    commit: str | None = None

    @property
    def label(self) -> str:
        """Name, version and build in one line."""
        version = "" if self.version is None else f" {self.version}"
        return f"{self.name}{version}" + (f"-{self.build}" if self.build else "")

    def to_json(self) -> dict[str, JsonValue]:
        """The ``tool`` object of the report JSON."""
        return {
            "name": self.name,
            "version": self.version,
            "build": self.build,
            "pack": self.pack,
            "commit": self.commit,
        }


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """A network input or output: ``bytes`` is its own size, wherever it is placed."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    bytes: int
    scale: float | None = None
    zero_point: int | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """The object of the ``inputs`` and ``outputs`` lists."""
        return {
            "name": self.name,
            "dtype": self.dtype,
            "shape": list(self.shape),
            "bytes": self.bytes,
            "scale": self.scale,
            "zero_point": self.zero_point,
        }


@dataclass(frozen=True, slots=True)
class Footprint:
    """Flash and RAM of a deployed network, in bytes.

    ``kernel_flash`` is code and read-only data of the network beside its weights, biases and
    ``channel_constants`` (requantization multipliers and shifts, one pair per channel);
    ``toolchain_*`` is what the compiler's own libraries add. In a report of ST's tools
    ``kernel_*`` is their "RT total", which already contains the ``toolchain_*`` bytes, and
    ``flash_total`` and ``ram_total`` are the linked totals of their size table; ``data_ram`` is
    their "ram (total)": activations, inputs and outputs, without the runtime.
    """

    weights: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    activations: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    inputs: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    outputs: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    states: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    kernel_flash: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    kernel_ram: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    channel_constants: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    toolchain_flash: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    toolchain_ram: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    flash_total: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    ram_total: Quantity = field(default_factory=lambda: missing(_UNKNOWN))
    data_ram: Quantity = field(default_factory=lambda: missing(_UNKNOWN))

    def to_json(self) -> dict[str, JsonValue]:
        """The ``footprint`` object of the report JSON."""
        return {
            "weights": self.weights.to_json(),
            "activations": self.activations.to_json(),
            "inputs": self.inputs.to_json(),
            "outputs": self.outputs.to_json(),
            "states": self.states.to_json(),
            "kernel_flash": self.kernel_flash.to_json(),
            "kernel_ram": self.kernel_ram.to_json(),
            "channel_constants": self.channel_constants.to_json(),
            "toolchain_flash": self.toolchain_flash.to_json(),
            "toolchain_ram": self.toolchain_ram.to_json(),
            "flash_total": self.flash_total.to_json(),
            "ram_total": self.ram_total.to_json(),
            "data_ram": self.data_ram.to_json(),
        }


@dataclass(frozen=True, slots=True)
class CubeReport:
    """What an engine says of a network: the value every engine and every report file ends in.

    ``file`` is the report file read, or ``None`` for a report made in this run. The model's hash
    is the one the tool states. A fact in words that a report does not state is empty or ``None``.
    ``model_format`` is the file's kind and, where stated, the number formats, such as
    ``tflite/ss/sa per channel``. ``c_api`` is ``st-ai`` or ``legacy``. JSON keys: ``to_json``.
    """

    tool: ToolInfo
    status: str
    model_path: str
    model_name: str
    model_format: str
    model_hash: str
    c_name: str
    macc: Quantity
    params: Quantity
    footprint: Footprint
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    layers: tuple[LayerInfo, ...]
    file: str | None = None
    command: str | None = None
    errors: tuple[str, ...] = ()
    created: str | None = None
    target: str | None = None
    compression: str | None = None
    optimization: str | None = None
    parameters: str | None = None
    generated_files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    c_api: str | None = None
    options: tuple[str, ...] = ()
    memory_pools: tuple[MemoryPool, ...] = ()
    validation: tuple[ValidationRow, ...] = ()
    profile: Profile | None = None
    c_nodes: tuple[CNode, ...] = ()
    c_arrays: tuple[CArray, ...] = ()
    epochs: tuple[Epoch, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """One element of ``reports`` in the JSON of the ``report`` verb."""
        return {
            "file": self.file,
            "tool": self.tool.to_json(),
            "command": self.command,
            "status": self.status,
            "errors": list(self.errors),
            "created": self.created,
            "model": {
                "path": self.model_path or None,
                "name": self.model_name or None,
                "format": self.model_format or None,
                "hash": self.model_hash or None,
            },
            "c_name": self.c_name or None,
            "c_api": self.c_api,
            "options": list(self.options),
            "target": self.target,
            "compression": self.compression,
            "optimization": self.optimization,
            "parameters": self.parameters,
            "macc": self.macc.to_json(),
            "params": self.params.to_json(),
            "footprint": self.footprint.to_json(),
            "inputs": [tensor.to_json() for tensor in self.inputs],
            "outputs": [tensor.to_json() for tensor in self.outputs],
            "layers": [layer.to_json() for layer in self.layers],
            "memory_pools": [pool.to_json() for pool in self.memory_pools],
            "generated_files": list(self.generated_files),
            "validation": [row.to_json() for row in self.validation],
            "profile": None if self.profile is None else self.profile.to_json(),
            "c_nodes": [node.to_json() for node in self.c_nodes],
            "c_arrays": [array.to_json() for array in self.c_arrays],
            "epochs": [epoch.to_json() for epoch in self.epochs],
            "notes": list(self.notes),
        }
