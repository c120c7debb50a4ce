"""``<name>_report.json``, 5.0 to 2.0 (``report_version`` 1.0 and 1.1)."""

from __future__ import annotations

from cubeai_auto.quantity import missing, reported
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.fields import Fields
from cubeai_auto.reports.reading.json_common import known_keys, read_io, read_metrics, read_version
from cubeai_auto.reports.reading.tensors import BYTES, data_type
from cubeai_auto.reports.report import LayerInfo, TensorInfo

__all__ = ["read_report_json"]

_SPATIAL = 3
_NO_SIZES = "this kind of file has no sizes of the runtime"


def read_report_json(fields: Fields, draft: Draft) -> None:
    """Read the whole file."""
    fields.unknown(known_keys("report"))
    read_version(fields, draft, "tools_version", "cli_version_str")
    draft.created = fields.text("date_time") or None
    draft.parameters = fields.text("cli_parameters") or None
    command = fields.text("exec_cmd")
    draft.command = "analyze" if command == "analyse" else command or None
    for text in fields.texts("error_str"):
        draft.error(text)
    if fields.integer("error") not in {None, 0}:
        draft.failed = True
    draft.model_path = next(iter(fields.texts("model_files")), "")
    draft.model_name = fields.text("model_name")
    draft.model_type = fields.text("model_type").partition(" ")[0]
    draft.model_hash = fields.text("hash")
    draft.c_name = fields.text("name")
    draft.params = fields.size("model_n_params")
    footprint = draft.footprint
    footprint.weights = fields.size("rom_size")
    footprint.activations = next(iter(fields.integers("ram_size")), None)
    # Up to 8.1 the real sizes stand here even where inputs and outputs are inside.
    inside = (_inside(fields, "_allocate_inputs"), _inside(fields, "_allocate_outputs"))
    read_io(fields.integers("ram_io_size"), draft, inside=inside)
    if footprint.activations is not None:
        footprint.data_ram = footprint.activations + (footprint.inputs or 0) + (footprint.outputs or 0)
    for name in (
        "kernel_flash", "kernel_ram", "toolchain_flash", "toolchain_ram", "flash_total", "ram_total",
    ):  # fmt: skip
        footprint.why[name] = _NO_SIZES
    _read_layers(fields, draft)
    _read_macc(fields, draft)
    _read_tensors(fields, draft)
    read_metrics(fields.children("val_metrics"), draft)


def _inside(fields: Fields, key: str) -> bool:
    """0 and False say "not inside"; another number is the alignment."""
    return fields.raw(key) not in {None, 0}


def _read_macc(fields: Fields, draft: Draft) -> None:
    draft.macc = fields.size("rom_n_macc")
    if draft.macc != 0 or not draft.layers:
        return
    # Neural-ART: the C model's figure is 0, the layers still have the original model's.
    total = sum(int(layer.macc.value or 0) for layer in draft.layers)
    draft.macc = total or None
    draft.macc_source = ", sum of the original model's layers"
    draft.why["macc"] = "0: the Neural-ART compiler does not count them"


def _read_layers(fields: Fields, draft: Draft) -> None:
    for row in fields.children("layers"):
        extras = row.child("extras")
        macc = extras.size("n_macc")
        draft.layers.append(
            LayerInfo(
                id=row.integer("id") or 0,
                name=row.text("name"),
                type=row.text("type"),
                shape=_shape(extras, draft),
                params=extras.size("n_params"),
                macc=missing("not stated by the report")
                if macc is None
                else reported(macc, "MACC", draft.source),
                original=row.text("original") or None,
                size=extras.size("psize"),
            )
        )


def _shape(extras: Fields, draft: Draft) -> tuple[int, ...]:
    """Batch first, as everywhere else: up to 8.1 it stands last, from 9.0 it is left out."""
    if extras.raw("rom_output") is None:
        return ()
    shape = tuple(extras.child("rom_output").integers("shape"))
    if draft.tool.name == "stm32ai":
        return (*shape[-1:], *shape[:-1])
    if len(shape) == _SPATIAL and shape[0] == shape[2]:
        # Pictures stand there as height, channels, width.
        return (1, shape[0], shape[2], shape[1])
    return (1, *shape) if shape else ()


def _read_tensors(fields: Fields, draft: Draft) -> None:
    """Inputs and outputs: bytes and type stand here, the shape at the layer of that name."""
    shapes = {layer.name: layer.shape for layer in draft.layers if layer.shape}
    for key, tensors in (("rom_inputs", draft.inputs), ("rom_outputs", draft.outputs)):
        for row in fields.children(key):
            name, size = row.text("name"), row.size("c_size")
            dtype = data_type(row.text("c_type"))
            if size is None:
                draft.note(f"{key}: {name} has no size")
                continue
            shape = shapes.get(name)
            if shape is None:
                shape = (size // BYTES.get(dtype, 1),)
                draft.note(f"the shape of {name} is not stated: shown is the number of elements")
            tensors.append(TensorInfo(name, dtype, shape, size))
