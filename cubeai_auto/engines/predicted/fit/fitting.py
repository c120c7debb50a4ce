"""The fit: coefficients from all known figures, and the errors with each network left out."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cubeai_auto.engines.predicted import kernels
from cubeai_auto.engines.predicted.activations import plan_activations
from cubeai_auto.engines.predicted.coefficients import Coefficients, Error, KernelModel, Scratch
from cubeai_auto.engines.predicted.fit.observed import report_rows, scratch_rows
from cubeai_auto.engines.predicted.fit.projects import project_rows
from cubeai_auto.engines.predicted.fit.published import published_rows
from cubeai_auto.engines.predicted.fit.rows import FitRow, ScratchRow, distinct, group_of
from cubeai_auto.engines.predicted.fit.solve import error_of, leave_one_out, relative
from cubeai_auto.tflite.rules import Version

__all__ = ["Fit", "Residual", "all_rows", "fit", "fit_scratch"]

DEFAULT: Version = (10, 2)
"""The newest version with figures of float and int8 kernels."""

_LEGACY: tuple[Version, Version] = ((7, 1), (10, 2))
_LATE: tuple[Version, Version] = ((11, 0), (11, 0))
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Residual:
    """One figure and what is predicted for it without its network."""

    figure: str
    row: FitRow
    stated: int
    predicted: float

    @property
    def error(self) -> float:
        """Relative, with its sign."""
        return self.predicted / self.stated - 1


@dataclass(frozen=True, slots=True)
class Fit:
    """The coefficients, and every figure with its leave-one-out prediction."""

    coefficients: Coefficients
    residuals: tuple[Residual, ...]


def all_rows(corpus: Path) -> list[FitRow]:
    """Every known figure of the corpus."""
    return distinct((*report_rows(corpus), *published_rows(corpus), *project_rows(corpus)))


def fit(corpus: Path) -> Fit:
    """Fit everything.

    Raises:
        MissingPathError: the corpus has no published table.
    """
    rows, scratch = all_rows(corpus), scratch_rows(corpus)
    whole = fit_scratch(scratch)
    activations = _activation_residuals(rows, scratch, whole)
    flash, flash_residuals = _kernels("kernel flash", rows, (kernels.FLASH, kernels.LATE))
    ram, ram_residuals = _kernels("kernel RAM", rows, (kernels.RAM, kernels.LATE))
    library, toolchain = _toolchain(rows)
    known = [row for row in rows if row.activations]
    coefficients = Coefficients(
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        default=DEFAULT,
        scratch=whole,
        activations=_errors(activations),
        activation_kinds=_kinds(known),
        flash=flash,
        ram=ram,
        exponential=library,
        toolchain=toolchain,
    )
    return Fit(coefficients, (*activations, *flash_residuals, *ram_residuals))


def fit_scratch(rows: Sequence[ScratchRow]) -> Scratch:
    """Least squares over the working memory of single nodes."""
    point, late = _linear(rows, "conv", 2), _linear(rows, "late", 2)
    dense, depthwise = _linear(rows, "dense", 2), _linear(rows, "depthwise", 3)
    windows = [row for row in rows if row.kind == "window"]
    wide = [
        (row.size - point[0] * row.features[0] - point[1] * row.features[1], *row.features)
        for row in windows
    ]
    extra = [(rest / channels - 2 * columns) / 2 for rest, columns, channels in wide]
    limited = [rest for (rest, *_), more in zip(wide, extra, strict=True) if more < 0]
    free = [more for more in extra if more >= 0]
    return Scratch(
        conv_column=point[0],
        conv_channel=point[1],
        late_column=late[0],
        late_channel=late[1],
        window_extra=round(statistics.median(free), _DIGITS) if free else 0.0,
        window_limit=round(max(limited), _DIGITS) if limited else float("inf"),
        depthwise_tap=depthwise[0],
        depthwise_channel=depthwise[1],
        depthwise_base=depthwise[2],
        dense_input=dense[0],
        dense_channel=dense[1],
        softmax=float(statistics.median([row.size for row in rows if row.kind == "softmax"] or [0])),
        conv_f32=_linear(rows, "conv_f32", 1)[0],
        lstm_f32=_linear(rows, "lstm_f32", 1)[0],
    )


def _linear(rows: Sequence[ScratchRow], kind: str, count: int) -> list[float]:
    chosen = [row for row in rows if row.kind == kind]
    if not chosen:
        return [0.0] * count
    matrix = np.array([row.features for row in chosen], dtype=np.float64)
    values = np.array([row.size for row in chosen], dtype=np.float64)
    return [round(float(x), _DIGITS) for x in relative(matrix, values)]


def _activation_residuals(
    rows: Sequence[FitRow], scratch: Sequence[ScratchRow], whole: Scratch
) -> list[Residual]:
    found = []
    for row in rows:
        if row.activations:
            group = group_of(row.nodes)
            others = [other for other in scratch if other.group != group]
            left = whole if len(others) == len(scratch) else fit_scratch(others)
            planned, _ = plan_activations(
                row.nodes,
                row.version,
                left,
                optimization=row.optimization,
                io_inside=row.io_inside,
            )
            found.append(Residual("activations", row, row.activations, planned.size))
    return found


def _kernels(
    figure: str, rows: Sequence[FitRow], names: tuple[Sequence[str], Sequence[str]]
) -> tuple[tuple[KernelModel, ...], list[Residual]]:
    flash = figure == "kernel flash"

    def stated(row: FitRow) -> int | None:
        return row.kernel_flash if flash else row.kernel_ram

    models, residuals = [], []
    for (since, until), chosen in zip((_LEGACY, _LATE), names, strict=True):
        known = [row for row in rows if stated(row) and since <= row.version <= until]
        values = np.array([stated(row) for row in known], dtype=np.float64)
        matrix = np.array(
            [[kernels.features(row.nodes, row.version)[name] for name in chosen] for row in known]
        )
        groups = [group_of(row.nodes) for row in known]
        unseen = leave_one_out(matrix, values, groups)
        own = [
            Residual(figure, row, int(value), float(guess))
            for row, value, guess in zip(known, values, unseen, strict=True)
        ]
        factors = {
            name: round(float(x), _DIGITS)
            for name, x in zip(chosen, relative(matrix, values), strict=True)
        }
        models.append(KernelModel(since, until, _kinds(known), factors, _errors(own)))
        residuals += own
    return tuple(models), residuals


def _kinds(rows: Sequence[FitRow]) -> frozenset[str]:
    found = {kind for row in rows for kind in kernels.kinds_of(row.nodes)}
    return frozenset(kind for kind in found if not kind.endswith(" other"))


def _errors(residuals: Sequence[Residual]) -> dict[str, Error]:
    found: dict[str, Error] = {}
    for dtype in ("float32", "int8"):
        own = [r for r in residuals if kernels.network_dtype(r.row.nodes) == dtype]
        if own:
            groups = [group_of(r.row.nodes) for r in own]
            found[dtype] = error_of([r.predicted for r in own], [r.stated for r in own], groups)
    return found


def _toolchain(rows: Sequence[FitRow]) -> tuple[float, Error]:
    """What ``expf`` takes: reports of float networks that have an exponential and no tangent."""
    known = [
        (float(row.toolchain_flash), group_of(row.nodes))
        for row in rows
        if row.toolchain_flash and kernels.network_dtype(row.nodes) == "float32"
    ]
    values = [value for value, _ in known]
    middle = statistics.median(values)
    unseen = [
        statistics.median([v for v, other in known if other != group] or values) for _, group in known
    ]
    return round(middle, _DIGITS), error_of(unseen, values, [group for _, group in known])
