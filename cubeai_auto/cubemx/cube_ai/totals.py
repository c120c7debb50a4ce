"""The parameters that sum up all networks of a project: buffer sizes, largest counts, readiness.

All of them come from analyses. They are written only when every network has one; until then they
stay as they are, and ``ReadyForCodeGeneration`` is ``false``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.cube_ai.parameters import INTERNAL_RAM, Value
from cubeai_auto.cubemx.cube_ai.request import Analysis
from cubeai_auto.cubemx.document import IocDocument, IocFormatError

__all__ = ["NetworkFigures", "total_values"]

_POOL = "pool0"
_POOL_SIZES = re.compile(r"AI_\w+_DATA_ACTIVATION_1_SIZE")
_COUNT = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """What is known of a network.

    Attributes:
        name: its C name.
        ram: bytes of its activations; ``None`` if it was never analyzed.
        analysis: its new analysis, if it has one.
    """

    name: str
    ram: int | None
    analysis: Analysis | None = None


def total_values(
    document: IocDocument, instance: str, version: PackVersion, networks: tuple[NetworkFigures, ...]
) -> tuple[Value, ...]:
    """The parameters to write for these networks; what the project already says is respected.

    Buffers at fixed addresses keep them, a buffer that the application allocates stays so, and a
    count of tensors never shrinks: those of networks without a new analysis are not in the file.

    Args:
        document: the project, for what it already says.
        instance: the prefix of its parameters.
        version: the pack.
        networks: all networks, in the order of ``ModelHashList``.

    Raises:
        IocFormatError: a count in the project is no number.
    """
    complete = all(network.ram is not None for network in networks)
    ready = [Value("ReadyForCodeGeneration", "true" if complete else "false")]
    if version < PackVersion(7, 0):
        ready = []
    if not complete:
        return tuple(ready)
    old = _Old(document, instance)
    found = [*_buffers(old, version, networks), *_layers(old, version, networks)]
    return (*found, *ready)


@dataclass(frozen=True, slots=True)
class _Old:
    document: IocDocument
    instance: str

    def text(self, name: str) -> str | None:
        return self.document.get(f"{self.instance}.{name}")

    def parts(self, name: str, separator: str) -> tuple[str, ...]:
        text = self.text(name)
        return tuple(text.split(separator)) if text else ()

    def count(self, name: str) -> int:
        text = self.text(name)
        if text is not None and not _COUNT.fullmatch(text):
            msg = f"{self.instance}.{name} is not a number: {text!r}"
            raise IocFormatError(msg, hint="analyze the networks in CubeMX, it repairs the value")
        return 0 if text is None else int(text)


def _buffers(old: _Old, version: PackVersion, networks: tuple[NetworkFigures, ...]) -> list[Value]:
    found = [Value("ActivationBufferSizeList", ",".join(str(network.ram) for network in networks))]
    addresses = _padded(old.parts("WorkingBufferStartAddrList", ","), INTERNAL_RAM, len(networks))
    inside = [n for n, address in zip(networks, addresses, strict=True) if address == INTERNAL_RAM]
    outside = [n for n, address in zip(networks, addresses, strict=True) if address != INTERNAL_RAM]
    if inside:
        largest = max(inside, key=lambda network: network.ram or 0).name.upper()
        found.append(Value("InternalRamActivationBufferMaxSize", f"AI_{largest}_DATA_ACTIVATIONS_SIZE"))
    if outside:
        size = max(network.ram or 0 for network in outside)
        found.append(Value("ExternalRamActivationBufferMaxSize", str(size)))
    if version < PackVersion(7, 1):
        return found
    buffers = _padded(old.parts("ActivationBuffers", ";"), _POOL, len(networks))
    found.append(Value("ActivationBuffers", ";".join(buffers)))
    pooled = [n for n, buffer in zip(networks, buffers, strict=True) if buffer == _POOL]
    sizes = old.text("ActivationSizes")
    if pooled and (sizes is None or _POOL_SIZES.fullmatch(sizes)):
        largest = max(pooled, key=lambda network: network.ram or 0).name.upper()
        found.append(Value("ActivationSizes", f"AI_{largest}_DATA_ACTIVATION_1_SIZE"))
        found.append(Value("ActivationNames", old.text("ActivationNames") or _POOL))
    return found


def _layers(old: _Old, version: PackVersion, networks: tuple[NetworkFigures, ...]) -> list[Value]:
    found = []
    analyses = [network.analysis for network in networks if network.analysis is not None]
    for side, new in (
        ("Input", [analysis.inputs for analysis in analyses]),
        ("Output", [analysis.outputs for analysis in analyses]),
    ):
        present = old.count(f"MaximumNumberOf{side}Layer")
        sizes = old.text(f"MaximumSizeOf{side}Layer")
        if len(new) == len(networks):
            present, sizes = 0, None
        count = max([present, *new])
        if count:
            found.append(Value(f"MaximumNumberOf{side}Layer", str(count)))
        sizes = _sizes(sizes, side, count, version, networks)
        if sizes and not _without_sizes(old, side):
            found.append(Value(f"MaximumSizeOf{side}Layer", sizes))
    return found


def _without_sizes(old: _Old, side: str) -> bool:
    """Whether the project was analyzed and has no sizes: allocated buffers, TFLite Micro."""
    return (
        old.text(f"MaximumNumberOf{side}Layer") is not None
        and old.text(f"MaximumSizeOf{side}Layer") is None
    )


def _sizes(
    old: str | None, side: str, count: int, version: PackVersion, networks: tuple[NetworkFigures, ...]
) -> str:
    """``MaximumSizeOf...Layer``: bytes in 5.0, a macro up to 7.1, from 7.2 a 1 for every tensor."""
    if version >= PackVersion(7, 2):
        return old if old and old.count(",") + 1 >= count else ",".join(["1"] * count)
    if version < PackVersion(5, 1):
        return _bytes(old, side, networks)
    if old and old.count(",") + 1 >= count:
        return old
    largest = max(networks, key=lambda network: network.ram or 0).name.upper()
    first = f"AI_{largest}_{'IN' if side == 'Input' else 'OUT'}_1_SIZE_BYTES"
    return ",".join([first, *["1"] * (count - 1)])


def _bytes(old: str | None, side: str, networks: tuple[NetworkFigures, ...]) -> str:
    found = [int(part) if _COUNT.fullmatch(part) else 0 for part in (old or "").split(",") if part]
    for network in networks:
        if network.analysis is not None:
            new = network.analysis.input_bytes if side == "Input" else network.analysis.output_bytes
            longest = max(len(found), len(new))
            pairs = zip(_zeros(found, longest), _zeros(list(new), longest), strict=True)
            found = [max(a, b) for a, b in pairs]
    return ",".join(str(size) for size in found)


def _zeros(sizes: list[int], length: int) -> list[int]:
    return [*sizes, *[0] * (length - len(sizes))]


def _padded(parts: tuple[str, ...], filler: str, length: int) -> tuple[str, ...]:
    return (*parts[:length], *[filler] * (length - len(parts)))
