"""Flash of a firmware with TensorFlow Lite Micro, without its model, from measured section groups.

A program links TFLM's core, and every group of sections that one of the model's operators needs; a
group that several operators share is there once. The groups are in ``resources/tflm_flash.csv``,
measured with one link per operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from cubeai_auto.errors import UsageError
from cubeai_auto.tflm.operators import Kernels
from cubeai_auto.tflm.resource import table_rows

__all__ = [
    "Configuration",
    "LinkedFlash",
    "Opt",
    "configurations",
    "default_opt",
    "linked_flash",
    "opt_level",
    "without_table",
]

Opt = Literal["Os", "mixed", "O2", "O3"]
"""Optimization: all of TFLM at one level, or core -Os and kernels -O2 (TFLM's Makefile)."""

_NO_OPERATOR = "-"
_OPERATORS = "operators"

# What main, the resolver's templates and alignment add, by the number of operators: fitted on links.
_SINGLE: Mapping[Opt, int] = {"Os": 102, "mixed": 102, "O2": 83}
_PAIR: Mapping[Opt, int] = {"Os": 222, "mixed": 222, "O2": 280}
_FURTHER: Mapping[Opt, int] = {"Os": 30, "mixed": 30, "O2": 48}
_O2_REPLACED = 220
_O2_REPLACING = frozenset({"LOGISTIC", "TANH", "UNIDIRECTIONAL_SEQUENCE_LSTM"})

# A table that is static in a header is linked once for each of these, but has one name.
_HEADER_TABLE = 512
_HEADER_TABLE_USERS = frozenset({"LOGISTIC", "TANH"})
_HEADER_TABLE_REFERENCE_USERS = frozenset({"UNIDIRECTIONAL_SEQUENCE_LSTM"})


@dataclass(frozen=True, slots=True)
class Configuration:
    """A build the groups were measured for.

    Attributes:
        core, opt, kernels: which.
        base: bytes of the core without any operator.
        groups: the operators that use a group, and its bytes.
        operators: every operator that was measured.
    """

    core: str
    opt: Opt
    kernels: Kernels
    base: int
    groups: tuple[tuple[frozenset[str], int], ...]
    operators: frozenset[str]


@dataclass(frozen=True, slots=True)
class LinkedFlash:
    """Predicted flash without the model: the core, and what the operators add, in bytes."""

    core: int
    kernels: int

    @property
    def code(self) -> int:
        """Both together."""
        return self.core + self.kernels


@cache
def configurations() -> Mapping[tuple[str, Opt, Kernels], Configuration]:
    """Every build with a table, by core, optimization and kernels."""
    rows = table_rows("tflm_flash.csv")
    found = {}
    for column in rows[0]:
        if column == _OPERATORS:
            continue
        core, opt, kernels = column.split("/")
        groups = tuple(
            (frozenset(row[_OPERATORS].split()), int(row[column]))
            for row in rows
            if row[column] and row[_OPERATORS] != _NO_OPERATOR
        )
        base = next(int(row[column]) for row in rows if row[_OPERATORS] == _NO_OPERATOR)
        used = frozenset[str]().union(*(users for users, _ in groups))
        level = opt_level(opt)
        kind: Kernels = "reference" if kernels == "reference" else "cmsis-nn"
        found[core, level, kind] = Configuration(core, level, kind, base, groups, used)
    return found


def opt_level(name: str) -> Opt:
    """The optimization of that name: ``Os``, ``mixed``, ``O2``, ``O3``, with or without a dash.

    Raises:
        UsageError: there is none.
    """
    plain = name.strip().lower().removeprefix("-")
    for known in get_args(Opt):
        if plain == known.lower():
            level: Opt = known
            return level
    msg = f"unknown optimization {name!r}"
    raise UsageError(msg, hint="known: " + ", ".join(get_args(Opt)))


def default_opt(core: str) -> Opt:
    """TFLM's own default where it was measured for a core, else the level that was."""
    levels = [opt for name, opt, _ in configurations() if name == core]
    return "mixed" if "mixed" in levels or not levels else levels[0]


def without_table(core: str, opt: Opt, kernels: Kernels, operators: AbstractSet[str]) -> str:
    """Why there is no prediction for a build; empty if there is one."""
    known = configurations()
    if (core, opt, kernels) not in known:
        cores = {name for name, _, _ in known}
        if core in cores:
            levels = sorted(_shown(level) for name, level, _ in known if name == core)
            return f"measured for {core} at {', '.join(dict.fromkeys(levels))} only"
        return f"not measured for {core}; there are tables for {', '.join(sorted(cores))}"
    unknown = sorted(operators - known[core, opt, kernels].operators)
    if unknown:
        return f"not measured for {', '.join(unknown)} on {core} at {_shown(opt)}"
    return ""


def _shown(opt: Opt) -> str:
    return opt if opt == "mixed" else f"-{opt}"


def linked_flash(core: str, opt: Opt, kernels: Kernels, operators: AbstractSet[str]) -> LinkedFlash:
    """Flash of core and kernels, for a build and operators that :func:`without_table` accepts.

    Args:
        core: a core with a table.
        opt: an optimization with a table.
        kernels: which kernel set.
        operators: the distinct operators of the model.
    """
    table = configurations()[core, opt, kernels]
    if not operators:
        return LinkedFlash(table.base, 0)
    groups = sum(size for users, size in table.groups if users & operators)
    return LinkedFlash(table.base, groups + _glue(opt, operators) + _header_tables(kernels, operators))


def _glue(opt: Opt, operators: AbstractSet[str]) -> int:
    count = len(operators)
    glue = _SINGLE[opt] if count == 1 else _PAIR[opt] + _FURTHER[opt] * (count - 2)
    return glue - (_O2_REPLACED if opt == "O2" and operators & _O2_REPLACING else 0)


def _header_tables(kernels: Kernels, operators: AbstractSet[str]) -> int:
    users = _HEADER_TABLE_USERS
    if kernels == "reference":
        users |= _HEADER_TABLE_REFERENCE_USERS
    return _HEADER_TABLE * max(0, len(operators & users) - 1)
