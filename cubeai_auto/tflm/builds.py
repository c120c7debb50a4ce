"""Flash of builds without a table of their own: measured differences to builds that have one.

Only a few sets of operators were linked in these builds. For one of them the difference is the
measured one; for any other it lies on a line through the measured ones, and its error is what leaving
one of them out costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from cubeai_auto.errors import UsageError
from cubeai_auto.tflm.flash import Opt, linked_flash, opt_level, without_table
from cubeai_auto.tflm.operators import Kernels
from cubeai_auto.tflm.resource import table_rows

__all__ = [
    "Build",
    "Delta",
    "Registrations",
    "build_type",
    "delta",
    "measured_operators",
    "registration_kind",
]

Build = Literal["release", "release_with_logs", "default"]
"""TFLM's build types: error strings stripped; error strings; asserts and error strings."""

Registrations = Literal["default", "int8"]
"""Whether the resolver adds kernels for every data type, or the int8 kernels alone where it can."""

_CORE = "cortex-m4"


@dataclass(frozen=True, slots=True)
class Delta:
    """A difference in flash.

    Attributes:
        size: bytes to add.
        error: known error in bytes; 0 if these very operators were linked.
        text: what it is and where it was measured, for the source of a figure.
    """

    size: int
    error: int
    text: str


@dataclass(frozen=True, slots=True)
class _Measured:
    operators: frozenset[str]
    size: int


def build_type(name: str) -> Build:
    """The build type of that name.

    Raises:
        UsageError: there is none.
    """
    for known in get_args(Build):
        if name.strip().lower().replace("-", "_") == known:
            found: Build = known
            return found
    msg = f"unknown build type {name!r}"
    raise UsageError(msg, hint="known: " + ", ".join(get_args(Build)))


def registration_kind(name: str) -> Registrations:
    """The kind of registrations of that name.

    Raises:
        UsageError: there is none.
    """
    for known in get_args(Registrations):
        if name.strip().lower() == known:
            found: Registrations = known
            return found
    msg = f"unknown registrations {name!r}"
    raise UsageError(msg, hint="known: " + ", ".join(get_args(Registrations)))


def delta(kind: str, opt: Opt, kernels: Kernels, operators: AbstractSet[str]) -> Delta | None:
    """What a build adds to the release build with default registrations on a Cortex-M4F.

    Args:
        kind: ``"O3"``, ``"release_with_logs"``, ``"default"`` or ``"int8"``.
        opt: the optimization of the release build that it is added to; for ``"O3"`` it is ``"Os"``.
        kernels: which kernel set.
        operators: the distinct operators of the model.

    Returns:
        ``None`` if nothing was measured that would tell.
    """
    if kind == "int8" and kernels == "reference":
        return Delta(0, 0, "int8 registrations change nothing with reference kernels")
    rows = _rows().get((kind, opt if kind == "int8" else "Os", kernels))
    if rows is None:
        return None
    where = f"whole links on Cortex-M4F at {'mixed' if opt == 'mixed' and kind == 'int8' else '-Os'}"
    for row in rows:
        if row.operators == operators:
            text = f"measured difference of {row.size:+,} B ({kind}, {where}, these operators)"
            return Delta(row.size, 0, text)
    driver = _driver(kind, opt, kernels)
    if driver(operators) is None:
        return None
    size, error = _on_the_line(rows, driver, operators)
    text = (
        f"difference of {size:+,} B ({kind}, on a line through {len(rows)} measured {where}; "
        f"leaving one out costs up to {error:,} B)"
    )
    return Delta(size, error, text)


@cache
def measured_operators() -> frozenset[str]:
    """Every operator of a model that was linked and measured as a whole."""
    return frozenset(name for rows in _rows().values() for row in rows for name in row.operators)


@cache
def _rows() -> Mapping[tuple[str, Opt, Kernels], tuple[_Measured, ...]]:
    found: dict[tuple[str, Opt, Kernels], list[_Measured]] = {}
    for row in table_rows("tflm_builds.csv"):
        kernels: Kernels = "reference" if row["kernels"] == "reference" else "cmsis-nn"
        key = (row["build"], opt_level(row["base"].partition("/")[2]), kernels)
        measured = _Measured(frozenset(row["operators"].split()), int(row["bytes"]))
        found.setdefault(key, []).append(measured)
    return {key: tuple(rows) for key, rows in found.items()}


def _driver(kind: str, opt: Opt, kernels: Kernels) -> Callable[[AbstractSet[str]], int | None]:
    """What the difference grows with, from the tables of the builds that have one.

    -O3 with what -O2 adds; strings and asserts with TFLM's own code; int8 registrations with what
    CMSIS-NN adds.
    """

    def code(level: Opt, kind: Kernels, operators: AbstractSet[str]) -> int | None:
        if without_table(_CORE, level, kind, operators):
            return None
        return linked_flash(_CORE, level, kind, operators).code

    def driver(operators: AbstractSet[str]) -> int | None:
        if kind in {"release_with_logs", "default"}:
            return code("Os", "reference", operators)
        if kind == "O3":
            more, less = code("O2", kernels, operators), code("Os", kernels, operators)
        else:
            more, less = code(opt, "cmsis-nn", operators), code(opt, "reference", operators)
        return None if more is None or less is None else more - less

    return driver


def _on_the_line(
    rows: Sequence[_Measured],
    driver: Callable[[AbstractSet[str]], int | None],
    operators: AbstractSet[str],
) -> tuple[int, int]:
    """The value for the operators, and the largest error when one measured set is left out."""
    points = [(float(driver(row.operators) or 0), float(row.size)) for row in rows]
    errors = [abs(_line(points[:i] + points[i + 1 :], x) - y) for i, (x, y) in enumerate(points)]
    return round(_line(points, float(driver(operators) or 0))), round(max(errors))


def _line(points: Sequence[tuple[float, float]], at: float) -> float:
    """Least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return mean_y + slope * (at - mean_x)
