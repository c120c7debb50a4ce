"""The fitted numbers that ship with the package, and how far they may be off.

``resources/cube_ai_fit.toml`` is written by :mod:`cubeai_auto.engines.predicted.fit`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

from cubeai_auto.tflite.rules import Version

__all__ = ["Coefficients", "Error", "KernelModel", "Scratch", "load_coefficients", "parse_coefficients"]


@dataclass(frozen=True, slots=True)
class Scratch:
    """Bytes of working memory, as factors; ``columns`` are taps times input channels.

    Attributes:
        conv_column: int8 convolution, for each column.
        conv_channel: int8 convolution, for each output channel.
        late_column: the same from X-CUBE-AI 12.0 on.
        late_channel: the same from X-CUBE-AI 12.0 on.
        window_extra: columns added where the weights of a larger window are widened to 16 bits.
        window_limit: the most that widening takes.
        depthwise_tap: int8 depthwise, for each weight.
        depthwise_channel: int8 depthwise, for each channel.
        depthwise_base: int8 depthwise.
        dense_input: int8 dense, for each input.
        dense_channel: int8 dense with a scale for each output, for each output.
        softmax: int8 softmax.
        conv_f32: float convolution, for each column.
        lstm_f32: float LSTM, for each unit.
    """

    conv_column: float
    conv_channel: float
    late_column: float
    late_channel: float
    window_extra: float
    window_limit: float
    depthwise_tap: float
    depthwise_channel: float
    depthwise_base: float
    dense_input: float
    dense_channel: float
    softmax: float
    conv_f32: float
    lstm_f32: float


@dataclass(frozen=True, slots=True)
class Error:
    """How far predictions were from figures whose network had been left out of the fit.

    Attributes:
        rows: number of figures.
        networks: number of different networks among them.
        median: of the absolute relative errors.
        worst: of the absolute relative errors.
    """

    rows: int
    networks: int
    median: float
    worst: float

    def __str__(self) -> str:
        return (
            f"{self.rows} figures of {self.networks} networks; leave-one-out: "
            f"median {100 * self.median:.1f} %, worst {100 * self.worst:.0f} %"
        )


@dataclass(frozen=True, slots=True)
class KernelModel:
    """A linear model of the kernels' flash or RAM, for a range of versions.

    Attributes:
        since: the first version with a figure.
        until: the last one.
        kinds: the kinds of nodes among the figures, such as ``int8 conv``.
        factors: bytes for each feature of :mod:`.kernels`, by name.
        errors: by the network's type, ``float32`` or ``int8``.
    """

    since: Version
    until: Version
    kinds: frozenset[str]
    factors: Mapping[str, float]
    errors: Mapping[str, Error]


@dataclass(frozen=True, slots=True)
class Coefficients:
    """All of it.

    Attributes:
        date: of the fit.
        default: the newest version that every kind of figure is known for.
        scratch: working memory of the nodes.
        activations: the error of predicted activations, by type.
        activation_kinds: the kinds of nodes among the figures.
        flash: models of the kernels' flash, newest last.
        ram: models of the kernels' RAM, newest last.
        exponential: bytes that the compiler's library adds for ``expf``.
        toolchain: the error of that.
    """

    date: str
    default: Version
    scratch: Scratch
    activations: Mapping[str, Error]
    activation_kinds: frozenset[str]
    flash: tuple[KernelModel, ...]
    ram: tuple[KernelModel, ...]
    exponential: float
    toolchain: Error


@cache
def load_coefficients() -> Coefficients:
    """The shipped fit."""
    return parse_coefficients(
        (files("cubeai_auto") / "resources" / "cube_ai_fit.toml").read_text("utf-8")
    )


def parse_coefficients(text: str) -> Coefficients:
    """Read a fit from TOML."""
    table = tomllib.loads(text)
    scratch, toolchain = table["scratch"], table["toolchain"]
    return Coefficients(
        date=table["date"],
        default=_version(table["default"]),
        scratch=Scratch(**{field.name: float(scratch[field.name]) for field in fields(Scratch)}),
        activations=_errors(table["activations"]["error"]),
        activation_kinds=frozenset(table["activations"]["kinds"]),
        flash=tuple(_model(entry) for entry in table["flash"]),
        ram=tuple(_model(entry) for entry in table["ram"]),
        exponential=float(toolchain["exponential"]),
        toolchain=_error(toolchain["error"]),
    )


def _model(entry: Mapping[str, object]) -> KernelModel:
    kinds, factors, errors = entry["kinds"], entry["factors"], entry["error"]
    assert isinstance(kinds, list)  # noqa: S101 - our own file
    assert isinstance(factors, dict)  # noqa: S101
    assert isinstance(errors, dict)  # noqa: S101
    return KernelModel(
        _version(str(entry["since"])),
        _version(str(entry["until"])),
        frozenset(str(kind) for kind in kinds),
        {str(name): float(value) for name, value in factors.items()},
        _errors(errors),
    )


def _errors(table: Mapping[str, Mapping[str, float]]) -> dict[str, Error]:
    return {name: _error(entry) for name, entry in table.items()}


def _error(entry: Mapping[str, float]) -> Error:
    return Error(
        int(entry["rows"]), int(entry["networks"]), float(entry["median"]), float(entry["worst"])
    )


def _version(text: str) -> Version:
    major, minor = text.split(".")[:2]
    return int(major), int(minor)
