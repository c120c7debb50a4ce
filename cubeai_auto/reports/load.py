"""Any report file of ST's tools, and our own, into one :class:`CubeReport`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.errors import CubeAIError, InputError
from cubeai_auto.files import existing_file, refusals
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.json_file import read_json
from cubeai_auto.reports.reading.lines import LineReader, as_utf8, clean_lines
from cubeai_auto.reports.reading.text_report import read_text
from cubeai_auto.reports.report import CubeReport

__all__ = ["ReportBatch", "ReportProblem", "load_report", "load_reports"]

_SNIFF = 4096
_BLANKS = b" \t\r\n\x00"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ReportProblem:
    """A file that could not be read, and why."""

    file: str
    error: CubeAIError


@dataclass(frozen=True, slots=True)
class ReportBatch:
    """Several files: the reports that could be read, and what was wrong with the others."""

    reports: tuple[CubeReport, ...]
    problems: tuple[ReportProblem, ...]


def load_report(path: Path | str) -> CubeReport:
    """Read a report; what kind it is shows in its content, not in its name.

    Text reports and console captures, ``_report.json``, ``_c_graph.json`` and ``_c_info.json`` of
    X-CUBE-AI 5.0 to ST Edge AI Core 4.0, and the built-in engine's ``_report.json``. Unknown
    versions, keys and sections become notes; so do figures that contradict each other.

    Raises:
        MissingPathError: the file does not exist or is a folder.
        InputError: it is no such report, damaged, or holds git conflict markers.
        RefusedError: it cannot be read.
    """
    file = existing_file(Path(path), "the report")
    draft = Draft(str(path), file.name)
    with refusals("read", file), file.open("rb") as raw:
        stream = as_utf8(raw)
        start = stream.read(_SNIFF).removeprefix(_BOM).lstrip(_BLANKS)
        stream.seek(0)
        if not start:
            msg = f"{path}: the file is empty"
            raise InputError(msg, hint="let the tool write the report again")
        if start[:1] in (b"{", b"["):
            return read_json(stream.read(), draft)
        read_text(LineReader(clean_lines(stream, file, draft.note)), draft)
    return draft.finish()


def load_reports(paths: Sequence[Path | str]) -> ReportBatch:
    """Read several reports; all are read, and every problem is told."""
    reports: list[CubeReport] = []
    problems: list[ReportProblem] = []
    for path in paths:
        try:
            reports.append(load_report(path))
        except CubeAIError as error:
            problems.append(ReportProblem(str(path), error))
    return ReportBatch(tuple(reports), tuple(problems))
