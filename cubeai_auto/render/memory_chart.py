"""The arena over time: a rectangle a buffer, as wide as it lives and as high as it is large."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cubeai_auto.compare.record import Buffer, MemoryMap
from cubeai_auto.render.step_axis import STEP_LEAST, StepAxis, step_names, step_width
from cubeai_auto.render.svg import Svg, clipped, element, label, length, rect, text_width
from cubeai_auto.render.text import number, one_line, size

__all__ = ["memory_chart"]

_LEFT: Final = 64.0
_RIGHT: Final = 132.0
_TOP: Final = 14.0
_PLOT: Final = 260.0
_LINE: Final = 14.0
_COLORS: Final = ("c1", "c2", "c3", "c4")


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: _Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plot's scales: pixels a step, and the bytes at its upper edge."""

    steps: int
    step: float
    top_bytes: int

    @property
    def width(self) -> float:
        return self.steps * self.step

    def x(self, step: int) -> float:
        return _LEFT + min(max(step, 0), self.steps) * self.step

    def y(self, offset: int) -> float:
        return _TOP + _PLOT * (1 - offset / self.top_bytes)

    def box(self, buffer: Buffer) -> _Box:
        x, y = self.x(buffer.first), self.y(buffer.offset + buffer.size)
        return _Box(x, y, self.x(buffer.last + 1) - x, self.y(buffer.offset) - y)


def memory_chart(memory: MemoryMap, name: str) -> Svg | None:
    """The picture, or ``None`` if there is nothing to draw.

    Args:
        memory: operators along x in execution order, byte offsets upwards.
        name: the variant's name, for readers who do not see the picture.
    """
    top = max([memory.size, memory.live_bound, *(b.offset + b.size for b in memory.buffers)])
    if not memory.steps or not memory.buffers or top <= 0:
        return None
    frame = _Frame(len(memory.steps), step_width(len(memory.steps)), top)
    below, names = step_names(memory.steps, StepAxis(_LEFT, _TOP + _PLOT, frame.step))
    width, height = _LEFT + frame.width + _RIGHT, _TOP + _PLOT + below
    words = (
        f"memory map of {one_line(name)}: {len(memory.buffers)} buffers over {len(memory.steps)} steps,"
        f" arena {size(memory.size)}, live-set bound {size(memory.live_bound)}"
    )
    attributes: dict[str, str | float] = {
        "class": "map", "role": "img", "aria-label": words, "width": width, "height": height,
        "viewBox": f"0 0 {length(width)} {length(height)}",
    }  # fmt: skip
    return element(
        "svg",
        attributes,
        *_grid(frame),
        *_buffers(memory.buffers, frame),
        *_limits(memory, frame),
        *names,
    )


def _grid(frame: _Frame) -> Iterator[Svg]:
    """Byte offsets at powers of two, about five of them, and a fine line a step."""
    distance = 2 ** max(0, math.ceil(math.log2(frame.top_bytes / 6)))
    for offset in range(0, frame.top_bytes + 1, distance):
        yield _line("grid", _LEFT, frame.y(offset), _LEFT + frame.width, frame.y(offset))
        yield label(_LEFT - 8, frame.y(offset) + 4, number(offset), "end")
    if frame.step >= STEP_LEAST:
        for step in range(frame.steps + 1):
            yield _line("grid", frame.x(step), _TOP, frame.x(step), _TOP + _PLOT)
    yield label(_LEFT - 8, _TOP + _PLOT + _LINE + 4, "bytes", "end faint")


def _buffers(buffers: Sequence[Buffer], frame: _Frame) -> Iterator[Svg]:
    boxes = [frame.box(buffer) for buffer in buffers]
    for position, (buffer, box) in enumerate(zip(buffers, boxes, strict=True)):
        shape: dict[str, str | float] = {
            "class": f"buffer {_COLORS[position % len(_COLORS)]}",
            "x": box.x,
            "y": box.y,
            "width": max(box.width, 0.5),
            "height": max(box.height, 0.5),
        }
        where = f"offset {number(buffer.offset)}, steps {buffer.first} to {buffer.last}"
        yield rect(shape, f"{buffer.name}: {size(buffer.size)}, {where}")
    taken = list(boxes)
    for buffer, box in zip(buffers, boxes, strict=True):
        yield from _named(buffer, box, taken)


def _named(buffer: Buffer, box: _Box, taken: list[_Box]) -> Iterator[Svg]:
    """The buffer's name in its rectangle, or close above or below it where that is free."""
    if box.height >= _LINE:
        name = _short(buffer.name, box.width - 10)
        lines = [name, size(buffer.size)] if box.height >= 2.2 * _LINE else [name]
        middle = box.y + box.height / 2 + 4 - (len(lines) - 1) * _LINE / 2
        for position, line in enumerate(lines):
            if line and text_width(line) <= box.width - 6:
                yield label(box.x + 6, middle + position * _LINE, line, "faint" if position else "")
        return
    text = _short(f"{buffer.name}, {size(buffer.size)}", box.width - 6) or size(buffer.size)
    for y in (box.y - _LINE, box.y + box.height):
        place = _Box(box.x + 2, y, text_width(text), _LINE)
        inside = y >= _TOP - 2 and y + _LINE <= _TOP + _PLOT
        if inside and place.width <= box.width and not any(place.meets(other) for other in taken):
            taken.append(place)
            yield label(box.x + 6, y + _LINE - 4, text)
            return


def _short(name: str, width: float) -> str:
    """The name, its last fused part, that without outer scopes, its ends, nothing: what fits first."""
    name = one_line(name)
    if text_width(name) > width:
        name = name.rsplit(";", 1)[-1]
    while text_width(name) > width and "/" in name:
        name = name.split("/", 1)[1]
    return clipped(name, width)


def _limits(memory: MemoryMap, frame: _Frame) -> Iterator[Svg]:
    """The size of the plan and the bound no plan can beat, with their values at the right."""
    right = _LEFT + frame.width
    upper, bound = frame.y(memory.size), frame.y(memory.live_bound)
    yield _line("size", _LEFT, upper, right + 6, upper)
    yield _line("bound", _LEFT, bound, right + 6, bound)
    lines = [
        (upper, f"arena {size(memory.size)}", "strong"),
        (bound, f"bound {size(memory.live_bound)}", "bound"),
        (bound, f"gap {size(memory.size - memory.live_bound)}", "faint"),
    ]
    y = -math.inf
    for wanted, text, style in lines:
        y = max(wanted + 4, y + _LINE)
        yield label(right + 10, y, text, style)


def _line(style: str, x1: float, y1: float, x2: float, y2: float) -> Svg:
    return element("line", {"class": style, "x1": x1, "y1": y1, "x2": x2, "y2": y2})
