"""ST's description of an MCU: the XML of CubeMX's database and of the open pin data.

The root is ``Mcu`` in the default namespace ``http://dummy.com``. What is read: name, family, package,
cores, clock, memory sizes, pins with their signals, peripherals, project contexts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.cubemx.mcu.size_table import SizeRow, SizeTableError, core_name, expand
from cubeai_auto.cubemx.xmltext import XmlElement, XmlFormatError, parse_xml
from cubeai_auto.errors import InputError
from cubeai_auto.files import existing_file, refusals

__all__ = ["Mcu", "McuPeripheral", "McuPin", "McuXmlError", "parse_mcu", "read_mcu"]

MAX_BYTES = 8 * 1024 * 1024
"""Largest file; fifty times the largest description."""

_SIZE_LIMIT_KIB = 1 << 30
_NUMBER = re.compile(r"[0-9]{1,10}")
_NAME = re.compile(r"STM32[A-Za-z0-9()-]{2,60}")


class McuXmlError(InputError):
    """A file is not a readable description of an MCU."""


@dataclass(frozen=True, slots=True)
class McuPin:
    """A pin: ``position`` is its number or ball on the package, ``signals`` what it can carry."""

    name: str
    position: str
    kind: str
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class McuPeripheral:
    """A peripheral: ``instance`` is ``USART2``, ``kind`` is ``USART``."""

    instance: str
    kind: str
    version: str


@dataclass(frozen=True, slots=True)
class Mcu:
    """A description; sizes as in :class:`~cubeai_auto.cubemx.mcu.size_table.SizeRow`."""

    sizes: SizeRow
    die: str
    contexts: tuple[str, ...]
    peripherals: tuple[McuPeripheral, ...]
    pins: tuple[McuPin, ...]

    def signals_of(self, pin: str) -> tuple[str, ...]:
        """What a pin can carry; ``PC14`` is also found as ``PC14-OSC32_IN``; empty if not there."""
        names = {re.split(r"[^A-Z0-9]", found.name)[0]: found.signals for found in self.pins}
        return names.get(pin, ())


def read_mcu(path: Path) -> Mcu:
    """Read a description.

    Raises:
        MissingPathError: there is no such file.
        McuXmlError: it is none, or damaged.
        RefusedError: it cannot be read.
    """
    existing_file(path, "the MCU description")
    with refusals("read", path), path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    return parse_mcu(data, str(path))


def parse_mcu(data: bytes, what: str) -> Mcu:
    """The description in these bytes; ``what`` names them in errors.

    Raises:
        McuXmlError: not well-formed, with a document type or entities, of another kind, too large, or
            with a value that cannot be.
    """
    if len(data) > MAX_BYTES:
        raise _wrong(what, f"larger than {MAX_BYTES} bytes")
    try:
        root = parse_xml(data, root="Mcu").root
    except XmlFormatError as error:
        raise _wrong(what, error.message) from error
    children: dict[str, list[XmlElement]] = {}
    for child in root.children:
        children.setdefault(child.name, []).append(child)
    return Mcu(
        sizes=_sizes(root, children, what),
        die=_only(children, "Die"),
        contexts=tuple(_attribute(c, "Name", what) for c in children.get("Context", ())),
        peripherals=tuple(
            McuPeripheral(
                _attribute(ip, "InstanceName", what),
                _attribute(ip, "Name", what),
                ip.get("Version") or "",
            )
            for ip in children.get("IP", ())
        ),
        pins=tuple(_pin(pin, what) for pin in children.get("Pin", ())),
    )


def _sizes(root: XmlElement, children: Mapping[str, list[XmlElement]], what: str) -> SizeRow:
    ref_name = _attribute(root, "RefName", what)
    if not _NAME.fullmatch(ref_name):
        raise _wrong(what, f"RefName is {ref_name[:60]!r}")
    try:
        expand(ref_name)
    except SizeTableError as error:
        raise _wrong(what, error.message) from error
    cores = tuple(core_name(core.text) for core in children.get("Core", ()))
    if not cores or not all(re.fullmatch(r"cortex-[am][0-9]{1,2}(plus)?", core) for core in cores):
        raise _wrong(what, f"Core is {', '.join(cores)[:60] or 'missing'}")
    clocks = _numbers(children, "Frequency", what)
    flash, ram, ccm = (_numbers(children, name, what) for name in ("Flash", "Ram", "CCMRam"))
    if not flash or not ram:
        raise _wrong(what, f"{'Ram' if flash else 'Flash'} is missing")
    return SizeRow(
        ref_name=ref_name,
        family=_attribute(root, "Family", what),
        line=_attribute(root, "Line", what),
        package=_attribute(root, "Package", what),
        cores=cores,
        mhz=clocks[0] if clocks else None,
        flash_kib=flash,
        ram_kib=ram,
        ccm_kib=ccm,
    )


def _pin(pin: XmlElement, what: str) -> McuPin:
    return McuPin(
        name=_attribute(pin, "Name", what),
        position=_attribute(pin, "Position", what),
        kind=_attribute(pin, "Type", what),
        signals=tuple(_attribute(signal, "Name", what) for signal in pin.all("Signal")),
    )


def _only(children: Mapping[str, list[XmlElement]], name: str) -> str:
    found = children.get(name, [])
    return found[0].text.strip() if found else ""


def _attribute(element: XmlElement, name: str, what: str) -> str:
    value = element.get(name)
    if value is None:
        raise _wrong(what, f"line {element.line}: {element.name} has no {name}")
    return value


def _numbers(children: Mapping[str, list[XmlElement]], name: str, what: str) -> tuple[int, ...]:
    """The values of the elements of that name, as ST writes them: whole KiB or MHz."""
    values = []
    for element in children.get(name, ()):
        text = element.text.strip()
        if not _NUMBER.fullmatch(text) or int(text) > _SIZE_LIMIT_KIB:
            raise _wrong(what, f"line {element.line}: {name} is {text[:40]!r}")
        values.append(int(text))
    return tuple(values)


def _wrong(what: str, problem: str) -> McuXmlError:
    msg = f"{what} is no readable MCU description: {problem}"
    return McuXmlError(msg, hint="give an XML file of CubeMX's db/mcu or of STM32_open_pin_data/mcu")
