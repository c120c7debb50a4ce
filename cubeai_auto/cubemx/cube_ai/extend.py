"""Adding networks to a project that has X-CUBE-AI already, and refreshing their figures."""

from __future__ import annotations

from collections.abc import Iterable

from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, InstalledNetwork
from cubeai_auto.cubemx.cube_ai.memory import raised_size
from cubeai_auto.cubemx.cube_ai.names import UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.parameters import (
    INTERNAL_RAM,
    Slot,
    Value,
    analysis_values,
    slot_values,
    switch_values,
)
from cubeai_auto.cubemx.cube_ai.request import AddRequest, NetworkRequest
from cubeai_auto.cubemx.cube_ai.totals import NetworkFigures, total_values
from cubeai_auto.cubemx.cube_ai.writing import (
    check_lists,
    known_figures,
    list_entries,
    new_figures,
    set_parameters,
)
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.errors import UsageError

__all__ = ["AlreadyInstalledError", "extend"]


class AlreadyInstalledError(UsageError):
    """The project already has X-CUBE-AI in a form that contradicts the request."""


def extend(after: IocDocument, installed: InstalledCubeAI, request: AddRequest) -> tuple[str, ...]:
    """Add the missing networks of a request to a document; notes for the engineer.

    Raises:
        AlreadyInstalledError: the request contradicts what is there.
        UnsupportedProjectError: a further network in a project with contexts.
        IocFormatError: the lists of the present networks do not fit together.
    """
    _check_pack(installed, request)
    new = [network for network in request.networks if not _present(installed, network)]
    changed = [network for network in request.networks if _refreshed(installed, network)]
    notes = [] if installed.version.note is None else [installed.version.note]
    values = _raised_sizes(after, installed, request)
    if new and installed.context is not None:
        msg = f"a further network in the context {installed.context} is not supported"
        raise UnsupportedProjectError(msg, hint="add it in CubeMX, or remove-ai and add all at once")
    slots = tuple(_slot(installed, network) for network in new)
    if slots:
        check_lists(after, installed)
        values += _further_slots(after, installed, request, slots)
        notes += [f"{network.name} is added as a further network" for network in new]
    for network in changed:
        old = installed.network(network.name)
        if old is not None and network.analysis is not None:
            values += analysis_values(old.slot, network.analysis)
            notes.append(f"the cached figures of {network.name} are replaced")
    set_parameters(after, installed.instance, values)
    if slots or changed:
        figures = _all_figures(installed, new, changed)
        totals = total_values(after, installed.instance, installed.version, figures)
        set_parameters(after, installed.instance, totals)
    return (*notes, *_unanalyzed(new))


def _check_pack(installed: InstalledCubeAI, request: AddRequest) -> None:
    if installed.version != request.version:
        msg = f"the project has X-CUBE-AI {installed.version} already, not {request.version}"
        raise AlreadyInstalledError(msg, hint=f"use upgrade-ai to move it to {request.version}")
    if request.application not in {None, installed.application}:
        msg = f"the project has {installed.application or 'Core only'}, not {request.application}"
        raise AlreadyInstalledError(msg, hint="use remove-ai, then add-ai with the other application")
    present = None if installed.uart is None else installed.uart.instance
    if request.uart not in {None, present}:
        msg = f"the application uses {present or 'no UART'}, not {request.uart}"
        raise AlreadyInstalledError(msg, hint="use remove-ai, then add-ai with the other UART")


def _named(installed: InstalledCubeAI, network: NetworkRequest) -> InstalledNetwork | None:
    """The network whose C names would collide: ST's macros are in upper case."""
    wanted = network.name.upper()
    return next((old for old in installed.networks if old.name.upper() == wanted), None)


def _present(installed: InstalledCubeAI, network: NetworkRequest) -> bool:
    old = _named(installed, network)
    if old is None:
        if network.slot in {known.slot for known in installed.networks} | {*installed.orphan_slots}:
            msg = f"the slot of {network.name} is in use: {network.slot}"
            raise AlreadyInstalledError(msg, hint="leave the slot out, then a free one is taken")
        return False
    same = (old.name, old.path) == (network.name, network.model)
    if not same or old.kind not in {None, network.kind} or network.slot not in {None, old.slot}:
        msg = f"the project has another network {old.name}: {old.path or 'without a file'}"
        raise AlreadyInstalledError(msg, hint="give the new network another name")
    return True


def _refreshed(installed: InstalledCubeAI, network: NetworkRequest) -> bool:
    old, analysis = installed.network(network.name), network.analysis
    if old is None or analysis is None:
        return False
    new = (analysis.macc, analysis.ram, analysis.flash, analysis.compression)
    return (old.macc, old.ram, old.flash, old.actual_compression) != new


def _slot(installed: InstalledCubeAI, network: NetworkRequest) -> Slot:
    """A slot that no key of the project has: replaced networks leave keys behind."""
    used = {known.slot for known in installed.networks} | {*installed.orphan_slots}
    slot = network.slot_id
    for number in range(1, len(used) + 2):
        if slot not in used:
            break
        slot = network.next_slot_id(number)
    return Slot(slot, network)


def _further_slots(
    after: IocDocument, installed: InstalledCubeAI, request: AddRequest, slots: tuple[Slot, ...]
) -> list[Value]:
    instance, version = installed.instance, installed.version
    addresses = list_entries(after, instance, "WorkingBufferStartAddrList")
    addresses += [INTERNAL_RAM] * (len(installed.networks) + len(slots) - len(addresses))
    ids = [*(old.slot for old in installed.networks), *(slot.id for slot in slots)]
    names = list_entries(after, instance, "ModelNameList")
    names += [slot.network.name for slot in slots]
    values = [
        Value("ModelHashList", ";".join(ids)),
        Value("ModelNameList", ",".join(names)),
        Value("WorkingBufferStartAddrList", ",".join(addresses)),
    ]
    for slot in slots:
        values += slot_values(version, slot)
    switches = switch_values(version, slots, installed.switches or request.switches)
    return [*values, *(value for value in switches if f"{instance}.{value.name}" not in after)]


def _all_figures(
    installed: InstalledCubeAI, new: list[NetworkRequest], changed: list[NetworkRequest]
) -> tuple[NetworkFigures, ...]:
    fresh = {network.name: network.analysis for network in changed}
    known = tuple(known_figures(old, fresh.get(old.name)) for old in installed.networks)
    return (*known, *(new_figures(network) for network in new))


def _raised_sizes(after: IocDocument, installed: InstalledCubeAI, request: AddRequest) -> list[Value]:
    found = []
    for name, wanted, unset in (
        ("HeapSize", request.heap, 0x200),
        ("StackSize", request.stack, 0x400),
    ):
        if wanted is not None:
            key = f"ProjectManager.{name}"
            present = after.get(key)
            text = raised_size(after, key, wanted, unset=unset, context=installed.context)
            if after.get(key) != present:
                found.append(Value(name, text))
    return found


def _unanalyzed(networks: Iterable[NetworkRequest]) -> Iterable[str]:
    for network in networks:
        if network.analysis is None:
            yield f"{network.name} has no analysis: analyze it in CubeMX before it can generate code"
