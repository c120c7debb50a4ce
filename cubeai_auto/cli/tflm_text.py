"""The text of ``cubeai-auto tflm``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cubeai_auto.quantity import Quantity
from cubeai_auto.render.text import one_line
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["footprint_text"]

_LABEL_WIDTH = 46
_VALUE_WIDTH = 11
_MARKS = {"measured": "m", "predicted": "p", "reported": "r", "simulated": "s"}


def footprint_text(footprint: TflmFootprint, exported: Sequence[Path] = ()) -> str:
    """A footprint as aligned text, each figure with how it was obtained.

    Args:
        footprint: what is known.
        exported: the files that were written.
    """
    return "\n".join(_lines(footprint, exported))


def _lines(found: TflmFootprint, exported: Sequence[Path]) -> Iterator[str]:
    loads = {True: "yes", False: "no", None: "unknown"}[found.loadable]
    asked = f"TFLM {found.version} on this host" if found.version else "the rules of its sources"
    yield f"{one_line(found.model)} under TensorFlow Lite Micro (commit {found.commit})"
    yield (
        f"  {found.core}, {found.kernels} kernels, optimization {found.opt}, build {found.build}, "
        f"{found.registrations} registrations"
    )
    yield f"  operators: {', '.join(map(one_line, found.operators)) or 'none'}"
    why = f" - {one_line(found.reason)}" if found.reason else ""
    yield f"  TFLM loads it: {loads} (says {asked}){why}"
    yield ""
    yield from _arena(found)
    yield ""
    yield from _flash(found)
    if found.measured is not None:
        yield ""
        yield from _measured(found)
    if found.host_arena.total.known:
        yield ""
        yield "  Arena of the interpreter on this x86-64 host, not the Cortex-M figure:"
        yield _row("total", found.host_arena.total)
        yield _row("  head: tensors, planned over time", found.host_arena.head)
        yield _row("  tail: persistent data", found.host_arena.tail)
    for note in found.notes:
        yield f"  note: {one_line(note)}"
    for path in exported:
        yield f"  written: {one_line(str(path))}"
    yield ""
    yield from _origins(found)


def _arena(found: TflmFootprint) -> Iterator[str]:
    if not found.arena_used.known:
        yield _row("Arena:", found.arena_used)
        return
    yield _row("arena used: arena_used_bytes()", found.arena_used)
    yield _row("  head: activations and scratch", found.arena.head)
    yield _row("  tail: persistent data", found.arena.tail)
    yield from (_row(f"    {name}", value) for name, value in found.arena.categories.items())
    yield _row("arena required: the smallest that works", found.arena_required)
    for node in found.nodes:
        if node.scratch:
            sizes = " + ".join(f"{size:,}" for size in node.scratch)
            yield f"    scratch of operator {node.index} ({one_line(node.operator)}): {sizes} B"


def _flash(found: TflmFootprint) -> Iterator[str]:
    yield _row("flash: the model file", found.flash_model)
    if found.flash.total.known:
        yield _row("flash: core (TFLM, C library, startup)", found.flash.core)
        yield _row("flash: kernels", found.flash.kernels)
        yield _row("flash: total", found.flash.total)
        yield _row("RAM outside the arena, without stack", found.flash.static_ram)
    else:
        yield _row("Flash:", found.flash.total)


def _measured(found: TflmFootprint) -> Iterator[str]:
    firmware = found.measured
    if firmware is None:
        return
    untested = "" if firmware.tested else "; this reader was not tried on real files"
    yield f"  Measured: {one_line(firmware.file)} ({firmware.kind}{untested})"
    flash = firmware.flash
    yield _row("flash: model array", flash.model)
    yield _row("flash: TFLM without kernels", flash.core)
    yield _row("flash: TFLM's kernels", flash.kernels)
    yield _row("flash: CMSIS-NN", flash.cmsis_nn)
    yield _row("flash: C and C++ libraries", flash.libraries)
    yield _row("flash: application and the rest", flash.application)
    yield _row("flash: total", flash.total)
    yield _row("RAM: total", firmware.ram.total)
    yield _row("RAM: arena", firmware.ram.arena)
    for note in firmware.notes:
        yield f"  note: {one_line(note)}"


def _origins(found: TflmFootprint) -> Iterator[str]:
    """Where the predicted figures come from, once each."""
    figures = (found.arena_used, found.arena_required, found.flash.total)
    sources = dict.fromkeys(value.source for value in figures if value.known)
    yield from (f"  p: {one_line(source)}" for source in sources)


def _row(label: str, value: Quantity) -> str:
    if value.value is None:
        return f"  {label} not known: {one_line(value.reason)}"
    mark = _MARKS.get(value.how or "", "")
    return f"  {label:<{_LABEL_WIDTH}} {value.value:>{_VALUE_WIDTH},} {value.unit}  {mark}".rstrip()
