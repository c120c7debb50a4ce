"""What an ``.ioc`` says about the X-CUBE-AI in it, typed; damaged files give typed errors.

The rows of ``Mcu.ThirdParty`` decide which pack is there, ``ModelHashList`` which networks it has:
CubeMX leaves the keys of replaced networks behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.cubemx.cube_ai.names import (
    CORE,
    PACK,
    PackVersion,
    UnsupportedProjectError,
    application_value,
    instance_name,
)
from cubeai_auto.cubemx.cube_ai.request import SwitchForm
from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.rows import THIRD_PARTIES, row_numbers
from cubeai_auto.errors import UsageError

__all__ = [
    "InstalledCubeAI",
    "InstalledNetwork",
    "InstalledUart",
    "installed_cube_ai",
    "installed_instances",
    "pack_keys",
    "stray_pack_keys",
]

_SLOT_KEY = re.compile(r"(?P<parameter>.+)-(?P<slot>[0-9a-f]{64})")
_COUNT = re.compile(r"[0-9]{1,18}")
_MOST = 16
_NO_APPLICATION = frozenset({"", "none", "None", "Not selected"})
# The first projects with 5.0.0 (CubeMX 5.3) describe the pack and its components beside it.
_DESCRIPTORS = r"_(?:MwName[0-9]+|NumberOfMw|license|description|\w+_RteComponent(?:size|[0-9]+))"
_ANY_PACK_KEY = re.compile(rf"{re.escape(PACK)}(?![A-Za-z0-9-])")


@dataclass(frozen=True, slots=True)
class InstalledNetwork:
    """A network of the project; ``None`` where the file says nothing, or nothing readable.

    Attributes:
        slot: the text that marks its keys, 64 hex digits.
        name: its C name.
        kind: ``TFLITE``, ``KERAS`` or ``ONNX``.
        path: the model file as the project names it.
        type: ``ModelType``: the runtime, or in old packs ``Saved model``.
        compression: the wanted compression.
        actual_compression: the achieved one.
        macc: cached multiply-accumulate operations.
        ram: cached bytes of activations.
        flash: cached bytes of weights.
    """

    slot: str
    name: str
    kind: str | None
    path: str | None
    type: str | None
    compression: str | None
    actual_compression: str | None
    macc: int | None
    ram: int | None
    flash: int | None

    @property
    def analyzed(self) -> bool:
        """Whether the project has cached figures of it."""
        return None not in {self.macc, self.ram, self.flash}


@dataclass(frozen=True, slots=True)
class InstalledUart:
    """The UART that SystemPerformance and Validation use.

    Attributes:
        instance: ``USART2``.
        prefix: what its keys begin with, up to and with ``.BSP.``.
    """

    instance: str
    prefix: str


@dataclass(frozen=True, slots=True)
class InstalledCubeAI:
    """The X-CUBE-AI of a project.

    Attributes:
        version: the pack version.
        instance: the prefix of its parameters, without the dot after it.
        row: its number in ``Mcu.ThirdParty``.
        context: the context it belongs to, on MCUs with several.
        application: the chosen application; ``None`` is *Core only*.
        application_component: the component whose parameter holds the application.
        networks: in the order of ``ModelHashList``.
        orphan_slots: slots with keys that ``ModelHashList`` does not name, sorted.
        uart: the UART setting, if there is one.
        heap: the pack's own copy of the heap size, as written.
        stack: likewise.
        switches: where the allocation switches stand; ``None`` if nowhere.
        parameters: the names in ``IPParameters``, in its order.
        ready: ``ReadyForCodeGeneration``; ``None`` in packs before 7.0.
    """

    version: PackVersion
    instance: str
    row: int
    context: str | None
    application: str | None
    application_component: str
    networks: tuple[InstalledNetwork, ...]
    orphan_slots: tuple[str, ...]
    uart: InstalledUart | None
    heap: str | None
    stack: str | None
    switches: SwitchForm | None
    parameters: tuple[str, ...]
    ready: bool | None

    @property
    def pack(self) -> str:
        """The pack version as text."""
        return str(self.version)

    @property
    def components(self) -> tuple[str, ...]:
        """The selected components: the core, and the application's if one is chosen."""
        return (CORE,) if self.application is None else (CORE, self.application_component)

    def network(self, name: str) -> InstalledNetwork | None:
        """The network of a C name."""
        return next((network for network in self.networks if network.name == name), None)


def installed_cube_ai(document: IocDocument) -> InstalledCubeAI | None:
    """The X-CUBE-AI of a project; ``None`` if it has none.

    Raises:
        IocFormatError: the version of the pack cannot be read.
        UnsupportedProjectError: the project has X-CUBE-AI several times.
    """
    found = installed_instances(document)
    if len(found) > 1:
        names = " and ".join(one.instance for one in found)
        msg = f"the project has X-CUBE-AI {len(found)} times: {names}"
        raise UnsupportedProjectError(msg, hint="keep one of them, in CubeMX")
    return found[0] if found else None


def installed_instances(document: IocDocument) -> tuple[InstalledCubeAI, ...]:
    """Every X-CUBE-AI of a project, in the order of its rows; more than one is not usual.

    Raises:
        IocFormatError: the version of a pack cannot be read, or no project has so many.
    """
    rows = {
        n: document.get(f"{THIRD_PARTIES.prefix}{n}") or ""
        for n in row_numbers(document, THIRD_PARTIES)
    }
    packs = {number: value for number, value in rows.items() if value.startswith(f"{PACK}.")}
    if len(packs) > _MOST:
        msg = f"the project has X-CUBE-AI {len(packs)} times"
        raise IocFormatError(msg, hint="restore the file from version control")
    return tuple(_installed(document, number, value) for number, value in packs.items())


def pack_keys(document: IocDocument, instance: str) -> tuple[str, ...]:
    """The keys of a pack instance in file order: parameters, UART settings, ``_SwParameter``.

    ``<instance>.`` alone would miss the UART's ``<instance>0.BSP.``, ``<instance>`` alone would take
    the keys of a version whose text begins like this one's.
    """
    pattern = re.compile(
        rf"{re.escape(instance)}(\..*|[0-9]+\.BSP\..*|_SwParameter|{_DESCRIPTORS})", re.DOTALL
    )
    return tuple(key for key in document.keys if pattern.fullmatch(key))


def stray_pack_keys(document: IocDocument) -> tuple[str, ...]:
    """Keys of X-CUBE-AI that no row of ``Mcu.ThirdParty`` accounts for, in file order."""
    known = {key for one in installed_instances(document) for key in pack_keys(document, one.instance)}
    return tuple(key for key in document.keys if _ANY_PACK_KEY.match(key) and key not in known)


def _installed(document: IocDocument, row: int, value: str) -> InstalledCubeAI:
    try:
        version = PackVersion.parse(value.removeprefix(f"{PACK}."))
    except UsageError as error:
        msg = f"{THIRD_PARTIES.prefix}{row} has no readable version: {value!r}"
        raise IocFormatError(msg, hint="repair the file in CubeMX") from error
    context = document.get(f"{THIRD_PARTIES.prefix}{row}_ContextShortName")
    instance = document.get(f"{THIRD_PARTIES.prefix}{row}_Instance") or instance_name(version, context)
    component, application = _application(document, instance, version)
    slots = _split(document.get(f"{instance}.ModelHashList"), ";")
    names = _split(document.get(f"{instance}.ModelNameList"), ",")
    listed = dict.fromkeys(slots)
    ready = document.get(f"{instance}.ReadyForCodeGeneration")
    return InstalledCubeAI(
        version=version,
        instance=instance,
        row=row,
        context=context,
        application=application,
        application_component=component,
        networks=tuple(
            _network(document, instance, slot, names[k] if k < len(names) else "")
            for k, slot in enumerate(listed)
        ),
        orphan_slots=tuple(sorted(_slots_with_keys(document, instance) - listed.keys())),
        uart=_uart(document, instance),
        heap=document.get(f"{instance}.HeapSize"),
        stack=document.get(f"{instance}.StackSize"),
        switches=_switches(document, instance, tuple(listed)),
        parameters=_split(document.get(f"{instance}.IPParameters"), ","),
        ready=None if ready is None else ready == "true",
    )


def _application(document: IocDocument, instance: str, version: PackVersion) -> tuple[str, str | None]:
    """The application's component and the choice; the value key decides, not ``_Checked``."""
    other = PackVersion(6, 0) if version < PackVersion(6, 0) else PackVersion(5, 0)
    for component in (version.application, other.application):
        value = document.get(f"{instance}.{application_value(component)}")
        if value is not None and value not in _NO_APPLICATION:
            return component, value
    return version.application, None


def _network(document: IocDocument, instance: str, slot: str, listed: str) -> InstalledNetwork:
    def text(parameter: str) -> str | None:
        return document.get(f"{instance}.{parameter}-{slot}")

    def count(parameter: str) -> int | None:
        value = text(parameter)
        return int(value) if value is not None and _COUNT.fullmatch(value) else None

    return InstalledNetwork(
        slot=slot,
        name=text("ModelName") or listed,
        kind=text("ModelKind"),
        path=text("ModelStructureFile"),
        type=text("ModelType"),
        compression=text("ModelCompression"),
        actual_compression=text("ModelActualCompression"),
        macc=count("ModelMacc"),
        ram=count("ModelRamOccupation"),
        flash=count("ModelFlashOccupation"),
    )


def _slots_with_keys(document: IocDocument, instance: str) -> set[str]:
    matches = (_SLOT_KEY.fullmatch(key) for key in document.starting(f"{instance}."))
    return {match["slot"] for match in matches if match}


def _uart(document: IocDocument, instance: str) -> InstalledUart | None:
    """The first setting of a UART, in CubeMX' indexed form or in the plain one (one real file)."""
    pattern = re.compile(rf"({re.escape(instance)}[0-9]*\.BSP\.)instance")
    for key in document.keys:
        match = pattern.fullmatch(key)
        if match and re.fullmatch(r"(LPUART|USART|UART)[0-9]+", document.get(key) or ""):
            return InstalledUart(document.get(key) or "", match[1])
    return None


def _switches(document: IocDocument, instance: str, slots: tuple[str, ...]) -> SwitchForm | None:
    everywhere = f"{instance}.copyWeightToRam" in document
    somewhere = any(f"{instance}.copyWeightToRam-{slot}" in document for slot in slots)
    if everywhere:
        return "both" if somewhere else "global"
    return "slot" if somewhere else None


def _split(value: str | None, separator: str) -> tuple[str, ...]:
    return tuple(part for part in value.split(separator) if part) if value else ()
