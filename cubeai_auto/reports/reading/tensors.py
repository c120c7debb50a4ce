"""Input and output lines of the header, in the three forms they have had since 5.0."""

from __future__ import annotations

import math
import re

from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.numbers import byte_size, decimal
from cubeai_auto.reports.report import TensorInfo

__all__ = ["BYTES", "data_type", "read_items", "read_tensor"]

BYTES = {
    "float32": 4, "float64": 8, "float16": 2, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2,
    "int32": 4, "uint32": 4, "int64": 8, "uint64": 8, "bool": 1,
}  # fmt: skip
_TYPES = {
    "float": "float32", "f32": "float32", "f16": "float16", "f64": "float64", "b8": "bool",
    "i8": "int8", "s8": "int8", "u8": "uint8", "i16": "int16", "s16": "int16", "u16": "uint16",
    "i32": "int32", "s32": "int32", "u32": "uint32", "i64": "int64", "s64": "int64", "u64": "uint64",
}  # fmt: skip
_BRACKETS = re.compile(
    r"(?P<name>\S+) \[(?P<n>\d+) items?, (?P<size>[\d.]+ \w+), (?P<type>\w+)(?P<fmt>.*), "
    r"(?P<shape>\([\d, ]*\))\]"
)
_ITEMS = re.compile(
    r"\s*(?::\s+)?(?P<n>\d+) items?, (?P<size>[\d.]+ \w+), (?P<type>\w+)(?P<fmt>.*?), "
    r"(?P<shape>\([\d, ]*\))(?:, domain:(?P<dom>\S+))?"
)
_QUOTED = re.compile(
    r"'(?P<name>[^']*)', (?P<type>\w+)\((?P<shape>[\dx]*)\), (?P<size>[\d.]+ \w+)"
    r"(?:, QLinear\((?P<scale>[^,]+),(?P<zp>-?\d+),\w+\))?(?:, (?P<fmt>.*?))??(?:, (?P<dom>\w+))?"
)
_SCALE = re.compile(r"\b(?:s|scale)=([^,\s]+)")
_ZERO = re.compile(r"\b(?:zp|zero_point)=(-?\d+)")
_NUMBER = re.compile(r"\d{1,18}")


def data_type(word: str) -> str:
    """A type in numpy's spelling: ``ai_i8`` and ``s8`` are ``int8``; unknown words stay."""
    plain = word.removeprefix("const ").removeprefix("ai_").removesuffix("_t").lower()
    return _TYPES.get(plain, plain)


def read_tensor(value: str, draft: Draft) -> TensorInfo | str | None:
    """The tensor a header value describes; only its name where the rest follows on the next line."""
    if match := _BRACKETS.fullmatch(value):
        return _tensor(match["name"], match, draft)
    if match := _QUOTED.fullmatch(value):
        scale = None if match["scale"] is None else decimal(match["scale"])
        zero = None if match["zp"] is None else int(match["zp"][:18])
        return _tensor(match["name"], match, draft, scale, zero)
    if value.startswith("'"):
        return value[1:].partition("'")[0]
    return None


def read_items(name: str, line: str, draft: Draft) -> TensorInfo | None:
    """The tensor of a line without a label, which follows the name; ``None`` if it is no such line."""
    match = _ITEMS.fullmatch(line)
    return None if match is None else _tensor(name, match, draft)


def _tensor(
    name: str,
    match: re.Match[str],
    draft: Draft,
    scale: float | None = None,
    zero: int | None = None,
) -> TensorInfo:
    dtype = data_type(match["type"])
    shape = tuple(int(number) for number in _NUMBER.findall(match["shape"]))
    words = match["fmt"] or ""
    if (found := _SCALE.search(words)) is not None:
        scale = decimal(found.group(1))
    if (found := _ZERO.search(words)) is not None:
        zero = int(found.group(1)[:18])
    # 5.2 rounds a tensor's bytes up to 4: items times type size is exact in every version.
    size = BYTES.get(dtype)
    printed = byte_size(match["size"])
    if size is None:
        draft.note(f"tensor {name}: the data type {dtype!r} is not known; its bytes are as printed")
        nbytes = round(printed or 0)
    else:
        nbytes = math.prod(shape) * size
        if printed is not None and abs(printed - nbytes) > max(4.0, 0.01 * nbytes):
            draft.note(f"tensor {name}: {match['size']} printed for {nbytes:,} bytes by shape and type")
    return TensorInfo(name, dtype, shape, nbytes, scale, zero)
