"""What the microcontroller computes from a window before the network runs, as C99.

Two files beside the network's own: no heap, no library but ``math.h``, one function for float and one
for int8 networks. The length of the vectors comes out bit by bit as in Python; the ten features are
computed in float where Python uses double precision, and so differ by rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from cubeai_auto import __version__
from cubeai_auto.contract import InputContract, SensorSignal
from cubeai_auto.errors import UsageError
from cubeai_auto.models.har.features import SUM_DIVISOR

__all__ = ["input_code"]

_CTYPES = {"float32": "float", "int16": "int16_t", "int8": "int8_t", "uint8": "uint8_t"}


@dataclass(frozen=True, slots=True)
class _Code:
    """The contract in C's spelling, as the templates see it."""

    version: str
    description: str
    layout: str
    quantity: str
    preparation: str
    exact: bool
    axes: tuple[str, ...]
    raw_unit: str
    unit: str
    ctype: str
    window: int
    step: int
    rate: str
    rate_literal: str
    full_scale: str
    offset: str
    has_offset: bool
    scale: str
    size: int
    channels: int
    center: tuple[str, ...]
    gain: tuple[str, ...]
    divisor: str
    turns: tuple[tuple[str, str], ...]

    def adjusted(self, value: str, index: str) -> str:
        """A value centered and scaled, as a C expression."""
        shifted = f"({value} - center[{index}])" if self.center else value
        return f"{shifted} * gain[{index}]" if self.gain else shifted


def input_code(contract: InputContract, name: str) -> dict[str, str]:
    """The C files for a network's input: their content by file name.

    Args:
        contract: of a network on windows of a sensor.
        name: the network's C name.

    Raises:
        UsageError: the contract is not that of a sensor, or of raw values that C cannot name.
    """
    signal = contract.sensor
    if signal is None or contract.raw_dtype not in _CTYPES:
        msg = f"there is no input code for this contract: {contract.description}"
        raise UsageError(msg)
    code = _code(contract, signal)
    return {
        f"{name}_input.{kind}": _environment()
        .get_template(f"input.{kind}.j2")
        .render(c=code, n=name, N=name.upper())
        for kind in ("h", "c")
    }


def _code(contract: InputContract, signal: SensorSignal) -> _Code:
    features = signal.preparation == "ten-features"
    extra = 1 if signal.preparation == "magnitude" else 0
    size = math.prod(contract.shape)
    return _Code(
        version=__version__,
        description=_comment(contract.description),
        layout=_comment(contract.layout),
        quantity=_comment(signal.quantity),
        preparation=signal.preparation,
        exact=not features,
        axes=tuple(_comment(axis) for axis in signal.axes),
        raw_unit=_unit(signal.raw_unit),
        unit=_unit(signal.unit),
        ctype=_CTYPES[contract.raw_dtype],
        window=signal.window,
        step=signal.step,
        rate=f"{signal.rate:g}",
        rate_literal=_literal(signal.rate),
        full_scale=_literal(signal.full_scale),
        offset=_literal(contract.offset),
        has_offset=contract.offset != 0,
        scale=_literal(contract.scale),
        size=size,
        channels=size if features else len(signal.axes) + extra,
        center=tuple(map(_literal, signal.center)),
        gain=tuple(map(_literal, signal.gain)),
        divisor=_literal(SUM_DIVISOR),
        turns=_turns(signal.window) if features else (),
    )


def _turns(window: int) -> tuple[tuple[str, str], ...]:
    """Cosine and sine of every step around the circle."""
    angles = 2 * np.pi * np.arange(window) / window
    return tuple(
        (_literal(c), _literal(s)) for c, s in zip(np.cos(angles), np.sin(angles), strict=True)
    )


def _literal(value: float) -> str:
    """A float literal that C reads back as the nearest float32."""
    text = f"{np.float32(value):.9g}"
    return f"{text}f" if any(mark in text for mark in ".e") else f"{text}.0f"


def _comment(text: str) -> str:
    """Text that stays inside its comment: one line, ASCII, no comment marks."""
    line = " ".join(text.split()).encode("ascii", "replace").decode("ascii")
    return line.replace("*/", "* /").replace("/*", "/ *").replace("??/", "?")


def _unit(unit: str) -> str:
    """A unit in words, for a comment."""
    return "as in the data set, which does not say" if unit == "as recorded" else _comment(unit)


@cache
def _environment() -> Environment:
    return Environment(  # noqa: S701 (C, not HTML)
        loader=PackageLoader("cubeai_auto.models.har"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
