"""The types of the values in ``project.toml``: units, ranges and what else makes a value right.

A ``$comment`` says what is allowed in words, where the type alone does not; messages and the
reference show it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from cubeai_auto.compare.changes import Growth
from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.errors import UsageError
from cubeai_auto.project.growth import PERCENT_PATTERN, parse_count_growth, parse_size_growth
from cubeai_auto.project.names import c_name_problem
from cubeai_auto.project.sizes import LARGEST, SIZE_PATTERN, parse_size

__all__ = [
    "Bytes", "CName", "Count", "CountGrowth", "Each", "EachNumber", "FilePath", "Fraction", "Pack",
    "Seconds", "Seed", "Series", "Sha256", "SizeGrowth", "Text", "Uart", "Url",
]  # fmt: skip


def _path(value: object) -> object:
    """Text as a path; what is no text is left for the type check."""
    if not isinstance(value, str):
        return value
    if not value or "\0" in value:
        msg = "a path is not empty and has no NUL"
        raise ValueError(msg)
    return Path(value)


def _c_name(value: str) -> str:
    problem = c_name_problem(value)
    if problem is not None:
        raise ValueError(problem)
    return value


def _pack(value: str) -> str:
    try:
        return str(PackVersion.wanted(value))
    except UsageError as error:
        msg = f"{error.message}; {error.hint}"
        raise ValueError(msg) from error


def _percentage(value: object) -> object:
    """Recognize 95.5 where 0.955 is meant; the range check refuses the rest."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 < value <= 100:
        msg = f"is it a percentage? then write {value / 100:.6g}"
        raise ValueError(msg)
    return value


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    repeated = next((value for value in values if values.count(value) > 1), None)
    if repeated is not None:
        msg = f'"{repeated}" stands there twice'
        raise ValueError(msg)
    return values


def _unique_numbers(values: tuple[int, ...]) -> tuple[int, ...]:
    repeated = next((value for value in values if values.count(value) > 1), None)
    if repeated is not None:
        msg = f"{repeated} stands there twice"
        raise ValueError(msg)
    return values


_PATH_SCHEMA = {"type": "string", "minLength": 1, "format": "path", "$comment": "a path"}
_SIZE_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": LARGEST},
        {"type": "string", "pattern": SIZE_PATTERN},
    ],
    "$comment": 'a size: bytes, or text such as "64 KiB" (65536) or "1.5 MB" (1500000)',
}
_SHARE_SCHEMA = {"type": "string", "pattern": PERCENT_PATTERN}
_SIZE_GROWTH_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": LARGEST},
        {"type": "string", "pattern": SIZE_PATTERN},
        _SHARE_SCHEMA,
    ],
    "$comment": 'a share such as "2 %", or a size such as "512 B"',
}
_COUNT_GROWTH_SCHEMA = {
    "anyOf": [{"type": "integer", "minimum": 0, "maximum": LARGEST}, _SHARE_SCHEMA],
    "$comment": 'a share such as "2 %", or a whole number',
}

Each = AfterValidator(_unique)
"""For tuples of text: no element twice."""
EachNumber = AfterValidator(_unique_numbers)
"""The same for tuples of whole numbers."""
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$"),
    Field(json_schema_extra={"$comment": "one line of text"}),
]
FilePath = Annotated[Path, BeforeValidator(_path), WithJsonSchema(_PATH_SCHEMA)]
Bytes = Annotated[int, BeforeValidator(parse_size), WithJsonSchema(_SIZE_SCHEMA)]
SizeGrowth = Annotated[Growth, BeforeValidator(parse_size_growth), WithJsonSchema(_SIZE_GROWTH_SCHEMA)]
CountGrowth = Annotated[
    Growth, BeforeValidator(parse_count_growth), WithJsonSchema(_COUNT_GROWTH_SCHEMA)
]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Seconds = Annotated[float, Field(gt=0, le=86400)]
Fraction = Annotated[float, Field(ge=0, le=1), BeforeValidator(_percentage)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
CName = Annotated[
    str,
    AfterValidator(_c_name),
    Field(json_schema_extra={"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$", "$comment": "a C identifier"}),
]
Pack = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_pack),
    Field(json_schema_extra={"$comment": 'a version of X-CUBE-AI, such as "10.2.0"'}),
]
Uart = Annotated[
    str,
    StringConstraints(pattern=r"^(LPUART|USART|UART)[0-9]{1,2}$"),
    Field(json_schema_extra={"$comment": 'a UART of the chip, such as "USART2"'}),
]
Series = Annotated[
    str,
    StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9-]*$"),
    Field(json_schema_extra={"$comment": 'a series in lower case, such as "stm32f4"'}),
]
Url = Annotated[
    str,
    StringConstraints(max_length=1500, pattern=r"^https?://[^\s\x00-\x1f]+$"),
    Field(json_schema_extra={"$comment": "an http or https address"}),
]
Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Fa-f]{64}$"),
    AfterValidator(str.lower),
    Field(json_schema_extra={"$comment": "64 hexadecimal digits"}),
]
