"""The layer table in all its layouts, and the footer with the totals of model and C model."""

from __future__ import annotations

import re

from cubeai_auto.quantity import missing, reported
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.numbers import integer, leading_integer
from cubeai_auto.reports.reading.tables import Columns
from cubeai_auto.reports.reading.titles import is_rule
from cubeai_auto.reports.report import LayerInfo

__all__ = ["read_layers", "read_model_title", "shape_of"]

_FOOTER = re.compile(r" ?(?:model(?:/c-model)?: macc=|\S.* p=\d+ ?\()")
_PAIR = re.compile(r"macc=([\d,]+)(?:/([\d,]+))?")
_WEIGHTS = re.compile(r"\bweights=([\d,]+)(?:/([\d,]+))?")
_ACTIVATIONS = re.compile(r"\bactivations=--/([\d,]+)")
_IO = re.compile(r"\bio=--/([\d,]+)")
_PARAMS = re.compile(r" p=(\d+)")
_ONE_SHAPE = re.compile(r"[\[(]([^\])]*)[\])]")
_TITLE = re.compile(r" {0,4}Model name - (\S+)")


def read_model_title(title: str, _reader: LineReader, draft: Draft) -> None:
    """``Model name - X``, the only place of the name in a Neural-ART report."""
    match = _TITLE.match(title)
    if match is not None and not draft.model_name:
        draft.model_name = match.group(1)


def read_layers(header: str, reader: LineReader, draft: Draft) -> None:
    """Read the rows under a header line, and the footer."""
    following = reader.take()
    if following is None or not is_rule(following):
        draft.note(f"line {reader.number}: the layer table has no rule under its header")
        if following is not None:
            reader.push(following)
        return
    columns = Columns.of(header, following)
    name_at = columns.index("layer (")
    shape_at = columns.index("oshape", "shape", "output shape")
    params_at, macc_at = columns.index("param"), columns.index("macc")
    # The short table of Neural-ART and of the console names the original operator only.
    short = name_at is not None and "type" not in columns.names[name_at]
    # Sub-layers stand in the block of their layer, without an id of their own.
    current: int | None = None
    sizes = 0
    for line in reader.body():
        if is_rule(line):
            continue
        if _FOOTER.match(line):
            _read_footer(line, draft, short=short, sizes=sizes)
            return
        if not line.strip():
            break
        if (stated := integer(columns.cell(line, 0))) is not None:
            current = stated
        name = columns.cell(line, name_at)
        if not name:
            continue
        if current is None:
            draft.note(f"line {reader.number}: a layer without id: {name[:80]}")
            continue
        params, size = _params(columns.cell(line, params_at))
        sizes += size or 0
        macc = integer(columns.cell(line, macc_at) or "0")
        label, kind, original = _name(name, short=short)
        draft.layers.append(
            LayerInfo(
                id=current,
                name=label,
                type=kind,
                shape=shape_of(columns.cell(line, shape_at)),
                params=params,
                macc=missing("unreadable in the layer table")
                if macc is None
                else reported(macc, "MACC", draft.source),
                original=original,
                size=size,
            )
        )
    draft.note("the layer table ends without its totals: the report may be cut off")


def shape_of(text: str) -> tuple[int, ...]:
    """The first shape of a cell: ``(30, 1, 12)``, ``(h:28, w:28, c:1)``, ``[b:None,c:128]``.

    A dimension without a number (an unknown batch) is left out. 8.1 prints every height twice,
    ``[b:1,h:9,h:9,w:3,c:24]``: a labelled dimension that repeats the one before counts once.
    """
    match = _ONE_SHAPE.search(text)
    if match is None:
        return ()
    dimensions: list[int] = []
    previous = ""
    for part in match.group(1).split(","):
        _, colon, number = part.strip().rpartition(":")
        value = integer(number)
        if value is not None and not (colon and part.strip() == previous):
            dimensions.append(value)
        previous = part.strip()
    return tuple(dimensions)


def _name(cell: str, *, short: bool) -> tuple[str, str, str | None]:
    """Name, type and original operator of ``name (type)`` or ``name (type, original)``."""
    label, bracket, inside = cell.rpartition(" (")
    if not bracket or not inside.endswith(")"):
        return cell, "", None
    kind, _, original = inside[:-1].partition(",")
    original = original.strip()
    if short:
        original = kind
    return label, kind.strip(), None if original in {"", "None"} else original


def _params(cell: str) -> tuple[int | None, int | None]:
    """Elements and bytes of a layer's parameters; an empty cell means none."""
    if not cell:
        return 0, 0
    count, slash, size = cell.partition("/")
    return integer(count), integer(size) if slash else None


def _read_footer(line: str, draft: Draft, *, short: bool, sizes: int) -> None:
    """Check the totals against the header; Neural-ART states MACC and weights only here."""
    macc = _PAIR.search(line)
    weights = _WEIGHTS.search(line)
    layers = draft.layers
    if all(layer.macc.known for layer in layers) and macc is not None:
        total = sum(int(layer.macc.value or 0) for layer in layers)
        draft.expect("the sum of the layers' MACC", total, leading_integer(macc[1]))
    if weights is not None:
        draft.expect("the sum of the layers' weights", sizes, leading_integer(weights[1]))
    if layers and all(layer.params is not None for layer in layers):
        params = sum(layer.params or 0 for layer in layers)
        draft.expect("the sum of the layers' parameters", params, draft.params)
    if weights is None and (old := _PARAMS.search(line)) is not None:
        draft.expect("the layer table's footer, parameters,", int(old[1][:18]), draft.params)
        if macc is not None:
            draft.expect("the layer table's footer, MACC,", leading_integer(macc[1]), draft.macc)
    if macc is not None and macc[2] is not None:
        draft.expect("the layer table's footer, MACC,", leading_integer(macc[2]), draft.macc)
    if weights is not None and weights[2] is not None:
        footprint = draft.footprint
        draft.expect("the footer's weights", leading_integer(weights[2]), footprint.weights)
    if (activations := _ACTIVATIONS.search(line)) is not None:
        stated = leading_integer(activations[1])
        draft.expect("the footer's activations", stated, draft.footprint.activations)
    if (io := _IO.search(line)) is not None:
        inside = (draft.footprint.inputs or 0) + (draft.footprint.outputs or 0)
        draft.expect("the footer's io", leading_integer(io[1]), inside)
    if short and draft.macc is None and macc is not None:
        draft.macc = leading_integer(macc[1])
        draft.macc_source = ", the original model's layers"
        draft.params = sum(layer.params or 0 for layer in layers)
        draft.params_source = ", sum of the original model's layers"
