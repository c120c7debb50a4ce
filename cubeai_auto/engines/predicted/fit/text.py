"""A fit as the file that ships, and as a table for readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from cubeai_auto.engines.predicted import kernels
from cubeai_auto.engines.predicted.coefficients import Coefficients, Error, KernelModel, Scratch
from cubeai_auto.engines.predicted.fit.fitting import Fit, Residual
from cubeai_auto.tflite.rules import Version

__all__ = ["fit_toml", "leave_one_out_table", "summary_table"]

_HEADER = """\
# What Cube.AI's working memory, kernels and tables take, fitted on known figures: written by
#   python -m cubeai_auto.engines.predicted.fit CORPUS
# Figures: reports of ST's tools in public repositories (X-CUBE-AI 5.1 to ST Edge AI Core 4.0), the
# published tables of ST's model zoo (7.3 to ST Edge AI Core 3.0), and the CubeMX projects of MLPerf
# Tiny. Errors: relative, each network predicted by a fit without it.
"""


def fit_toml(fit: Fit) -> str:
    """The content of ``cube_ai_fit.toml``."""
    return _HEADER + "\n".join(_lines(fit.coefficients)) + "\n"


def _lines(found: Coefficients) -> Iterator[str]:
    yield f'date = "{found.date}"'
    yield f'default = "{_version(found.default)}"'
    yield "\n[scratch]"
    for field in fields(Scratch):
        yield f"{field.name} = {getattr(found.scratch, field.name)}"
    yield "\n[activations]"
    yield f"kinds = [{_names(found.activation_kinds)}]"
    yield from _errors("activations", found.activations)
    for name, models in (("flash", found.flash), ("ram", found.ram)):
        for model in models:
            yield from _model(name, model)
    yield "\n[toolchain]"
    yield f"exponential = {found.exponential}"
    yield from _error("toolchain.error", found.toolchain)


def _model(name: str, model: KernelModel) -> Iterator[str]:
    yield f"\n[[{name}]]"
    yield f'since = "{_version(model.since)}"'
    yield f'until = "{_version(model.until)}"'
    yield f"kinds = [{_names(model.kinds)}]"
    yield f"\n[{name}.factors]"
    for feature, factor in model.factors.items():
        yield f"{feature} = {factor}"
    yield from _errors(name, model.errors)


def _errors(name: str, errors: Mapping[str, Error]) -> Iterator[str]:
    for dtype, error in errors.items():
        yield from _error(f"{name}.error.{dtype}", error)


def _error(table: str, error: Error) -> Iterator[str]:
    yield f"\n[{table}]"
    yield f"rows = {error.rows}"
    yield f"networks = {error.networks}"
    yield f"median = {error.median:.6f}"
    yield f"worst = {error.worst:.6f}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))


def _version(version: Version) -> str:
    return ".".join(map(str, version))


def leave_one_out_table(residuals: Iterable[Residual]) -> str:
    """Every known figure, and what a fit without its network predicts."""
    head = f"{'figure':<13} {'network':<27} {'type':<8} {'X-CUBE-AI':>9}"
    lines = [f"{head} {'known B':>10} {'predicted':>10} {'error':>7}"]
    for residual in residuals:
        row = residual.row
        lines.append(
            f"{residual.figure:<13} {row.network[:27]:<27} {kernels.network_dtype(row.nodes):<8}"
            f" {_version(row.version):>9} {residual.stated:>10,} {residual.predicted:>10,.0f}"
            f" {100 * residual.error:>+6.1f}%"
        )
    return "\n".join(lines)


def summary_table(found: Coefficients) -> str:
    """The errors of each kind of figure."""
    lines = [f"{'figure':<17} {'type':<8} {'rows':>4} {'networks':>8} {'median':>8} {'worst':>7}"]
    named: list[tuple[str, Mapping[str, Error]]] = [("activations", found.activations)]
    for name, models in (("kernel flash", found.flash), ("kernel RAM", found.ram)):
        for model in models:
            late = "" if model is models[0] else f" {_version(model.since)}"
            named.append((f"{name}{late}", model.errors))
    named.append(("toolchain", {"float32": found.toolchain}))
    for name, errors in named:
        for dtype, error in errors.items():
            lines.append(
                f"{name:<17} {dtype:<8} {error.rows:>4} {error.networks:>8} {100 * error.median:>7.1f}%"
                f" {100 * error.worst:>6.1f}%"
            )
    return "\n".join(lines)
