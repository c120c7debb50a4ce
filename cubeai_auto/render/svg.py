"""SVG as text: elements whose attributes and texts are escaped, and numbers that are finite.

The pictures stand inside an HTML page and take their colors from its style sheet by class, so
that they follow its light and dark scheme; they refer to nothing outside the page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Final, NewType

from cubeai_auto.render.text import one_line

__all__ = ["Svg", "clipped", "element", "label", "length", "percent", "rect", "text_width", "title"]

Svg = NewType("Svg", str)
"""Finished markup; only the functions of this module make it."""

_CHAR_WIDTH: Final = 6.6
"""Mean width of a character of the 11-pixel label font, in pixels, on the generous side."""


def length(value: float) -> str:
    """A coordinate: at most two digits, no exponent.

    Raises:
        ValueError: the value is not finite.
    """
    if not math.isfinite(value):
        msg = f"not a coordinate: {value}"
        raise ValueError(msg)
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(part: float, whole: float) -> str:
    """A share of the picture's width; 0 of nothing is 0.

    Raises:
        ValueError: a value is not finite.
    """
    return f"{length(100 * part / whole if whole else 0.0)}%"


def element(name: str, attributes: Mapping[str, str | float], *children: Svg) -> Svg:
    """An element with its children; numbers in attributes are written as coordinates."""
    inside = "".join(
        f' {key}="{escape(one_line(value)) if isinstance(value, str) else length(value)}"'
        for key, value in attributes.items()
    )
    body = "".join(children)
    return Svg(f"<{name}{inside}>{body}</{name}>")


def title(text: str) -> Svg:
    """The text a pointer or a screen reader gets; the first child of the element it names."""
    return Svg(f"<title>{escape(one_line(text))}</title>")


def rect(attributes: Mapping[str, str | float], text: str) -> Svg:
    """A rectangle with a title."""
    return element("rect", attributes, title(text))


def label(x: float, y: float, text: str, style: str = "", **attributes: str | float) -> Svg:
    """A line of text at its base line; ``style`` is a class of the style sheet."""
    place: dict[str, str | float] = {"x": x, "y": y, "class": f"label {style}".strip(), **attributes}
    return element("text", place, Svg(escape(one_line(text))))


def text_width(text: str) -> float:
    """About how wide a label is, in pixels."""
    return len(text) * _CHAR_WIDTH


def clipped(text: str, width: float) -> str:
    """A label cut to a width, its middle replaced by an ellipsis; empty if nothing useful fits."""
    text = one_line(text)
    room = int(width / _CHAR_WIDTH)
    if len(text) <= room:
        return text
    if room < 4:
        return ""
    head = (room - 1) // 2
    return f"{text[:head]}\u2026{text[len(text) - (room - 1 - head) :]}"
