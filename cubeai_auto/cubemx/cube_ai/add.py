"""Adding X-CUBE-AI to a CubeMX project: every place that CubeMX itself would change, or none."""

from __future__ import annotations

from collections.abc import Iterable

from cubeai_auto.cubemx.cube_ai.calls import FUNCTIONS, call_application
from cubeai_auto.cubemx.cube_ai.contexts import add_to_context, context_of_new_pack
from cubeai_auto.cubemx.cube_ai.extend import extend
from cubeai_auto.cubemx.cube_ai.guards import finished_edit, refuse_damaged, refuse_leftovers
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.memory import raised_size
from cubeai_auto.cubemx.cube_ai.names import (
    CORE,
    CORE_VALUE,
    PackVersion,
    UnsupportedProjectError,
    application_value,
    instance_name,
    virtual_pin,
)
from cubeai_auto.cubemx.cube_ai.neural_values import neural_art_values
from cubeai_auto.cubemx.cube_ai.parameters import (
    INTERNAL_RAM,
    Slot,
    Value,
    parameter_order,
    slot_values,
    switch_values,
)
from cubeai_auto.cubemx.cube_ai.peripherals import (
    add_component_pin,
    enable_axi_cache,
    enable_crc,
    enable_m7_caches,
    take_uart,
)
from cubeai_auto.cubemx.cube_ai.request import AddRequest
from cubeai_auto.cubemx.cube_ai.third_parties import (
    Satellite,
    ThirdParty,
    insert_third_party,
    read_third_parties,
    write_third_parties,
)
from cubeai_auto.cubemx.cube_ai.totals import total_values
from cubeai_auto.cubemx.cube_ai.writing import new_figures
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import Edit

__all__ = ["add_cube_ai"]

_DEFAULT_SIZE = 0x800
_UNSET_HEAP, _UNSET_STACK = 0x200, 0x400


def add_cube_ai(document: IocDocument, request: AddRequest) -> Edit:
    """Work out a project with X-CUBE-AI; the document itself is not changed.

    A project that has the pack already gets the networks that are missing, and the new figures of
    those that are there; asking again for what is there changes nothing.

    Args:
        document: the project.
        request: pack, networks and choices.

    Raises:
        AlreadyInstalledError: the project has another version of the pack, another application, or
            another network of the same name.
        UnsupportedProjectError: a divided project other than an STM32N6 with one application, or a
            UART that is not configured.
        IocEditError: merge markers, duplicate keys, or traces of a pack that is not there.
        IocFormatError: a value that the edit builds on cannot be read.
    """
    refuse_damaged(document)
    installed = installed_cube_ai(document)
    after = document.copy()
    if installed is None:
        refuse_leftovers(document)
        notes = _install(after, request)
    else:
        notes = extend(after, installed, request)
    return finished_edit(document, after, notes)


def _install(after: IocDocument, request: AddRequest) -> tuple[str, ...]:
    version = request.version
    context = context_of_new_pack(after, version)
    _check_context(request, context)
    instance = instance_name(version, context)
    slots = tuple(Slot(network.slot_id, network) for network in request.networks)
    values = [*_component_values(request), *_sizes(after, request, context), *_lists(slots)]
    for slot in slots:
        values += slot_values(version, slot)
    values += switch_values(version, slots, request.switches)
    figures = tuple(new_figures(network) for network in request.networks)
    values += total_values(after, instance, version, figures)
    if request.neural_art is not None:
        values += neural_art_values(after, request.neural_art, slots)
    notes = [*_surroundings(after, request, context)]
    if request.uart is not None:
        for value in take_uart(after, instance, version, request.uart):
            after.set(value.name, value.text)
    _write_parameters(after, instance, slots, values)
    _write_components(after, request, context)
    return (*notes, *_notes(request, version))


def _component_values(request: AddRequest) -> list[Value]:
    found = [Value(CORE_VALUE, "true")]
    if request.application is not None:
        found.append(Value(application_value(request.version.application), request.application))
    return found


def _sizes(after: IocDocument, request: AddRequest, context: str | None) -> list[Value]:
    default = _DEFAULT_SIZE if request.version >= PackVersion(6, 0) else None
    return [
        Value(name, raised_size(after, f"ProjectManager.{name}", wanted, unset=unset, context=context))
        for name, wanted, unset in (
            ("HeapSize", default if request.heap is None else request.heap, _UNSET_HEAP),
            ("StackSize", default if request.stack is None else request.stack, _UNSET_STACK),
        )
    ]


def _lists(slots: tuple[Slot, ...]) -> list[Value]:
    return [
        Value("ModelHashList", ";".join(slot.id for slot in slots)),
        Value("ModelNameList", ",".join(slot.network.name for slot in slots)),
        Value("WorkingBufferStartAddrList", ",".join(INTERNAL_RAM for _ in slots)),
    ]


def _surroundings(after: IocDocument, request: AddRequest, context: str | None) -> Iterable[str]:
    """Peripherals, caches and calls around the pack; yields what an engineer should know."""
    version = request.version
    if context is not None:
        add_to_context(after, context, f"{instance_name(version, context)}:I")
    if version.needs_crc and context is None:
        enable_crc(after)
    if request.caches:
        if context is not None:
            enable_axi_cache(after, context)
        elif enable_m7_caches(after):
            yield "both caches of the Cortex-M7 are enabled: DMA buffers need cache maintenance"
    if context is None and request.application is not None:
        if FUNCTIONS in after:
            call_application(after, version.pack)
        else:
            yield f"the file has no {FUNCTIONS}: CubeMX will call the application where it likes"


def _write_parameters(
    after: IocDocument, instance: str, slots: tuple[Slot, ...], values: Iterable[Value]
) -> None:
    texts = {value.name: value.text for value in values}
    for name, text in texts.items():
        after.set(f"{instance}.{name}", text)
    known = [name for name in parameter_order(tuple(slot.id for slot in slots)) if name in texts]
    others = [name for name in texts if name not in set(known)]
    after.set(f"{instance}.IPParameters", ",".join([*known, *others]))


def _write_components(after: IocDocument, request: AddRequest, context: str | None) -> None:
    version = request.version
    instance = instance_name(version, context)
    selected = [(CORE, f"{CORE_VALUE}:true;")]
    if request.application is not None:
        choice = f"{application_value(version.application)}:{request.application};"
        selected.append((version.application, choice))
    for component, _ in selected:
        after.set(f"{instance}.{component}_Checked", "true")
        add_component_pin(after, virtual_pin(component, version, context), component)
    core_first = version < PackVersion(6, 0)
    parts = [text for _, text in (selected if core_first else reversed(selected))]
    after.set(f"{instance}_SwParameter", "".join(parts))
    satellites: tuple[Satellite, ...] = ()
    if context is not None:
        satellites = (Satellite("_ContextShortName", context), Satellite("_Instance", instance))
    new = ThirdParty(version.pack, satellites)
    write_third_parties(after, insert_third_party(read_third_parties(after), new))


def _check_context(request: AddRequest, context: str | None) -> None:
    if request.neural_art is not None and context is None:
        msg = "only an STM32N6 project has the NPU that Neural-ART needs"
        raise UnsupportedProjectError(msg, hint="leave Neural-ART out for this project")
    if request.uart is not None and context is not None:
        msg = f"{request.application} on an STM32N6 has a form that no real project shows"
        raise UnsupportedProjectError(msg, hint="choose ApplicationTemplate, or no application")


def _notes(request: AddRequest, version: PackVersion) -> Iterable[str]:
    if version.note is not None:
        yield version.note
    for network in request.networks:
        if network.analysis is None:
            yield f"{network.name} has no analysis: analyze it in CubeMX before it can generate code"
        elif version < PackVersion(5, 1) and not network.analysis.input_bytes:
            yield f"{network.name}: pack {version} wants the bytes of its tensors, unknown here"
        if network.model[:1] in {"/", "\\"} or network.model[1:2] == ":":
            yield f"the path of {network.name} is absolute: the project works on this machine only"
