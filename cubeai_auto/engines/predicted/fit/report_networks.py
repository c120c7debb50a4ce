"""The networks in ST's text reports: their tables of C arrays and C layers, as nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cubeai_auto.engines.predicted.network import CubeNetwork, CubeNode, Kind
from cubeai_auto.files import existing_file
from cubeai_auto.tflite.rules import Version

__all__ = ["ReportedNetwork", "read_network"]

_ARRAY = re.compile(r"^(\d+)\s+(\S+)\s+(\d+)/(\d+)\s+(\S+)\s+(.*)$")
_LAYER = re.compile(
    r"^(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\d+)\s+(?:\(\w\)\s+)?([ISWO]): (\S+)\s*(.*)$"
)
_TENSOR = re.compile(r"^\s+([ISWO]): (\S+)\s*(.*)$")
_SHAPE = re.compile(r"[(\[]([\dx, ]+)[)\]]")
_ARRAY_ID = re.compile(r"^\w+\([\dx, ]+\)\s+\((\d+)\)$")
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("conv2d", "conv"), ("optimized_conv2d", "conv"), ("conv", "convert"), ("dense", "dense"),
    ("gemm", "dense"), ("pool", "pool"), ("pad", "pad"), ("eltwise", "eltwise"), ("nonl", "activation"),
    ("nl", "activation"), ("transpose", "transpose"), ("concat", "concat"), ("lstm", "lstm"),
    ("upsample", "resize"), ("resize", "resize"),
)  # fmt: skip
_FLOAT_COLUMNS_SINCE: Version = (9, 0)
_SOFTMAX_MACC = 15


@dataclass(frozen=True, slots=True)
class ReportedNetwork:
    """A network of a report, and the working memory that the report lists for each node."""

    nodes: CubeNetwork
    scratch: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Array:
    items: int
    size: int
    pool: str
    comment: str


@dataclass(slots=True)
class _Layer:
    type: str
    macc: int
    tensors: list[tuple[str, str, str]] = field(default_factory=list)


def read_network(path: Path, version: Version) -> ReportedNetwork | None:
    """The network of a text report; ``None`` if it has no tables of C arrays and C layers.

    Raises:
        MissingPathError: there is no such file.
    """
    text = existing_file(path, "the report").read_text("utf-8", errors="replace")
    arrays, numbers, layers = _tables(text)
    if not arrays or not layers:
        return None
    return _Builder(arrays, numbers, version).run(layers)


def _tables(text: str) -> tuple[dict[str, _Array], dict[int, str], list[_Layer]]:
    arrays: dict[str, _Array] = {}
    numbers: dict[int, str] = {}
    layers: list[_Layer] = []
    part = ""
    for line in text.splitlines():
        title = next(
            (t for t in ("C-Arrays", "C-Layers", "Number of", "Complexity") if line.startswith(t)), ""
        )
        if title:
            part = title
        elif part == "C-Arrays" and (found := _ARRAY.match(line)):
            arrays[found[2]] = _Array(int(found[3]), int(found[4]), found[5], found[6])
            numbers[int(found[1])] = found[2]
        elif part == "C-Layers" and (found := _LAYER.match(line)):
            layers.append(
                _Layer(found[4].lower(), int(found[5]), [(found[7], found[8], found[9].strip())])
            )
        elif part == "C-Layers" and layers and (found := _TENSOR.match(line)):
            layers[-1].tensors.append((found[1], found[2], found[3].strip()))
    return arrays, numbers, layers


class _Builder:
    """Gives tensors their numbers while the layers are read."""

    def __init__(
        self, arrays: Mapping[str, _Array], numbers: Mapping[int, str], version: Version
    ) -> None:
        self._arrays = arrays
        self._numbers = numbers
        self._version = version
        self._tensors: dict[str, int] = {}
        self._sizes: list[int] = []

    def run(self, layers: list[_Layer]) -> ReportedNetwork:
        nodes: list[CubeNode] = []
        scratch: list[tuple[int, ...]] = []
        for layer in layers:
            held = tuple(
                self._arrays[name].size
                for role, name, _ in layer.tensors
                if role == "S" and name in self._arrays
            )
            node = self._node(layer, held)
            if node is not None:
                nodes.append(node)
                scratch.append(held)
        ends = [
            tuple(i for n, i in self._tensors.items() if mark in self._arrays[n].comment)
            for mark in ("/input", "/output")
        ]
        user = tuple(i for n, i in self._tensors.items() if self._arrays[n].pool.startswith("user"))
        made = {node.target for node in nodes}
        inputs = ends[0] or tuple(i for i in user if i not in made)
        outputs = ends[1] or tuple(i for i in user if i in made)
        network = CubeNetwork(tuple(nodes), tuple(self._sizes), inputs, outputs)
        return ReportedNetwork(network, tuple(scratch))

    def _find(self, name: str, shape: str) -> str | None:
        """The array of a tensor: by its number where one is stated, else by its name."""
        number = _ARRAY_ID.match(shape)
        if number and int(number[1]) in self._numbers:
            return self._numbers[int(number[1])]
        return (
            name
            if name in self._arrays
            else next((n for n in (name.rstrip("0123456789"),) if n in self._arrays), None)
        )

    def _roles(self, layer: _Layer, role: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        for kind, name, shape in layer.tensors:
            found = self._find(name, shape)
            if kind == role and found is not None:
                yield found, _dimensions(shape)

    def _number(self, name: str) -> int:
        if name not in self._tensors:
            self._tensors[name] = len(self._sizes)
            self._sizes.append(self._arrays[name].size)
        return self._tensors[name]

    def _node(self, layer: _Layer, held: tuple[int, ...]) -> CubeNode | None:
        made = next(self._roles(layer, "O"), None)
        if made is None:
            return None
        taken = [
            (name, shape)
            for name, shape in self._roles(layer, "I")
            if self._arrays[name].pool.startswith(("activations", "user"))
        ]
        constants = list(self._roles(layer, "W"))
        sources = tuple(self._number(name) for name, _ in taken)
        target = self._number(made[0])
        output = self._arrays[made[0]]
        kind: Kind = next((k for word, k in _KINDS if layer.type.startswith(word)), "other")
        dtype = "float32" if output.size >= 4 * output.items else "int8"
        if kind == "activation" and layer.macc == _SOFTMAX_MACC * output.items:
            kind = "softmax"
        shape = taken[0][1] if taken else ()
        channels_in, channels_out, taps = 0, 0, 1
        if kind in {"conv", "dense"} and len(constants) > 1:
            channels_out = self._arrays[constants[1][0]].items
            filled = self._arrays[constants[0][0]].items
            channels_in = self._channels_in(kind, constants[0][1], shape, filled // channels_out)
            if kind == "conv":
                picture = shape[-1] if shape else 0
                taps, depthwise = _taps(filled, channels_in, channels_out, picture)
                kind = "depthwise" if depthwise else kind
        elif kind == "lstm":
            channels_out = made[1][-1] if made[1] else 0
        own = taps * channels_in * 4 if self._version >= _FLOAT_COLUMNS_SINCE else 0
        return CubeNode(
            kind=kind,
            dtype=dtype,
            sources=sources,
            target=target,
            taps=taps,
            channels_in=channels_in,
            channels_out=channels_out,
            rows_in=shape[1] if len(shape) == 4 else 1,
            rows_out=made[1][1] if len(made[1]) == 4 else 1,
            pool_rows=max(sum(held) - own, 0) if kind == "conv" and dtype == "float32" else 0,
            per_channel=kind == "dense" and dtype == "int8" and sum(held) > 2 * channels_in,
            clipped=len(held) > 1 and held[1] == output.size and dtype == "int8",
        )

    def _channels_in(
        self, kind: str, kernel: tuple[int, ...], shape: tuple[int, ...], each: int
    ) -> int:
        if kind == "dense":
            return each
        if self._version >= _FLOAT_COLUMNS_SINCE and len(kernel) == 4:
            return kernel[3]
        return shape[-1] if shape else 0


def _taps(filled: int, channels_in: int, channels_out: int, picture: int) -> tuple[int, bool]:
    """Elements of the window, and whether the convolution is depthwise."""
    if channels_in == 1 and picture == channels_out > 1 and filled % picture == 0:
        return filled // picture, True
    if channels_in == channels_out and channels_in and filled % (channels_in * channels_out):
        return filled // channels_in, True
    if channels_in == 1 and channels_out > 1 and filled % channels_out == 0:
        return filled // channels_out, False
    return max(filled // max(channels_in * channels_out, 1), 1), False


def _dimensions(text: str) -> tuple[int, ...]:
    found = _SHAPE.search(text)
    if found is None:
        return ()
    return tuple(int(part) for part in re.split(r"[x,]\s*", found[1]) if part.strip())
