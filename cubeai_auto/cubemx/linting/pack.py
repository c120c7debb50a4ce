"""Rules on X-CUBE-AI: networks, versions, components, functions, heap and stack, CRC."""

from __future__ import annotations

import re
from collections import Counter

from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, pack_keys
from cubeai_auto.cubemx.cube_ai.names import (
    CORE_VALUE,
    INIT_FUNCTION,
    PACK,
    PROCESS_FUNCTION,
    application_value,
    virtual_pin,
    virtual_pin_pattern,
)
from cubeai_auto.cubemx.facts import FUNCTIONS
from cubeai_auto.cubemx.functions import parse_functions
from cubeai_auto.cubemx.linting.finding import Severity
from cubeai_auto.cubemx.linting.view import View
from cubeai_auto.cubemx.rows import PINS, THIRD_PARTIES

__all__ = ["check_pack"]

_NEEDED = ("ModelName", "ModelKind", "ModelStructureFile")
_PACK_TEXT = re.compile(rf"(VP_)?{re.escape(PACK)}(?![A-Za-z0-9-])")
_SIZE = re.compile(r"0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10}")
_WITHOUT_SOFTWARE_PARAMETER = 5


def check_pack(view: View) -> None:
    """Rules ``ai.*``, but those that look at generated files."""
    if view.unreadable is not None:
        view.find("ai.version", view.unreadable, _first_row(view))
        return
    _check_version(view)
    for pack in view.packs:
        _check_slots(view, pack)
        _check_components(view, pack)
        _check_functions(view, pack)
        _check_sizes(view, pack)
        if pack.version.needs_crc and "CRC" not in view.ips:
            row = f"{THIRD_PARTIES.prefix}{pack.row}"
            view.find(
                "ai.crc", f"X-CUBE-AI {pack.version} needs the CRC unit, no Mcu.IP row is CRC", row
            )


def _first_row(view: View) -> str | None:
    keys = (f"{THIRD_PARTIES.prefix}{number}" for number in view.numbers(THIRD_PARTIES))
    return next((key for key in keys if _PACK_TEXT.match(view.values[key])), None)


def _check_version(view: View) -> None:
    """Every mention of the pack belongs to a row of ``Mcu.ThirdParty``."""
    versions = {str(pack.version) for pack in view.packs}
    if len(versions) > 1:
        text = " and ".join(sorted(versions))
        view.find("ai.version", f"the project has X-CUBE-AI {text}", _first_row(view))
    known = {key for pack in view.packs for key in pack_keys(view.document, pack.instance)}
    instances = {name for pack in view.packs for name in (pack.instance, pack.version.pack)}
    strays: list[tuple[str, str]] = []
    for key, value in view.values.items():
        if key == FUNCTIONS:
            strays += [
                (key, entry.instance or entry.render())
                for entry in parse_functions(value)
                if PACK in entry.render() and entry.instance not in instances
            ]
        elif key.endswith(".IPs"):
            names = [part.removesuffix(":I") for part in value.split(",")]
            strays += [(key, name) for name in names if PACK in name and name not in instances]
        elif key.startswith(PINS.prefix) and _PACK_TEXT.match(value):
            if not _is_pin_of(value, versions):
                strays.append((key, value))
        elif _PACK_TEXT.match(key) and key not in known:
            pin = key.rpartition(".")[0]
            if not (key.startswith("VP_") and _is_pin_of(pin, versions)):
                strays.append((key, key))
    if strays:
        key, text = strays[0]
        more = f" (and {len(strays) - 1} more)" if len(strays) > 1 else ""
        installed = "X-CUBE-AI " + " and ".join(sorted(versions)) if versions else "no X-CUBE-AI"
        view.find("ai.version", f"{text}{more}, but the rows of Mcu.ThirdParty have {installed}", key)


def _is_pin_of(pin: str, versions: set[str]) -> bool:
    match = virtual_pin_pattern().fullmatch(pin)
    return match is not None and match["version"] in versions


def _check_slots(view: View, pack: InstalledCubeAI) -> None:
    hashes, names = f"{pack.instance}.ModelHashList", f"{pack.instance}.ModelNameList"
    slots = _parts(view.values.get(hashes), ";")
    listed = _parts(view.values.get(names), ",")
    if len(slots) != len(listed):
        view.find("ai.slots", f"{len(slots)} slots, and {len(listed)} names in ModelNameList", hashes)
    for what, key, values in (("slot", hashes, slots), ("network", names, listed)):
        for value, count in Counter(values).items():
            if count > 1:
                view.find("ai.slots", f"the {what} {value} stands {count} times", key)
    for position, slot in enumerate(slots):
        absent = [one for one in _NEEDED if f"{pack.instance}.{one}-{slot}" not in view.values]
        if absent:
            view.find("ai.slots", f"the slot {slot[:8]} has no {', '.join(absent)}", hashes)
        key = f"{pack.instance}.ModelName-{slot}"
        name = view.values.get(key)
        if name is not None and position < len(listed) and name != listed[position]:
            view.find("ai.slots", f"{name!r} here, {listed[position]!r} in ModelNameList", key)
    if pack.orphan_slots:
        orphans = ", ".join(slot[:8] for slot in pack.orphan_slots)
        message = f"keys of slots that ModelHashList does not name: {orphans}"
        suffixes = tuple(f"-{slot}" for slot in pack.orphan_slots)
        first = (key for key in pack_keys(view.document, pack.instance) if key.endswith(suffixes))
        view.find("ai.orphans", message, next(first, None))


def _check_components(view: View, pack: InstalledCubeAI) -> None:
    key = f"{pack.instance}_SwParameter"
    text = view.values.get(key)
    if text is not None:
        wanted = {f"{CORE_VALUE}:true"}
        if pack.application is not None:
            wanted.add(f"{application_value(pack.application_component)}:{pack.application}")
        found = set(_parts(text, ";"))
        if found != wanted:
            odd = ", ".join(sorted(found ^ wanted))
            view.find("ai.components", f"it does not fit the component keys: {odd}", key)
    elif pack.version.major > _WITHOUT_SOFTWARE_PARAMETER:
        row = f"{THIRD_PARTIES.prefix}{pack.row}"
        view.find("ai.components", f"there is no {key}", row)
    pins = set(view.pins)
    for component in pack.components:
        pin = virtual_pin(component, pack.version, pack.context)
        if pin not in pins:
            row = f"{THIRD_PARTIES.prefix}{pack.row}"
            view.find("ai.components", f"the component {component} has no row {pin}", row)


def _check_functions(view: View, pack: InstalledCubeAI) -> None:
    value = view.values.get(FUNCTIONS)
    if value is None:
        return
    names = {entry.function for entry in parse_functions(value)}
    listed = sorted(names & {INIT_FUNCTION, PROCESS_FUNCTION})
    if pack.application is None and listed:
        message = f"no application is chosen, and the list has {' and '.join(listed)}"
        view.find("ai.functions", message, FUNCTIONS)
    if pack.application is not None and len(listed) < 2:
        absent = " and ".join(sorted({INIT_FUNCTION, PROCESS_FUNCTION} - set(listed)))
        message = f"the application {pack.application} is chosen, and the list lacks {absent}"
        # The one real project with contexts lacks both.
        severity: Severity = "warning" if pack.context is None else "info"
        view.find("ai.functions", message, FUNCTIONS, severity=severity)


def _check_sizes(view: View, pack: InstalledCubeAI) -> None:
    for name, own in (("HeapSize", pack.heap), ("StackSize", pack.stack)):
        whole = view.values.get(f"ProjectManager.{name}")
        if own is None or whole is None:
            continue
        project = _of_context(whole, pack.context)
        if project is None or _size(own) != _size(project):
            key = f"{pack.instance}.{name}"
            view.find("ai.heap", f"{own} here, {whole} in ProjectManager.{name}", key)


def _of_context(text: str, context: str | None) -> str | None:
    """The part of ``FSBL-0x800,Appli-0x800`` that belongs to a context, or the whole plain text."""
    if "-" not in text:
        return text
    parts = dict(part.rpartition("-")[::2] for part in text.split(","))
    return parts.get(context or "")


def _size(text: str) -> int | str:
    return int(text, 0 if text[:2].lower() == "0x" else 10) if _SIZE.fullmatch(text) else text


def _parts(value: str | None, separator: str) -> list[str]:
    return [part for part in (value or "").split(separator) if part]
