"""A small run record, to be changed figure by figure."""

from __future__ import annotations

from cubeai_auto.compare.record import (
    Accuracy,
    Comparison,
    DatasetFacts,
    RunRecord,
    ToolVersion,
    VariantRecord,
)
from cubeai_auto.contract import InputContract
from cubeai_auto.quantity import Quantity, measured, missing, predicted, simulated
from cubeai_auto.reports.report import CubeReport, Footprint, ToolInfo
from cubeai_auto.reports.validation import ValidationResult
from cubeai_auto.tflm.values import Arena, TflmFootprint

__all__ = ["run_record", "variant_record"]

GCC = "linked with arm-none-eabi-gcc"
FLASH: dict[str, int | None] = {
    "weights": 1_000, "kernel_flash": 400, "channel_constants": 80, "toolchain_flash": 20,
    "activations": 512, "kernel_ram": 24,
}  # fmt: skip


def size(value: int | None) -> Quantity:
    return missing("the linker was not there") if value is None else measured(value, "B", GCC)


def variant_record(
    name: str = "int8", *, macc: int = 5_000, instructions: int | None = 9_000,
    accuracy: float | None = 0.95, stack: int | None = 100, refused: bool = False,
    mismatches: int = 0, tool: str = "cubeai_auto built-in engine", **sizes: int | None,
) -> VariantRecord:  # fmt: skip
    """A variant; ``sizes`` are fields of the footprint, and the totals are their sums."""
    parts = FLASH | sizes
    flash = [parts[k] for k in ("weights", "kernel_flash", "channel_constants", "toolchain_flash")]
    ram = [parts[k] for k in ("activations", "kernel_ram")]

    def total(key: str, values: list[int | None]) -> Quantity:
        known = [value for value in values if value is not None]
        return size(parts.get(key, sum(known) if len(known) == len(values) else None))

    footprint = Footprint(
        **{key: size(parts[key]) for key in FLASH},
        flash_total=total("flash_total", flash),
        ram_total=total("ram_total", ram),
    )
    report = CubeReport(
        tool=ToolInfo(tool, "1.0"),
        status="ok", model_path="m", model_name="m", model_format="tflite", model_hash="0",
        c_name="network", macc=predicted(macc, "MACC", "rules"), params=predicted(1, "1", "rules"),
        footprint=footprint, inputs=(), outputs=(), layers=(),
    )  # fmt: skip
    ran = ValidationResult(
        on="emulator", engine="builtin", oracle="TFLM", vectors=2, outputs_compared=20,
        mismatches=mismatches, max_abs_error=0.0, metrics=None, tolerance="equal values",
        instructions=missing("no emulator") if instructions is None
        else simulated(instructions, "instructions", "QEMU"),
        stack=missing("no emulator") if stack is None else simulated(stack, "B", "QEMU"),
    )  # fmt: skip
    gap = missing("not asked")
    reached = missing("no data") if accuracy is None else measured(accuracy, "1", "the test set")
    return VariantRecord(
        name=name, model_path="m.tflite", model_bytes=2_000, model_sha256="ab" * 32,
        accuracy=Accuracy(gap, gap, reached),
        report=None if refused else report, refusal="hybrid" if refused else "",
        validation=() if refused else (ran,),
        tflm=TflmFootprint("m", None, "not asked", Arena(gap, gap, gap), gap, gap, size(2_000), (), ""),
        comparison=Comparison(()),
    )  # fmt: skip


def run_record(*variants: VariantRecord, engine: str = "builtin", board: str = "B") -> RunRecord:
    """A run of these variants."""
    return RunRecord(
        project="p", run_dir="runs/1", engine=engine, board=board, created="2026-11-21T12:00:00+00:00",
        key="c0" * 32, cached=False, dataset=DatasetFacts("none", "none", 0, 0, (), ""),
        contract=InputContract("", "uint8", 0, 255, 0, 1, (1,), "flat"),
        variants=variants,
        tools=(ToolVersion("gcc", "12.2"), ToolVersion("qemu", None, "not found")),
    )  # fmt: skip
