"""``<name>_c_graph.json``, 5.2 to 2.0 (``version`` 1.0 to 1.2)."""

from __future__ import annotations

from cubeai_auto.quantity import missing, reported
from cubeai_auto.reports.cgraph import CArray, CNode
from cubeai_auto.reports.memory import MemoryPool
from cubeai_auto.reports.profile import LayerTiming
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.fields import Fields
from cubeai_auto.reports.reading.json_common import (
    known_keys,
    read_io,
    read_memory_footprint,
    read_version,
)
from cubeai_auto.reports.reading.tensors import data_type
from cubeai_auto.reports.report import LayerInfo, TensorInfo

__all__ = ["read_c_graph_json"]

_ABSENT = "this file does not state it"


def read_c_graph_json(fields: Fields, draft: Draft) -> None:
    """Read the whole file; it does not name its command, but only a validation leaves times."""
    fields.unknown(known_keys("c_graph"))
    read_version(fields, draft, "stm_ai_version", "st_ai_version", "tools_version", "tool_version")
    draft.created = fields.text("date_time") or None
    draft.parameters = fields.text("arguments") or None
    draft.model_name = fields.text("model_name")
    draft.model_type = fields.text("type")
    draft.model_scheme = fields.text("model_fmt")
    draft.model_hash = fields.text("model_signature")
    draft.c_name = fields.text("c_name")
    options = fields.child("compilation_options")
    draft.compression = options.text("compression") or None
    draft.optimization = options.text("optimization") or None
    draft.options = options.texts("options")
    draft.why["params"] = _ABSENT
    arrays = fields.children("c_arrays")
    _read_arrays(arrays, draft)
    _read_tensors(fields, arrays, draft)
    _read_nodes(fields, arrays, draft)
    draft.macc = fields.size("macc")
    if draft.c_nodes:
        draft.expect(
            "the sum of the C nodes' MACC", sum(n.macc or 0 for n in draft.c_nodes), draft.macc
        )
    if draft.macc == 0 and draft.neural_art:
        draft.macc = None
    _read_memory(fields, draft)
    _read_run(fields, draft)


def _read_arrays(arrays: list[Fields], draft: Draft) -> None:
    for row in arrays:
        draft.c_arrays.append(
            CArray(
                name=row.text("name"),
                items=row.size("size"),
                bytes=row.size("c_size_in_byte"),
                pool=row.text("mem_pool"),
                type=row.text("c_type"),
                format=row.text("format"),
            )
        )


def _read_tensors(fields: Fields, arrays: list[Fields], draft: Draft) -> None:
    """The arrays named by ``inputs`` and ``outputs``, in that order."""
    by_tensor: dict[str, Fields] = {}
    for row in arrays:
        by_tensor.setdefault(row.text("name").removesuffix("_array"), row)
        for tensor in row.children("tensors"):
            by_tensor.setdefault(tensor.text("name"), row)
    for key, tensors in (("inputs", draft.inputs), ("outputs", draft.outputs)):
        for name in fields.texts(key):
            found = by_tensor.get(name) or by_tensor.get(name.removesuffix("_array"))
            if found is None or (size := found.size("c_size_in_byte")) is None:
                draft.note(f"no array of the {key[:-1]} {name}")
                continue
            shape = next((tuple(t.integers("shape")) for t in found.children("tensors")), ())
            scales, zeros = found.numbers("scale"), found.integers("zeropoint")
            tensors.append(
                TensorInfo(
                    name=name.removesuffix("_array").removesuffix("_output") or name,
                    dtype=data_type(found.text("c_type")),
                    shape=shape,
                    bytes=size,
                    scale=scales[0] if len(scales) == 1 else None,
                    zero_point=zeros[0] if len(zeros) == 1 and len(scales) == 1 else None,
                )
            )


def _read_nodes(fields: Fields, arrays: list[Fields], draft: Draft) -> None:
    shapes = {
        tensor.text("name"): tuple(tensor.integers("shape"))
        for row in arrays
        for tensor in row.children("tensors")
    }
    timings = []
    for row in fields.children("c_layers"):
        kind = row.text("layer_type") if "layer_type" in row else row.text("type")
        macc, rom = row.size("macc"), row.size("rom")
        c_id, name = row.integer("c_id") or 0, row.text("name")
        draft.c_nodes.append(CNode(c_id, name, kind, macc, rom, row.integer("m_id")))
        outputs = row.child("tensors").texts("outputs")
        draft.layers.append(
            LayerInfo(
                id=c_id,
                name=name,
                type=kind,
                shape=shapes.get(outputs[0], ()) if outputs else (),
                params=None,
                macc=missing(_ABSENT) if macc is None else reported(macc, "MACC", draft.source),
                size=rom,
            )
        )
        if row.raw("exec_time") is not None:
            timings.append(_timing(c_id, name, kind, row.child("exec_time"), draft))
    if timings:
        draft.running().layers = timings


def _timing(c_id: int, name: str, kind: str, times: Fields, draft: Draft) -> LayerTiming:
    share = times.number("percentage")
    return LayerTiming(
        id=c_id,
        name=name,
        type=kind,
        duration=draft.figure(times.number("duration_ms"), "ms", _ABSENT),
        share=draft.figure(None if share is None else share / 100, "1", _ABSENT),
        cycles=draft.figure(times.size("cycles") or None, "cycles", "not counted on the host"),
    )


def _read_memory(fields: Fields, draft: Draft) -> None:
    """Footprint and pools: two numbers up to 7.0, then a table of pools each."""
    footprint = draft.footprint
    read_memory_footprint(fields, draft)
    for key in ("weights", "activations"):
        value = fields.raw(key)
        if isinstance(value, int) and not isinstance(value, bool):
            if getattr(footprint, key) is None:
                setattr(footprint, key, fields.size(key))
            continue
        for name, pool in fields.named(key):
            used = pool.size("used_size") or pool.size("buffer_data_size")
            used = used or (getattr(footprint, key) if len(fields.named(key)) == 1 else None)
            draft.pools.append(
                MemoryPool(
                    name=name,
                    size=draft.figure(pool.size("pool_size"), "B", "unlimited"),
                    used=draft.figure(used, "B", _ABSENT),
                    buffers=len(pool.children("buffer_offsets")),
                )
            )
    if "memory_footprint" not in fields:
        # Before 7.0 inputs and outputs are inside if their arrays stand in that pool.
        sizes = [sum(t.bytes for t in tensors) for tensors in (draft.inputs, draft.outputs)]
        user = {a.name.removesuffix("_array") for a in draft.c_arrays if a.pool == "user"}
        inside = tuple(
            bool(names) and not user.intersection(name.removesuffix("_array") for name in names)
            for names in (fields.texts("inputs"), fields.texts("outputs"))
        )
        read_io(sizes, draft, inside=(inside[0], inside[1]))
    if footprint.activations is not None:
        footprint.data_ram = footprint.activations + (footprint.inputs or 0) + (footprint.outputs or 0)


def _read_run(fields: Fields, draft: Draft) -> None:
    if fields.raw("exec_time") is None:
        return
    times = fields.child("exec_time")
    draft.command = "validate"
    run = draft.running()
    run.device = times.text("device") or None
    run.duration = times.number("duration_ms")
    run.cycles = times.size("cycles") or None
    run.cycles_per_macc = times.number("cycles_by_macc") or None
