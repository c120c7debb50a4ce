"""``<name>_c_info.json``, 9.0 to 4.0 (``json_schema_version`` 2.0)."""

from __future__ import annotations

from cubeai_auto.quantity import missing, reported
from cubeai_auto.reports.cgraph import CArray, CNode, Epoch
from cubeai_auto.reports.memory import MemoryPool
from cubeai_auto.reports.profile import LayerTiming
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.fields import Fields
from cubeai_auto.reports.reading.json_common import (
    known_keys,
    read_memory_footprint,
    read_metrics,
    read_version,
)
from cubeai_auto.reports.reading.parameters import model_of
from cubeai_auto.reports.report import LayerInfo, TensorInfo

__all__ = ["read_c_info_json"]

_KNOWN_SCHEMA = "2.0"
_ABSENT = "this file does not state it"
_FORMATS = {
    "STAI_FORMAT_FLOAT": "float32", "STAI_FORMAT_FLOAT32": "float32", "STAI_FORMAT_FLOAT16": "float16",
    "STAI_FORMAT_S8": "int8", "STAI_FORMAT_U8": "uint8", "STAI_FORMAT_S16": "int16",
    "STAI_FORMAT_U16": "uint16", "STAI_FORMAT_S32": "int32", "STAI_FORMAT_U32": "uint32",
    "STAI_FORMAT_BOOL": "bool",
}  # fmt: skip
_EPOCHS = {
    "NODE_HW": "hardware", "NODE_SW": "software", "NODE_HYBRID": "hybrid",
    "NODE_EC": "epoch controller",
}  # fmt: skip


def read_c_info_json(fields: Fields, draft: Draft) -> None:
    """Read the whole file. Its MACC is the sum over the nodes; 0 in all of them is no figure."""
    fields.unknown(known_keys("c_info"))
    if (schema := fields.text("json_schema_version")) != _KNOWN_SCHEMA:
        draft.note(f"json_schema_version {schema!r} is not known: read as {_KNOWN_SCHEMA}")
    _read_environment(fields.child("environment"), draft)
    buffers = {
        number: row for row in fields.children("buffers") if (number := row.integer("id")) is not None
    }
    graphs = fields.children("graphs")
    if len(graphs) > 1:
        draft.note(f"{len(graphs)} graphs: the first one is reported")
    if graphs:
        _read_tensors(graphs[0], buffers, draft)
        _read_nodes(graphs[0], buffers, draft)
        _read_times(graphs[0], draft)
    else:
        draft.note("the file has no graph")
    _read_buffers(buffers, fields, draft)
    read_memory_footprint(fields, draft)
    _read_pools(fields, draft)
    footprint = draft.footprint
    if footprint.activations is not None:
        footprint.data_ram = footprint.activations + (footprint.inputs or 0) + (footprint.outputs or 0)
    if fields.raw("validation") is not None:
        read_metrics(fields.child("validation").children("val_metrics"), draft)


def _read_environment(environment: Fields, draft: Draft) -> None:
    tools = environment.children("tools")
    core = next((tool for tool in tools if tool.text("name") != "ATONN Compiler"), None)
    for tool in tools:
        if tool is not core:
            draft.neural_art = draft.neural_art or tool.text("name") == "ATONN Compiler"
            draft.note(f"{tool.text('name')} {tool.text('version')}".strip())
    made = environment.child("generated_model")
    draft.c_name = made.text("name")
    draft.created = made.text("generated_time") or None
    draft.generated = [file.text("name") for file in made.children("model_files")]
    if environment.raw("device") is not None:
        draft.running().device = environment.text("device")
    draft.shown_target = environment.text("target") or None
    if core is None:
        draft.note("the file does not state the tool")
        return
    read_version(core, draft, "version")
    draft.parameters = core.text("arguments") or None
    model = core.child("input_model")
    files = model.children("model_files")
    draft.model_path = model_of(draft.parameters or "") or (files[0].text("name") if files else "")
    draft.model_hash = files[0].text("signature") if files else ""
    draft.model_name = model.text("name")
    draft.model_type = model.text("type")
    draft.params = model.size("n_params")


def _read_tensors(graph: Fields, buffers: dict[int, Fields], draft: Draft) -> None:
    """Inputs and outputs as the C code has them, under the names of the model."""
    for key, tensors in (("inputs", draft.inputs), ("outputs", draft.outputs)):
        numbers = graph.integers(key)
        names = _original_names(graph, f"original_{key}")
        for index, number in enumerate(numbers):
            buffer = buffers.get(number)
            if buffer is None or (size := buffer.size("size_bytes")) is None:
                draft.note(f"no buffer of {key[:-1]} {number}")
                continue
            plain = buffer.text("name").removesuffix("_array").removesuffix("_output")
            named = names[index] if len(names) == len(numbers) else ""
            scale, zero = _quantization(buffer)
            tensors.append(
                TensorInfo(named or plain, _dtype(buffer), _shape(buffer), size, scale, zero)
            )


def _original_names(graph: Fields, key: str) -> list[str]:
    """The model's tensor names: a list of objects; in Core 1.0 and 2.0 an object keyed by name."""
    value = graph.raw(key)
    if isinstance(value, dict):
        return list(value)
    names: list[str] = []
    for row in value if isinstance(value, list) else []:
        if isinstance(row, dict):
            stated = row.get("name")
            names += [stated] if isinstance(stated, str) else list(row)
    return names


def _quantization(buffer: Fields) -> tuple[float | None, int | None]:
    quantized = buffer.child("intq")
    scales, zeros = quantized.numbers("scales"), quantized.integers("offsets")
    if len(scales) != 1:
        return None, None
    return scales[0], zeros[0] if len(zeros) == 1 else None


def _dtype(buffer: Fields) -> str:
    stated = buffer.text("format")
    return _FORMATS.get(stated, stated.removeprefix("STAI_FORMAT_").lower())


def _shape(buffer: Fields) -> tuple[int, ...]:
    """The shape with its batch; on MCU targets it stands apart, and as 0 for 1 in 9.0."""
    shape = tuple(buffer.integers("shape"))
    if not buffer.texts("shape_map"):
        return shape
    return (max(buffer.integer("batch") or 1, 1), *shape)


def _read_nodes(graph: Fields, buffers: dict[int, Fields], draft: Draft) -> None:
    timings = []
    for row in graph.children("nodes"):
        number, name = row.integer("id") or 0, row.text("name")
        kind = row.text("type") if "type" in row else row.text("description")
        macc = row.size("macc")
        mapping = row.text("mapping")
        if draft.neural_art and mapping in _EPOCHS:
            inner = row.children("subgraph_nodes")
            operation = inner[0].text("type") if len(inner) == 1 else ""
            draft.epochs.append(Epoch(_epoch(name, number), _EPOCHS[mapping], operation))
        draft.c_nodes.append(CNode(number, name, kind, macc, None))
        output = buffers.get(next(iter(row.integers("outputs")), -1))
        draft.layers.append(
            LayerInfo(
                id=number,
                name=name,
                type=kind,
                shape=() if output is None else _shape(output),
                params=None,
                macc=missing("the Neural-ART compiler does not count them")
                if draft.neural_art and not macc
                else missing(_ABSENT)
                if macc is None
                else reported(macc, "MACC", draft.source),
            )
        )
        times = row.child("exec_time")
        if times.number("duration_ms") is not None:
            timings.append(_timing(number, name, kind, times, draft))
    counted = [node.macc for node in draft.c_nodes if node.macc is not None]
    # A network of reshapes alone really costs nothing; an accelerator's nodes are not counted.
    if counted and (sum(counted) or not draft.neural_art):
        draft.macc = sum(counted)
        draft.macc_source = ", sum of the nodes"
    draft.why["macc"] = "all nodes say 0: the Neural-ART compiler does not count them"
    if timings:
        draft.running().layers = timings


def _epoch(name: str, number: int) -> int:
    digits = name.removeprefix("epoch_")
    return int(digits) if digits.isdecimal() and len(digits) < 10 else number


def _timing(number: int, name: str, kind: str, times: Fields, draft: Draft) -> LayerTiming:
    share = times.number("percentage")
    return LayerTiming(
        id=number,
        name=name,
        type=kind,
        duration=draft.figure(times.number("duration_ms"), "ms", _ABSENT),
        share=draft.figure(None if share is None else share / 100, "1", _ABSENT),
        cycles=draft.figure(times.size("cycles") or None, "cycles", "not counted on the host"),
    )


def _read_times(graph: Fields, draft: Draft) -> None:
    times = graph.child("exec_time")
    if (duration := times.number("duration_ms")) is None:
        return
    run = draft.running()
    run.duration = duration
    run.cycles = times.size("cycles") or None
    run.cycles_per_macc = times.number("cycles_by_macc") or None


def _read_buffers(buffers: dict[int, Fields], fields: Fields, draft: Draft) -> None:
    pools = {row.integer("id"): row.text("name") for row in fields.children("memory_pools")}
    for buffer in buffers.values():
        size, bits = buffer.size("size_bytes"), buffer.size("nbits")
        draft.c_arrays.append(
            CArray(
                name=buffer.text("name"),
                items=None if not size or not bits else size * 8 // bits,
                bytes=size,
                pool=pools.get(buffer.integer("mpool_id"), ""),
                type=_dtype(buffer),
                format=buffer.text("flags"),
            )
        )


def _read_pools(fields: Fields, draft: Draft) -> None:
    """Memories; a pool made of others is left out, so that sums count nothing twice."""
    for row in fields.children("memory_pools"):
        if row.raw("subpools") not in (None, []):
            draft.note(f"memory pool {row.text('name')} is made of others and left out")
            continue
        address = row.text("address")
        number = int(address) if address.isdecimal() and len(address) < 20 else None
        draft.pools.append(
            MemoryPool(
                name=row.text("name"),
                size=draft.figure(row.size("size_bytes"), "B", "unlimited"),
                used=draft.figure(row.size("used_size_bytes"), "B", _ABSENT),
                address=f"0x{number:08X}" if number is not None else address or None,
                buffers=len(row.integers("buffers")),
            )
        )
