"""The work of each layer: a bar a layer, as high as its multiply-accumulates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from cubeai_auto.render.step_axis import STEP_LEAST, StepAxis, step_names, step_width
from cubeai_auto.render.svg import Svg, element, label, length, rect
from cubeai_auto.render.text import number, one_line
from cubeai_auto.reports.report import LayerInfo

__all__ = ["macc_chart"]

_LEFT: Final = 86.0
_RIGHT: Final = 24.0
_TOP: Final = 14.0
_PLOT: Final = 150.0
_UNKNOWN_HEIGHT: Final = 10.0


def macc_chart(layers: Sequence[LayerInfo], name: str) -> Svg | None:
    """The picture, or ``None`` if no layer's work is known or there is none at all.

    Layers of unknown work have a hatched mark with the reason.

    Args:
        layers: in execution order.
        name: the variant's name, for readers who do not see the picture.
    """
    known = [layer.macc.value for layer in layers if layer.macc.value is not None]
    most = max(known, default=0)
    if most <= 0:
        return None
    axis = StepAxis(_LEFT, _TOP + _PLOT, step_width(len(layers)))
    below, names = step_names([layer.type for layer in layers], axis)
    width, height = _LEFT + len(layers) * axis.step + _RIGHT, _TOP + _PLOT + below
    words = (
        f"multiply-accumulates of {one_line(name)}: {len(layers)} layers, {number(sum(known))} in all,"
        f" {number(most)} at most"
    )
    attributes: dict[str, str | float] = {
        "class": "map", "role": "img", "aria-label": words, "width": width, "height": height,
        "viewBox": f"0 0 {length(width)} {length(height)}",
    }  # fmt: skip
    return element(
        "svg",
        attributes,
        *_grid(most, axis, len(layers)),
        *_bars(layers, axis, most, sum(known)),
        *names,
    )


def _grid(most: float, axis: StepAxis, layers: int) -> Iterator[Svg]:
    """Four lines at round numbers, and the base."""
    power = 10 ** math.floor(math.log10(most / 3)) if most >= 3 else 1
    distance = next(power * factor for factor in (1, 2, 5, 10) if power * factor * 4 >= most)
    right = axis.x(layers)
    for line in range(int(most / distance) + 1):
        y = axis.base - _PLOT * line * distance / most
        yield element("line", {"class": "grid", "x1": _LEFT, "x2": right, "y1": y, "y2": y})
        yield label(_LEFT - 8, y + 4, number(line * distance), "end")
    yield label(_LEFT - 8, axis.base + 18, "MACC", "end faint")


def _bars(layers: Sequence[LayerInfo], axis: StepAxis, most: float, total: float) -> Iterator[Svg]:
    gap = min(6.0, axis.step / 4) if axis.step >= STEP_LEAST / 2 else 0.0
    for position, layer in enumerate(layers):
        value = layer.macc.value
        height = _UNKNOWN_HEIGHT if value is None else _PLOT * max(value, 0) / most
        shape: dict[str, str | float] = {
            "class": "part unknown" if value is None else "part c1",
            "x": axis.x(position) + gap / 2,
            "y": axis.base - height,
            "width": max(axis.step - gap, 0.5),
            "height": height,
        }
        what = f"{layer.id} {layer.name} ({layer.type})"
        if value is None:
            yield rect(shape, f"{what}: not known: {layer.macc.reason}")
        else:
            share = f"{value / total:.1%} of all, {layer.macc.how}: {layer.macc.source}"
            yield rect(shape, f"{what}: {number(value)} MACC, {share}")
