"""Reports and validations as plain text, for the terminal and for the file beside the C code."""

from __future__ import annotations

from collections.abc import Sequence

from cubeai_auto.quantity import Quantity
from cubeai_auto.reports.layer import LayerInfo
from cubeai_auto.reports.memory import MemoryMap
from cubeai_auto.reports.report import CubeReport, TensorInfo
from cubeai_auto.reports.validation import ValidationResult

__all__ = ["report_text", "validation_text"]

_RULE = "-" * 78


def report_text(report: CubeReport, memory: MemoryMap | None) -> str:
    """A report as aligned plain text, each figure with how and where it was obtained."""
    tool = f"{report.tool.name} {report.tool.version or '(version unknown)'}"
    lines = [
        f"{report.model_name} on {report.target or 'an unstated target'}, by {tool}",
        _RULE,
        f"model         {report.model_path}",
        f"format        {report.model_format}",
        f"hash          {report.model_hash}",
        f"C name        {report.c_name}",
        f"optimization  {report.optimization or 'not stated'}",
        *(_tensor_line("input", tensor) for tensor in report.inputs),
        *(_tensor_line("output", tensor) for tensor in report.outputs),
        _RULE,
    ]
    footprint = report.footprint
    lines += _quantities(
        (
            ("MACC", report.macc),
            ("parameters", report.params),
            ("weights", footprint.weights),
            ("channel constants", footprint.channel_constants),
            ("kernel flash", footprint.kernel_flash),
            ("toolchain flash", footprint.toolchain_flash),
            ("flash total", footprint.flash_total),
            ("activations", footprint.activations),
            ("inputs", footprint.inputs),
            ("outputs", footprint.outputs),
            ("states", footprint.states),
            ("data RAM", footprint.data_ram),
            ("kernel RAM", footprint.kernel_ram),
            ("toolchain RAM", footprint.toolchain_ram),
            ("RAM total", footprint.ram_total),
        )
    )
    if memory is not None:
        gap = memory.size - memory.live_bound
        bound = f"live-set bound {memory.live_bound:,} B, gap {gap:,} B"
        lines += [
            _RULE,
            f"activations plan: {memory.size:,} B, {bound}",
            *(
                f"  {b.offset:>8,} .. {b.offset + b.size:<8,} steps {b.first}..{b.last}  {b.name}"
                for b in memory.buffers
            ),
        ]
    if report.layers:
        lines += [_RULE, *_layer_lines(report.layers)]
    if report.notes:
        lines += [_RULE, *(f"note: {note}" for note in report.notes)]
    return "\n".join(lines) + "\n"


def validation_text(result: ValidationResult) -> str:
    """A validation in a few lines, verdict first."""
    if result.mismatches is None:
        return f"not validated on {result.on}: {result.reason}\n"
    verdict = "equal" if result.passed else f"{result.mismatches:,} MISMATCHES"
    compared = f"{result.outputs_compared:,} outputs of {result.vectors:,} vectors"
    lines = [
        f"{verdict}: {compared}, {result.engine} on {result.on} against {result.oracle}",
        f"counts as equal   {result.tolerance}",
        f"largest error     {'not finite' if result.max_abs_error is None else result.max_abs_error}",
    ]
    lines += _quantities((("instructions", result.instructions), ("stack", result.stack)))
    if result.metrics is not None:
        metrics = result.metrics
        values = (
            ("acc", metrics.acc), ("rmse", metrics.rmse), ("mae", metrics.mae),
            ("l2r", metrics.l2r), ("nse", metrics.nse), ("cos", metrics.cos),
        )  # fmt: skip
        lines.append("metrics           " + "  ".join(f"{n} {_number(q)}" for n, q in values))
    if result.layers:
        lines += [_RULE, *_layer_lines(result.layers)]
    return "\n".join(lines) + "\n"


def _layer_lines(layers: Sequence[LayerInfo]) -> list[str]:
    """A line a layer; instructions are shown if there are any, and what slows a layer below it."""
    head = f"{'id':>4}  {'operator':<20} {'output shape':<18} {'params':>10} {'MACC':>12}"
    counted = any(layer.instructions.known for layer in layers)
    lines = [head + (f" {'instructions':>13} {'per MACC':>9}" if counted else "")]
    for layer in layers:
        line = _layer_line(layer)
        if counted:
            ratio = layer.instructions_per_macc.value
            shown = "-" if ratio is None else f"{ratio:.2f}"
            line += f" {_number(layer.instructions):>13} {shown:>9}"
        lines.append(line)
        lines += [f"      {reason}" for reason in layer.slow.split("; ") if reason]
    return lines


def _tensor_line(kind: str, tensor: TensorInfo) -> str:
    shape = "x".join(map(str, tensor.shape)) or "scalar"
    affine = (
        "" if tensor.scale is None else f", scale {tensor.scale:.9g}, zero point {tensor.zero_point}"
    )
    return f"{kind:<13} {tensor.name}: {tensor.dtype} {shape}, {tensor.bytes:,} B{affine}"


def _layer_line(layer: LayerInfo) -> str:
    shape = "x".join(map(str, layer.shape)) or "scalar"
    params = "-" if layer.params is None else f"{layer.params:,}"
    return f"{layer.id:>4}  {layer.type:<20} {shape:<18} {params:>10} {_number(layer.macc):>12}"


def _number(quantity: Quantity) -> str:
    if quantity.value is None:
        return "-"
    return f"{quantity.value:,}" if isinstance(quantity.value, int) else f"{quantity.value:.6g}"


def _quantities(rows: tuple[tuple[str, Quantity], ...]) -> list[str]:
    lines = []
    for name, quantity in rows:
        if quantity.value is None:
            lines.append(f"{name:<17} {'-':>12}    {quantity.reason}")
        else:
            unit = "" if quantity.unit in {"1", "MACC", "instructions"} else quantity.unit
            lines.append(
                f"{name:<17} {_number(quantity):>12} {unit:<2} {quantity.how}: {quantity.source}"
            )
    return lines
