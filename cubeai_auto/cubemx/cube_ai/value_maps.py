"""What a newer X-CUBE-AI changes in the parameters of an older one, version by version.

Every step belongs to the first version that needs it and runs when an upgrade crosses that version,
so a chain of upgrades gives what the direct one gives. Measured on real projects of the packs 5.0.0
to 10.2.0 and on one project upgraded from 5.2.0 to 8.1.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cubeai_auto.cubemx.cube_ai.names import CORE, CORE_VALUE, PackVersion, application_value

__all__ = ["APPLICATION_RENAMED", "PackParameters", "renamed_component", "upgrade_parameters"]

APPLICATION_RENAMED = PackVersion(6, 0)
"""The first version with the application component ``DeviceJjApplication``."""

_OLD, _NEW = PackVersion(5, 0).application, APPLICATION_RENAMED.application
_INTERNAL = "0xffffffff"
_MCU_RUNTIME = "STM32Cube.AI MCU runtime"
_SWITCHES = {
    "copyWeightToRam": "false",
    "useInputAllocation": "true",
    "useOutputAllocation": "true",
    "customLayerConfigEnabled": "false",
}
_DESCRIPTOR = re.compile(rf"\.(?:{CORE}|{_OLD})(?:\..*|_(?!Checked$).*)|\.NNModelInformation_.*")
_OLD_FORM = re.compile(
    r"_(?:MwName[0-9]+|NumberOfMw|license|description|.*_RteComponent(?:size|[0-9]+))"
)


@dataclass(slots=True)
class PackParameters:
    """The keys of a pack without the text ``<pack>.<version>`` before them; steps change them.

    Attributes:
        instance: what stands between that text and a parameter: empty, or ``_<context>``.
        values: every key, for example ``.HeapSize``, ``0.BSP.name``, ``_SwParameter``.
        listed: the names in ``IPParameters``, in their order.
        slots: the networks' slots, in the order of ``ModelHashList``.
        notes: what an engineer should know.
    """

    instance: str
    values: dict[str, str]
    listed: list[str]
    slots: tuple[str, ...]
    notes: list[str] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """The value of a parameter."""
        return self.values.get(f"{self.instance}.{name}")

    def put(self, name: str, value: str) -> None:
        """Give a parameter a value; a new one is listed last."""
        key = f"{self.instance}.{name}"
        if key not in self.values and name not in self.listed:
            self.listed.append(name)
        self.values[key] = value

    def put_new(self, name: str, value: str) -> None:
        """Give a parameter a value unless it has one."""
        if self.get(name) is None:
            self.put(name, value)

    def drop(self, key: str) -> None:
        """Remove a key, and its name from the list."""
        del self.values[key]
        name = key.removeprefix(f"{self.instance}.")
        if name != key:
            self.listed = [other for other in self.listed if other != name]

    def of_slots(self, name: str) -> Iterable[tuple[str, str, str | None]]:
        """Slot, parameter and value of a parameter that every network has."""
        return [(slot, f"{name}-{slot}", self.get(f"{name}-{slot}")) for slot in self.slots]

    def name_of(self, slot: str) -> str:
        """The C name of a network, for messages."""
        return self.get(f"ModelName-{slot}") or slot[:8]


def upgrade_parameters(parameters: PackParameters, source: PackVersion, target: PackVersion) -> None:
    """Apply every step between two versions, in the order of the versions."""
    for version, step in _STEPS:
        if source < version <= target:
            step(parameters)
    if any(source < version <= target for version in (PackVersion(7, 0), PackVersion(9, 0))):
        for slot, _, runtime in parameters.of_slots("ModelType"):
            if runtime is None:
                parameters.notes.append(
                    f"the network {parameters.name_of(slot)} has no ModelType: left out, CubeMX sets it"
                )


def renamed_component(component: str, source: PackVersion, target: PackVersion) -> str:
    """The name of a component after an upgrade."""
    crossed = source < APPLICATION_RENAMED <= target
    return _NEW if crossed and component == _OLD else component


def _drop_descriptors(parameters: PackParameters) -> None:
    """5.0 described its components in the project; CubeMX 5.6 keeps ``_SwParameter`` only."""
    instance = len(parameters.instance)
    found = [
        key
        for key in parameters.values
        if (key.startswith(parameters.instance) and _DESCRIPTOR.fullmatch(key[instance:]))
        or _OLD_FORM.fullmatch(key)
    ]
    for key in found:
        parameters.drop(key)
    selection = f"{parameters.instance}_SwParameter"
    if found and selection not in parameters.values:
        names = (CORE_VALUE, application_value(_OLD))
        chosen = [(name, parameters.get(name)) for name in names]
        text = "".join(f"{name}:{value};" for name, value in chosen if value)
        if text:
            parameters.values[selection] = text


def _rename_application(parameters: PackParameters) -> None:
    renamed: dict[str, str] = {}
    for key, value in parameters.values.items():
        new = key.replace(_OLD, _NEW)
        if new != key and new in parameters.values:
            continue
        if key.endswith("BSP.condition"):
            value = value.replace(_OLD, _NEW)
        elif key.endswith("_SwParameter"):
            value = _application_first(value.replace(_OLD, _NEW))
        renamed[new] = value
    parameters.values = renamed
    parameters.listed = list(dict.fromkeys(name.replace(_OLD, _NEW) for name in parameters.listed))


def _application_first(selection: str) -> str:
    """6.0 and later write the application before the core."""
    parts = selection.split(";")
    first = application_value(_NEW)
    return ";".join(sorted(parts, key=lambda part: not part.startswith(first) if part else 2))


def _runtime_of_tflite(parameters: PackParameters) -> None:
    for slot, name, runtime in parameters.of_slots("ModelType"):
        if parameters.get(f"ModelKind-{slot}") == "TFLITE" and runtime == "Saved model":
            parameters.put(name, "STM32Cube.AI runtime")


def _readiness(parameters: PackParameters) -> None:
    """``true`` only with figures of every network: without them CubeMX has to analyze first."""
    figures = ("ModelMacc", "ModelRamOccupation", "ModelFlashOccupation")
    analyzed = all(value for name in figures for _, _, value in parameters.of_slots(name))
    parameters.put_new("ReadyForCodeGeneration", "true" if parameters.slots and analyzed else "false")


def _drop_empty_histories(parameters: PackParameters) -> None:
    for side in ("Input", "Output"):
        for slot, name, value in parameters.of_slots(f"Validation{side}FileHistory"):
            if value == "":
                parameters.drop(f"{parameters.instance}.{name}")
            elif value:
                name = parameters.name_of(slot)
                parameters.notes.append(f"{name} keeps its list of validation {side.lower()} files")


def _activation_pools(parameters: PackParameters) -> None:
    present = parameters.get("ActivationBuffers")
    if present is not None or not parameters.slots:
        return
    addresses = (parameters.get("WorkingBufferStartAddrList") or "").split(",")
    if any(address.lower() != _INTERNAL for address in addresses):
        parameters.notes.append(
            "the activations stand at a fixed address: analyze again in CubeMX to get ActivationBuffers"
        )
        return
    biggest = _biggest(parameters)
    if biggest is None:
        parameters.notes.append("no size of the activations is known: analyze the networks in CubeMX")
        return
    parameters.put("ActivationBuffers", ";".join(["pool0"] * len(parameters.slots)))
    parameters.put_new("ActivationSizes", f"AI_{biggest}_DATA_ACTIVATION_1_SIZE")
    parameters.put_new("ActivationNames", "pool0")


def _biggest(parameters: PackParameters) -> str | None:
    """The network with the largest activations, upper case; ``None`` if a size is missing."""
    sizes = [value for _, _, value in parameters.of_slots("ModelRamOccupation")]
    if not all(value and re.fullmatch(r"[0-9]{1,18}", value) for value in sizes):
        return None
    macro = re.fullmatch(
        r"AI_(\w+)_DATA_ACTIVATIONS_SIZE", parameters.get("InternalRamActivationBufferMaxSize") or ""
    )
    if macro:
        return macro[1]
    largest = max(range(len(sizes)), key=lambda k: int(sizes[k] or 0))
    return parameters.name_of(parameters.slots[largest]).upper()


def _compression_by_name(parameters: PackParameters) -> None:
    for slot, name, value in parameters.of_slots("ModelCompression"):
        if value == "1":
            parameters.put(name, "None")
        elif value is not None and re.fullmatch(r"[0-9]+", value):
            parameters.notes.append(
                f"the network {parameters.name_of(slot)} keeps ModelCompression {value}: "
                "it has no known equal from 7.2 on, choose one in CubeMX"
            )


def _sizes_by_count(parameters: PackParameters) -> None:
    for name in ("MaximumSizeOfInputLayer", "MaximumSizeOfOutputLayer"):
        value = parameters.get(name)
        if value:
            parameters.put(name, ",".join("1" for _ in value.split(",")))


def _switches_of_slots(parameters: PackParameters) -> None:
    for slot in parameters.slots:
        for name, value in _SWITCHES.items():
            parameters.put_new(f"{name}-{slot}", value)


def _drop_i2c(parameters: PackParameters) -> None:
    for key in [key for key in parameters.values if key.endswith((".BSP.i2caddr", ".BSP.i2creg"))]:
        parameters.drop(key)


def _onnx_switch(parameters: PackParameters) -> None:
    """In the forms, per network and global, in which the other switches stand."""
    for slot, _, value in parameters.of_slots("copyWeightToRam"):
        if value is not None:
            parameters.put_new(f"noOnnxIoTranspose-{slot}", "false")
    if parameters.get("copyWeightToRam") is not None:
        parameters.put_new("noOnnxIoTranspose", "false")


def _runtime_of_mcu(parameters: PackParameters) -> None:
    """TFLite Micro and Neural-ART keep their names."""
    for _, name, runtime in parameters.of_slots("ModelType"):
        if runtime in {"Saved model", "Quantized model", "STM32Cube.AI runtime"}:
            parameters.put(name, _MCU_RUNTIME)


_STEPS: tuple[tuple[PackVersion, Callable[[PackParameters], None]], ...] = (
    (PackVersion(5, 1), _drop_descriptors),
    (APPLICATION_RENAMED, _rename_application),
    (PackVersion(7, 0), _runtime_of_tflite),
    (PackVersion(7, 0), _readiness),
    (PackVersion(7, 1), _drop_empty_histories),
    (PackVersion(7, 1), _activation_pools),
    (PackVersion(7, 2), _compression_by_name),
    (PackVersion(7, 2), _sizes_by_count),
    (PackVersion(7, 3), _switches_of_slots),
    (PackVersion(8, 0), _drop_i2c),
    (PackVersion(8, 1), _onnx_switch),
    (PackVersion(9, 0), _runtime_of_mcu),
)
