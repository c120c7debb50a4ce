"""Rules on the numbered lists, their counters, and the pins."""

from __future__ import annotations

import re

from cubeai_auto.cubemx.linting.view import View
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, RowList

__all__ = ["check_pins", "check_rows"]

_PIN_KEY = re.compile(r"((?:VP_|P[A-Z][0-9]{1,2}(?![A-Za-z0-9])).*)\.(Mode|Signal|Locked)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,9}")


def check_rows(view: View) -> None:
    """Rules ``rows.*``."""
    for rows in (PINS, THIRD_PARTIES, IPS):
        numbers = view.numbers(rows)
        _check_counter(view, rows, len(numbers))
        for wanted, number in enumerate(numbers):
            if wanted != number:
                key = f"{rows.prefix}{number}"
                view.find("rows.gap", f"there is no {rows.prefix}{wanted} before it", key)
                break
        seen: dict[str, str] = {}
        for number in numbers:
            key = f"{rows.prefix}{number}"
            value = view.values[key]
            if value in seen:
                view.find("rows.duplicate", f"{value!r} is {seen[value]} already", key)
            seen.setdefault(value, key)


def _check_counter(view: View, rows: RowList, count: int) -> None:
    text = view.values.get(rows.counter)
    if text is None:
        if count:
            view.find("rows.count", f"{count} rows and no {rows.counter}", f"{rows.prefix}0")
        return
    allowed = {count}
    if rows is IPS and "BSP_IP_NAME" in view.values:
        allowed.add(count + 1)
    if not _NUMBER.fullmatch(text) or int(text) not in allowed:
        view.find("rows.count", f"it says {text!r}, and there are {count} rows", rows.counter)


def check_pins(view: View) -> None:
    """Rules ``pins.*``."""
    rows = set(view.pins)
    for number in view.numbers(PINS):
        key = f"{PINS.prefix}{number}"
        pin = view.values[key]
        virtual = pin.startswith("VP_")
        endings = ("Mode", "Signal") if virtual else ("Mode", "Signal", "Locked")
        if not any(f"{pin}.{ending}" in view.values for ending in endings):
            view.find("pins.mode", f"the pin {pin} has no key: CubeMX drops the row", key)
    told: set[str] = set()
    for key in view.values:
        match = _PIN_KEY.fullmatch(key)
        if match and match[1] not in rows and match[1] not in told:
            told.add(match[1])
            view.find("pins.registered", f"{match[1]} is no row of Mcu.Pin: CubeMX drops it", key)
