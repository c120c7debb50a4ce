"""The axis of a chart on which operators stand in execution order, with their names below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cubeai_auto.render.svg import Svg, clipped, label, length, text_width
from cubeai_auto.render.text import number, one_line

__all__ = ["STEP_LEAST", "StepAxis", "step_names", "step_width"]

STEP_LEAST: Final = 12.0
"""Pixels of a step from which it gets a line and a name of its own."""

_WIDE: Final = 680.0
_STEP_MOST: Final = 160.0
_STEPS_WIDE: Final = 1_440.0
_STEP_NAME: Final = 150.0
_LINE: Final = 14.0


@dataclass(frozen=True, slots=True)
class StepAxis:
    """Where the axis lies: its left end, its height, and the pixels of a step."""

    left: float
    base: float
    step: float

    def x(self, step: int) -> float:
        """Where a step begins."""
        return self.left + step * self.step


def step_width(steps: int) -> float:
    """Pixels of a step, so that few are not wide and thousands still fit."""
    wide = min(max(_WIDE / steps, STEP_LEAST), _STEP_MOST)
    return min(wide, max(_STEPS_WIDE / steps, 1.0))


def step_names(steps: Sequence[str], axis: StepAxis) -> tuple[float, list[Svg]]:
    """The operators under the plot: level, upright, or only numbers; with the height they need."""
    texts = [
        one_line(step if step.startswith(f"{position} ") else f"{position} {step}")
        for position, step in enumerate(steps)
    ]
    if max(map(text_width, texts)) <= axis.step - 6:
        return _LINE + 10, [
            label(axis.x(position) + 4, axis.base + _LINE + 2, text)
            for position, text in enumerate(texts)
        ]
    if axis.step >= STEP_LEAST:
        texts = [clipped(text, _STEP_NAME) for text in texts]
        reach = max(map(text_width, texts)) + 16
        return reach, [
            _upright(axis.x(position) + axis.step / 2 + 4, axis.base + 8, text)
            for position, text in enumerate(texts)
        ]
    every = 10 ** math.ceil(math.log10(44 / axis.step))
    return _LINE + 10, [
        label(axis.x(position), axis.base + _LINE + 2, number(position))
        for position in range(0, len(steps), every)
    ]


def _upright(x: float, y: float, text: str) -> Svg:
    return label(x, y, text, "end", transform=f"rotate(-90 {length(x)} {length(y)})")
