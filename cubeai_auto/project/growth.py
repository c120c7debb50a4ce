"""Limits on growth as people write them: ``"2 %"``, ``"512 B"``, ``1000``."""

from __future__ import annotations

import re

from cubeai_auto.compare.changes import Growth
from cubeai_auto.project.sizes import LARGEST, parse_size

__all__ = ["PERCENT_PATTERN", "parse_count_growth", "parse_size_growth"]

PERCENT_PATTERN = r"^[0-9]{1,4}(\.[0-9]{1,6})? ?%$"
"""A share, in the regular expressions that JSON Schema, Rust and Python share."""

_PERCENT = re.compile(PERCENT_PATTERN.removesuffix("$"), re.ASCII)


def parse_size_growth(value: object) -> Growth:
    """How much a size may grow: a share, or bytes.

    Args:
        value: text such as ``"2 %"``, or a size as :func:`parse_size` takes it.

    Raises:
        ValueError: it is neither.
    """
    share = _share(value)
    return Growth(amount=parse_size(value)) if share is None else share


def parse_count_growth(value: object) -> Growth:
    """How much a count may grow: a share, or a whole number.

    Raises:
        ValueError: it is neither.
    """
    share = _share(value)
    if share is not None:
        return share
    if not isinstance(value, int) or isinstance(value, bool):
        msg = 'a growth is text such as "2 %" or a whole number'
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns only ValueError into a report
    if not 0 <= value <= LARGEST:
        msg = "a growth is at least 0"
        raise ValueError(msg)
    return Growth(amount=value)


def _share(value: object) -> Growth | None:
    """The share, if the value is text that ends in a percent sign.

    Raises:
        ValueError: it does, but there is no number before it.
    """
    if not isinstance(value, str) or not value.rstrip().endswith("%"):
        return None
    if _PERCENT.fullmatch(value) is None:
        msg = 'a share is written like "2 %" or "0.5 %"'
        raise ValueError(msg)
    return Growth(share=float(value.rstrip("% ")) / 100)
