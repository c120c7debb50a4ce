"""The head of a text report: what was run on which model, and its totals."""

from __future__ import annotations

import re

from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.numbers import leading_integer
from cubeai_auto.reports.reading.tensors import read_items, read_tensor
from cubeai_auto.reports.reading.titles import is_rule
from cubeai_auto.reports.report import TensorInfo
from cubeai_auto.reports.validation import ValidationRow

__all__ = ["read_header", "read_key"]

_SUMMARY = re.compile(r"Exec/report summary \((?P<command>[\w-]+)(?P<rest>[^)]*)\)")
_TENSOR_KEY = re.compile(r"(input|output)(?: (\d+)/(\d+))?")
_TOTALS = re.compile(r"=\s*([\d,]+) \+ ([\d,]+) \+ ([\d,]+)")
_LONGEST_KEY = 24
_PLAIN = {
    "c_name": "c_name",
    "compression": "compression",
    "optimization": "optimization",
    "model_fmt": "model_scheme",
    "model_name": "model_name",
    "model_hash": "model_hash",
    "model file": "model_path",
    "target/series": "target",
    "Created date": "created",
    "Parameters": "parameters",
}
# Known, and of no use to a report: folders, the files of a validation, totals computed again.
_IGNORED = frozenset(
    {
        "workspace dir", "output dir", "vinput files", "voutput files", "vinput file", "voutput file",
        "input (total)", "inputs (total)", "output (total)", "outputs (total)", "quantize",
    }
)  # fmt: skip
_COUNT_MISMATCH = "the header announces {} {}s and describes {}"


def read_header(title: str, reader: LineReader, draft: Draft) -> None:
    """Read ``Exec/report summary`` up to the layer table or the memory pools."""
    match = _SUMMARY.match(title.lstrip())
    if match is not None:
        draft.command = "analyze" if match["command"] == "analyse" else match["command"]
        if "err=" in match["rest"] and "err=0" not in match["rest"]:
            draft.failed = True
    pending: tuple[str, str] | None = None
    announced: dict[str, int] = {}
    for line in reader.body():
        if not line.strip() or is_rule(line) or line.lstrip().startswith("("):
            continue
        if pending is not None:
            kind, name = pending
            pending = None
            if (tensor := read_items(name, line, draft)) is not None:
                (draft.inputs if kind == "input" else draft.outputs).append(tensor)
                continue
            draft.note(f"line {reader.number}: no type and shape of {kind} {name!r}")
        key, value = _split(line)
        tensor_key = _TENSOR_KEY.fullmatch(key)
        if tensor_key is None:
            if not read_key(key, value, draft):
                if draft.footprint.data_ram is not None:
                    # On a console other output follows the last key.
                    reader.push(line)
                    break
                draft.note(f"line {reader.number}: unknown: {line.strip()[:120]}")
            continue
        kind = tensor_key[1]
        if tensor_key[3] is not None:
            announced[kind] = int(tensor_key[3][:9])
        found = read_tensor(value, draft)
        if isinstance(found, TensorInfo):
            (draft.inputs if kind == "input" else draft.outputs).append(found)
        elif found is not None:
            pending = (kind, found)
        else:
            draft.note(f"line {reader.number}: unreadable {kind}: {value[:120]}")
    for kind, number in announced.items():
        described = len(draft.inputs if kind == "input" else draft.outputs)
        if described != number:
            draft.note(_COUNT_MISMATCH.format(number, kind, described))


def read_key(key: str, value: str, draft: Draft) -> bool:
    """Take one labelled value; the result is whether the label is known."""
    footprint = draft.footprint
    if (attribute := _PLAIN.get(key)) is not None:
        setattr(draft, attribute, value)
    elif key == "type":
        draft.model_type = value.partition(" ")[0]
    elif key == "error":
        draft.error(value)
    elif key in {"options", "allocator strategy"}:
        draft.options += [word.strip(" []'\"") for word in value.split(",") if word.strip(" []'\"")]
    elif key == "target info":
        draft.note(f"memory pools from {value}")
    elif key == "params #":
        draft.params = leading_integer(value)
    elif key == "macc":
        draft.macc = leading_integer(value)
    elif key == "weights (ro)":
        footprint.weights = leading_integer(value)
    elif key == "activations (rw)":
        footprint.activations = leading_integer(value)
    elif key == "ram (total)":
        _read_ram(value, draft)
    elif key == "L2r error":
        _read_l2r(value, draft)
    else:
        return key in _IGNORED
    return True


def _read_ram(value: str, draft: Draft) -> None:
    """``T B (S) = activations + inputs + outputs``; 0 where the tool placed them inside."""
    footprint = draft.footprint
    footprint.data_ram = leading_integer(value)
    match = _TOTALS.search(value)
    if match is None:
        return
    parts = [leading_integer(part) for part in match.groups()]
    draft.expect("ram (total)", sum(part or 0 for part in parts), footprint.data_ram)
    draft.expect("ram (total)'s activations", parts[0], footprint.activations)
    for name, size in (("inputs", parts[1]), ("outputs", parts[2])):
        if size:
            setattr(footprint, name, size)
        else:
            footprint.why[name] = "inside activations"


def _read_l2r(value: str, draft: Draft) -> None:
    """5.0 to 6.0 know one metric only."""
    try:
        error = float(value.split()[0])
    except (IndexError, ValueError):
        return
    if 0 <= error < float("inf"):
        draft.validation.append(ValidationRow("L2r error", l2r=draft.figure(error, "1", "")))


def _split(line: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    key = key.strip()
    return (key, value.strip()) if colon and len(key) <= _LONGEST_KEY else ("", line.strip())
