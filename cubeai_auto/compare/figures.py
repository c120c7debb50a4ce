"""The figures of a deployment that limits rest on, each with the parts it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.compare.record import VariantRecord
from cubeai_auto.quantity import JsonValue, Quantity, measured, missing
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult

__all__ = ["KeyFigure", "Part", "key_figures"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a figure."""

    name: str
    value: Quantity

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``parts``."""
        return {"name": self.name, "value": self.value.to_json()}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure: ``flash``, ``ram`` (with the stack), ``arena``, ``macc``, ...; sizes have parts."""

    name: str
    value: Quantity
    parts: tuple[Part, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """An element of ``figures``."""
        return {
            "name": self.name,
            "value": self.value.to_json(),
            "parts": [part.to_json() for part in self.parts],
        }


def key_figures(variant: VariantRecord) -> tuple[KeyFigure, ...]:
    """Flash, RAM, arena, MACC, instructions, accuracy, mismatches; nothing for a refused variant."""
    report = variant.report
    if report is None:
        return ()
    return (
        KeyFigure("flash", report.footprint.flash_total, _flash_parts(report)),
        KeyFigure("ram", _ram(report, variant.validation), _ram_parts(report, variant.validation)),
        KeyFigure("arena", report.footprint.activations),
        KeyFigure("macc", report.macc),
        KeyFigure("instructions", _instructions(variant.validation)),
        KeyFigure("accuracy", variant.accuracy.deployed),
        KeyFigure("mismatches", _mismatches(variant.validation)),
    )


def _flash_parts(report: CubeReport) -> tuple[Part, ...]:
    footprint = report.footprint
    ours = "built-in" in report.tool.name
    runtime = footprint.toolchain_flash if ours else missing("inside the kernels, as ST's tools count")
    return (
        Part("weights", footprint.weights),
        Part("container", footprint.channel_constants),
        Part("kernels", footprint.kernel_flash),
        Part("runtime", runtime),
    )


def _ram_parts(report: CubeReport, validation: Sequence[ValidationResult]) -> tuple[Part, ...]:
    footprint = report.footprint
    return (
        Part("activations", footprint.activations),
        Part("inputs", footprint.inputs),
        Part("outputs", footprint.outputs),
        Part("runtime", footprint.kernel_ram),
        Part("stack", _stack(validation)),
    )


def _ram(report: CubeReport, validation: Sequence[ValidationResult]) -> Quantity:
    ram, stack = report.footprint.ram_total, _stack(validation)
    if ram.value is None or stack.value is None:
        return ram if ram.value is None else stack
    return measured(int(ram.value + stack.value), "B", f"{ram.source}; stack: {stack.source}")


def _stack(validation: Sequence[ValidationResult]) -> Quantity:
    return _first([result.stack for result in validation], "the stack was not measured")


def _instructions(validation: Sequence[ValidationResult]) -> Quantity:
    return _first([result.instructions for result in validation], "instructions were not counted")


def _first(values: Sequence[Quantity], reason: str) -> Quantity:
    """The first value that is known, else the last one's reason."""
    for value in values:
        if value.known:
            return value
    return values[-1] if values else missing(reason)


def _mismatches(validation: Sequence[ValidationResult]) -> Quantity:
    done = [result for result in validation if result.mismatches is not None]
    if not done:
        return missing(validation[-1].reason if validation else "nothing was validated")
    places = " and ".join(f"{result.vectors:,} vectors on {result.on}" for result in done)
    total = sum(result.mismatches or 0 for result in done)
    return measured(total, "1", f"{places}, against {done[0].oracle}")
