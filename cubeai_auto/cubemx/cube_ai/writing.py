"""Writing parameters into a project that has X-CUBE-AI already."""

from __future__ import annotations

from collections.abc import Iterable

from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, InstalledNetwork
from cubeai_auto.cubemx.cube_ai.parameters import Value
from cubeai_auto.cubemx.cube_ai.request import Analysis, NetworkRequest
from cubeai_auto.cubemx.cube_ai.totals import NetworkFigures
from cubeai_auto.cubemx.document import IocDocument, IocFormatError

__all__ = ["check_lists", "known_figures", "list_entries", "new_figures", "set_parameters"]


def list_entries(document: IocDocument, instance: str, name: str, separator: str = ",") -> list[str]:
    """The entries of a list parameter; none if it is absent or empty."""
    value = document.get(f"{instance}.{name}") or ""
    return [part for part in value.split(separator) if part]


def set_parameters(after: IocDocument, instance: str, values: Iterable[Value]) -> None:
    """Set parameters of a pack; new names are appended to its ``IPParameters``.

    Raises:
        IocFormatError: the project has no ``IPParameters``; CubeMX drops what is not listed there.
    """
    key = f"{instance}.IPParameters"
    listed = list_entries(after, instance, "IPParameters")
    before = len(listed)
    values = tuple(values)
    if values and not listed:
        msg = f"the file has no {key}"
        raise IocFormatError(msg, hint="restore the file from version control")
    for value in values:
        after.set(f"{instance}.{value.name}", value.text)
        if value.name not in listed:
            listed.append(value.name)
    if len(listed) != before:
        after.set(key, ",".join(listed))


def check_lists(document: IocDocument, installed: InstalledCubeAI) -> None:
    """Refuse lists of networks that do not have one entry each.

    Raises:
        IocFormatError: their lengths differ, or a network has no name.
    """
    names = list_entries(document, installed.instance, "ModelNameList")
    addresses = list_entries(document, installed.instance, "WorkingBufferStartAddrList")
    listed = list_entries(document, installed.instance, "ModelHashList", ";")
    slots = [network.slot for network in installed.networks]
    if len(names) != len(slots) or listed != slots or len(addresses) > len(slots):
        msg = f"the project lists {len(slots)} slots, {len(names)} names and {len(addresses)} buffers"
        raise IocFormatError(msg, hint="repair the list of networks in CubeMX")


def known_figures(network: InstalledNetwork, analysis: Analysis | None) -> NetworkFigures:
    """The figures of a network of the project, the new ones if there are."""
    ram = network.ram if network.analyzed else None
    return NetworkFigures(network.name, ram if analysis is None else analysis.ram, analysis)


def new_figures(network: NetworkRequest) -> NetworkFigures:
    """The figures of a network on its way into a project."""
    analysis = network.analysis
    return NetworkFigures(network.name, None if analysis is None else analysis.ram, analysis)
