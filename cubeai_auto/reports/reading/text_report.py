"""A text report or console capture of any version, section by section."""

from __future__ import annotations

from collections.abc import Callable

from cubeai_auto.errors import InputError
from cubeai_auto.reports.reading import (
    c_graph_text,
    console,
    header,
    layers,
    neural_art,
    sizes,
    validation_text,
)
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.titles import section_of
from cubeai_auto.reports.reading.versions import tool_from_banner

__all__ = ["read_text"]

_Reader = Callable[[str, LineReader, Draft], None]


def _skip(_title: str, reader: LineReader, draft: Draft) -> None:
    for line in reader.body():
        console.read_loose(line, draft)


_SECTIONS: dict[str, _Reader] = {
    "header": header.read_header,
    "model": layers.read_model_title,
    "layers": layers.read_layers,
    "pools": sizes.read_pools,
    "c_graph": c_graph_text.read_c_graph,
    "c_arrays": c_graph_text.read_c_arrays,
    "c_layers": c_graph_text.read_c_layers,
    "operations": c_graph_text.read_operations,
    "complexity": c_graph_text.read_complexity,
    "files": c_graph_text.read_files,
    "sizes": sizes.read_sizes,
    "size_summary": sizes.read_size_summary,
    "relocatable": sizes.read_relocatable,
    "evaluation": validation_text.read_evaluation,
    "accuracy": validation_text.read_accuracy,
    "run": validation_text.read_run,
    "run_summary": validation_text.read_run_summary,
    "profile": validation_text.read_profile,
    "timings": validation_text.read_timings,
    "compilation": neural_art.read_compilation,
    "memory": neural_art.read_memory,
    "user_io": neural_art.read_user_io,
    "ranges": neural_art.read_ranges,
    "epochs": neural_art.read_epochs,
    "trailer": console.read_trailer,
}
_EXPECTED = ("layers", "complexity")
_NO_SIZES = "the report has no size table: the tool found no Arm compiler, or its test link failed"


def read_text(reader: LineReader, draft: Draft) -> None:
    """Read all sections of the first run of a text.

    Raises:
        InputError: nothing in it is of ST's tools.
    """
    previous = ""
    title = 0
    while (line := reader.take()) is not None:
        # A title that its section gave back is read no second time: every line is taken once.
        section = section_of(line) if reader.number != title else None
        if section is not None:
            title = reader.number
        if section == "banner" and (found := tool_from_banner(line)) is not None:
            if draft.sections:
                _later_run(reader, draft)
                break
            draft.tool, note = found
            draft.sections.add("banner")
            draft.note(note)
        elif section == "header" and "header" in draft.sections:
            _later_run(reader, draft)
            break
        elif section is not None and section in _SECTIONS:
            draft.sections.add(section)
            _SECTIONS[section](line, reader, draft)
        elif section is not None:
            _skip(line, reader, draft)
        else:
            if previous == "" and reader.starts_unknown(line):
                draft.note(f"line {reader.number}: section {line.strip()[:80]!r} is not known")
            console.read_loose(line, draft)
        previous = line if section is None else ""
    if not draft.sections:
        msg = f"{draft.file}: not a report of ST's tools: no banner and no known section"
        raise InputError(msg, hint="give a *_report.txt, a console log or one of the JSON files")
    _finish(draft)


def _later_run(reader: LineReader, draft: Draft) -> None:
    """Only the first run of a log is a report; of a later one the errors are told."""
    draft.note(f"line {reader.number}: a later run begins; the first one is reported")
    while (rest := reader.take()) is not None:
        if (error := console.error_in(rest)) is not None:
            draft.note(f"line {reader.number}, a later run: {error}")


def _finish(draft: Draft) -> None:
    """Say what a complete report would have, and why figures are missing."""
    footprint = draft.footprint
    if "banner" not in draft.sections:
        draft.note("no version banner: the tool's version is not known")
    if draft.neural_art:
        footprint.why["data_ram"] = "a Neural-ART report does not state it"
        draft.note("a Neural-ART report does not describe the input and output tensors")
        for kind in sorted(draft.rounded if "sizes" not in draft.sections else ()):
            draft.note(f"{kind} of the memory pools are printed in MB, rounded to about 1 kB")
        if not draft.epochs:
            draft.note("the list of epochs is missing: the report may be cut off")
    elif "header" not in draft.sections:
        draft.note("the summary of the run is missing: the report may be cut off")
    for section in _EXPECTED[: 1 if draft.neural_art else None]:
        if section not in draft.sections:
            draft.note(f"the section {section!r} is missing: the report may be cut off")
    for name in (
        "kernel_flash", "kernel_ram", "toolchain_flash", "toolchain_ram", "flash_total", "ram_total",
    ):  # fmt: skip
        footprint.why.setdefault(name, _NO_SIZES)
    footprint.why.setdefault("states", "the report has no row for states")
