"""TensorFlow Lite Micro's footprint on a Cortex-M, from the model file: no compiler, no board.

The arena is simulated allocation by allocation, flash is put together from measured section groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.quantity import Quantity, measured, missing, predicted
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.allocations import missing_arena
from cubeai_auto.tflm.builds import build_type, registration_kind
from cubeai_auto.tflm.cores import Core, find_core
from cubeai_auto.tflm.coverage import unverified
from cubeai_auto.tflm.demand import Demand, Setting
from cubeai_auto.tflm.flash import opt_level
from cubeai_auto.tflm.flash_prediction import FlashRequest, no_flash, predict_flash
from cubeai_auto.tflm.head import Head, plan_head
from cubeai_auto.tflm.loading import verdict
from cubeai_auto.tflm.operators import COMMIT, kernel_set
from cubeai_auto.tflm.prepare import prepare
from cubeai_auto.tflm.required import peaks
from cubeai_auto.tflm.sizes import tensor_bytes
from cubeai_auto.tflm.tail import Tail, simulate_tail
from cubeai_auto.tflm.values import Arena, NodeMemory, TflmFootprint

__all__ = ["footprint"]

_NOT_ASKED = "TFLM was not asked on this host"
_ADDRESSABLE = 1 << 32


def footprint(
    graph: Graph,
    core: str = "cortex-m4",
    kernels: str = "cmsis-nn",
    opt: str = "mixed",
    *,
    build: str = "release",
    registrations: str = "default",
    fpu: str | None = None,
) -> TflmFootprint:
    """Predict what TFLM needs for a model.

    Whatever cannot be predicted is missing with its reason, and every figure names the commit of
    TFLM, the rule and its known error. A model TFLM cannot load has ``loadable`` ``False`` and
    TFLM's reason; one that it may load, but that is not simulated, has ``None``.

    Args:
        graph: the model.
        core: ``"cortex-m0"`` ... ``"cortex-m85"``.
        kernels: ``"reference"`` or ``"cmsis-nn"``.
        opt: ``"Os"``, ``"mixed"`` (core -Os, kernels -O2: TFLM's own default), ``"O2"``, ``"O3"``.
        build: ``"release"``, ``"release_with_logs"`` or ``"default"`` (with asserts).
        registrations: ``"default"``, or ``"int8"`` for the int8 kernels alone where there are such.
        fpu: the core's floating-point unit (``"none"``, ``"single"``, ``"double"``), if it may be
            another one than the flash was measured with.

    Raises:
        UsageError: a core, kernel set, optimization, build or registration that does not exist.
    """
    chosen, kind, level = find_core(core), kernel_set(kernels), opt_level(opt)
    setting = Setting(kind, chosen.dsp)
    request = FlashRequest(
        chosen.name, level, kind, build_type(build), registration_kind(registrations), fpu
    )
    names = frozenset(op.name for op in graph.operators)
    found = verdict(graph, kind)
    open_points = unverified(graph, setting)
    gap = missing(_no_figure(found.loadable, found.reason) or "not simulated")
    base = TflmFootprint(
        model=graph.name,
        loadable=found.loadable,
        reason=found.reason,
        host_arena=missing_arena(_NOT_ASKED),
        arena_used=gap,
        arena_required=gap,
        flash_model=measured(graph.file_bytes, "B", "size of the .tflite file"),
        operators=tuple(sorted(names)),
        version="",
        core=chosen.name,
        kernels=kind,
        opt=level,
        build=request.build,
        registrations=request.registrations,
        commit=COMMIT,
        arena=missing_arena(gap.reason),
        flash=no_flash(gap.reason),
        unverified_operators=tuple(open_points),
        notes=_notes(open_points),
    )
    if not found.loadable:
        return base
    base = replace(base, flash=predict_flash(names, graph.file_bytes, request))
    if chosen.mve:
        return _without_arena(base, f"{chosen.name} has the vector extension, which is not simulated")
    try:
        return _with_arena(base, graph, chosen, setting, open_points)
    except UnsupportedModelError as error:
        reason = f"not simulated: {error.message}"
        base = replace(base, loadable=None, reason=reason, flash=no_flash(reason))
        return _without_arena(base, reason)


def _no_figure(loadable: bool | None, reason: str) -> str:
    return f"TFLM cannot load the model: {reason}" if loadable is False else reason


def _without_arena(base: TflmFootprint, reason: str) -> TflmFootprint:
    gap = missing(reason)
    return replace(base, arena_used=gap, arena_required=gap, arena=missing_arena(reason))


def _with_arena(
    base: TflmFootprint,
    graph: Graph,
    core: Core,
    setting: Setting,
    open_points: Mapping[str, tuple[str, ...]],
) -> TflmFootprint:
    sizes = tensor_bytes(graph)
    demands = [prepare(graph, op, setting) for op in graph.operators]
    tail = simulate_tail(graph, sizes, demands, setting)
    head = plan_head(graph, sizes, demands)
    found = peaks(graph, demands, tail, head)
    if found.required >= _ADDRESSABLE:
        msg = "the arena is larger than a 32-bit core can address"
        raise UnsupportedModelError(msg)
    source = f"TFLM {COMMIT}, {setting.kernels} kernels: allocator simulated from the model file"
    doubt = _doubt(core, open_points)
    used = f"{source}; 0 B off on every measured model{doubt}"
    return replace(
        base,
        arena_used=predicted(found.used, "B", used),
        arena_required=predicted(
            found.required, "B", f"{source}, with its peak while loading; 0 or +16 B off{doubt}"
        ),
        arena=_arena(tail, head, used),
        nodes=_nodes(graph, demands),
    )


def _arena(tail: Tail, head: Head, source: str) -> Arena:
    def value(size: int) -> Quantity:
        return predicted(size, "B", source)

    categories = {name: value(size) for name, size in tail.categories.items()}
    return Arena(value(head.size + tail.total), value(head.size), value(tail.total), categories)


def _nodes(graph: Graph, demands: list[Demand]) -> tuple[NodeMemory, ...]:
    return tuple(
        NodeMemory(op.index, op.name, demand.persistent, demand.scratch)
        for op, demand in zip(graph.operators, demands, strict=True)
        if demand.persistent or demand.scratch
    )


def _doubt(core: Core, open_points: Mapping[str, tuple[str, ...]]) -> str:
    """What of the figure rests on no measurement, to be appended to its source."""
    parts = []
    if not core.measured:
        parts.append(f"not measured on {core.name}")
    if open_points:
        parts.append(f"not verified by measurement for {', '.join(open_points)}")
    return "".join(f"; {part}" for part in parts)


def _notes(open_points: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(
        f"{name}: the arena's rule was never compared with a measurement ({', '.join(points)})"
        for name, points in open_points.items()
    )
