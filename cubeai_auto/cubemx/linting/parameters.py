"""Rules on the lists of parameter names: what they do not name, CubeMX drops on load."""

from __future__ import annotations

import re

from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, pack_keys
from cubeai_auto.cubemx.linting.view import View

__all__ = ["check_parameters"]

_LISTS = (".IPParameters", ".GPIOParameters")
_PIN_KEYS = frozenset({"Mode", "Signal", "Locked", "GPIOParameters", "ContextOwner"})
_DESCRIPTOR = re.compile(
    r".*(Jj|Cc).*\.\w+|\w+Jj\w+_(bundle|class|name|size|vendor|version)|NNModelInformation_.*|_\w+"
    r"|.*_RteComponent[0-9]+",
    re.DOTALL,
)
_OLDEST_WITHOUT_DESCRIPTORS = 6


def check_parameters(view: View) -> None:
    """Rules ``parameters.*``."""
    _check_listed(view)
    for pack in view.packs:
        _check_pack(view, pack)
    _check_peripherals(view)
    _check_pins(view)


def _check_listed(view: View) -> None:
    for key, value in view.values.items():
        ending = next((one for one in _LISTS if key.endswith(one)), None)
        if ending is None:
            continue
        owner = key.removesuffix(ending)
        names = dict.fromkeys(name for name in value.split(",") if name)
        absent = [name for name in names if f"{owner}.{name}" not in view.values]
        if absent:
            view.find("parameters.listed", f"it names {_few(absent)}, and there is no such key", key)


def _check_pack(view: View, pack: InstalledCubeAI) -> None:
    prefix = f"{pack.instance}."
    listed = {*pack.parameters, "IPParameters"}
    lost = []
    for key in pack_keys(view.document, pack.instance):
        if not key.startswith(prefix):
            continue
        name = key.removeprefix(prefix)
        exempt = name.endswith("_Checked") or name.startswith("BSP.")
        old = pack.version.major < _OLDEST_WITHOUT_DESCRIPTORS and _DESCRIPTOR.fullmatch(name)
        if name not in listed and not exempt and not old:
            lost.append(key)
    if lost:
        names = _few([key.removeprefix(prefix) for key in lost])
        view.find(
            "parameters.unlisted",
            f"{prefix}IPParameters does not name {names}: CubeMX drops it",
            lost[0],
        )


def _check_peripherals(view: View) -> None:
    """Only plain names: ``RIF`` and the memory tool nest their own lists."""
    for ip in dict.fromkeys(view.ips):
        names = view.values.get(f"{ip}.IPParameters")
        if names is not None:
            _check_unlisted(view, ip, {*names.split(","), "IPParameters"})


def _check_pins(view: View) -> None:
    for pin in dict.fromkeys(view.pins):
        names = view.values.get(f"{pin}.GPIOParameters")
        if names is not None:
            _check_unlisted(view, pin, {*names.split(","), *_PIN_KEYS})


def _check_unlisted(view: View, owner: str, listed: set[str]) -> None:
    lost = [
        key
        for key in view.owned(owner)
        if (name := key[len(owner) + 1 :]) not in listed
        and not name.endswith("_Checked")
        and not name.startswith("IPParameters")
    ]
    if lost:
        names = _few([key[len(owner) + 1 :] for key in lost])
        view.find("parameters.dropped", f"{names} of {owner} is not in its list of parameters", lost[0])


def _few(names: list[str]) -> str:
    """The first names, and how many more."""
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")
