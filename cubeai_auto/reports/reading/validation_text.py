"""The body of a validate report: metrics, the run's profile, and times per node."""

from __future__ import annotations

import re

from cubeai_auto.quantity import Quantity, missing
from cubeai_auto.reports.profile import LayerTiming
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.lines import LineReader
from cubeai_auto.reports.reading.numbers import decimal, fraction, leading_integer
from cubeai_auto.reports.reading.titles import is_rule
from cubeai_auto.reports.validation import ValidationRow

__all__ = [
    "metrics_row", "read_accuracy", "read_evaluation", "read_profile", "read_run", "read_run_summary",
    "read_timings",
]  # fmt: skip

_METRICS = ("acc", "rmse", "mae", "l2r", "mean", "std", "nse", "cos")
_GAP = re.compile(r"\s{2,}")
_PAIRS = re.compile(r"\b(\w+)=(\S+)")
_REPORT = re.compile(r"\s*(?P<what>.*?) report #(?P<number>\d+)(?P<rest>.*)")
_MODE = re.compile(r"mode=(\w+)")
_NODE = re.compile(
    r"\s*(?P<c_id>\d{1,9}|n/a)\s+(?P<m_id>\[?[\d, ]+\]?|n/a|-)\s+(?P<type>\S.*?)\s{2,}"
    r"(?:\(.*\S\s+)?(?P<ms>\d[\d.]*)\s+(?P<share>[\d.]+)\s?%(?:\s+[\d.]+\s?%)?"
    r"(?:\s+\[\s*(?P<cycles>[\d,]+)[^\]]*\])?(?:\s+(?P<name>\S.*))?"
)
_MILLISECONDS = {"ms": 1.0, "s": 1000.0, "us": 0.001, "µs": 0.001}
_DURATION = re.compile(r"([\d.]+)\s*(ms|us|µs|s)\b")
_STACK = re.compile(r"([\d,]+)(?:\s+bytes)?\s*/\s*([\d,]+)\s+bytes")
_FAMILIES = {"X-cross", "HOST", "TARGET", "original", "x86", "stm32"}


def metrics_row(name: str, values: dict[str, str], output: str | None, draft: Draft) -> ValidationRow:
    """A row of metrics by name; ``acc`` is a percentage or ``n.a.``, the rest are decimals."""

    def metric(key: str) -> Quantity:
        text = values.get(key)
        if text is None:
            return missing("this version's report does not have it")
        if text.lower() in {"n.a.", "n/a", "none", "-", ""}:
            return missing("not applicable, says the report")
        value = fraction(text) if text.endswith("%") else decimal(text)
        return draft.figure(value, "1", f"unreadable: {text[:40]!r}")

    for key in values:
        if key not in _METRICS:
            draft.note(f"validation metric {key!r} is not known: {values[key][:40]}")
    return ValidationRow(
        name=name,
        acc=metric("acc"),
        rmse=metric("rmse"),
        mae=metric("mae"),
        l2r=metric("l2r"),
        mean=metric("mean"),
        std=metric("std"),
        nse=metric("nse"),
        cos=metric("cos"),
        output=output,
    )


def read_evaluation(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Evaluation report (summary)``: one row an output and pair of sides; or NOT EVALUATED."""
    header: list[str] | None = None
    rows: list[ValidationRow] = []
    for line in reader.body():
        text = line.strip()
        if not text or is_rule(line):
            if header is not None and rows:
                break
            continue
        cells = _GAP.split(text)
        if header is None:
            if cells[0] in {"Output", "Mode"} and len(cells) > 1:
                header = cells
            elif text != "NOT EVALUATED":
                draft.note(f"evaluation: {text[:120]}")
            continue
        if len(cells) != len(header):
            draft.note(f"line {reader.number}: unreadable row of the evaluation report")
            continue
        values = dict(zip(header[1:], cells[1:], strict=True))
        output = values.pop("tensor", None)
        rows.append(metrics_row(cells[0], values, output, draft))
    if rows:
        draft.validation = [row for row in draft.validation if row.name == "L2r error"] + rows


def read_accuracy(title: str, reader: LineReader, draft: Draft) -> None:
    """``Accuracy report #1 ...`` with one line ``acc=.. rmse=..``; the summary replaces it."""
    match = _REPORT.match(title)
    name = title.strip() if match is None else _row_name(match)
    for line in reader.body():
        values = {key: value for key, value in _PAIRS.findall(line) if key in _METRICS}
        if "rmse" in values:
            draft.validation.append(metrics_row(name, values, None, draft))


def _row_name(match: re.Match[str]) -> str:
    """The name the summary gives to a report, such as ``X-cross #1``."""
    if match["what"].startswith("Cross"):
        return f"X-cross #{match['number']}"
    words = match["rest"].split()
    if "reference" in words or "original" in words:
        return f"original model #{match['number']}"
    side = next((word for word in words if word in _FAMILIES), "")
    return f"{side} c-model #{match['number']}".strip()


def read_run(title: str, _reader: LineReader, draft: Draft) -> None:
    """``Running the ST.AI c-model (AI RUNNER)...(name=network, mode=HOST)``."""
    match = _MODE.search(title)
    if match is not None:
        draft.running().mode = match[1].lower()


def read_run_summary(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Summary 'network'``: what the runner found on the other side."""
    run = draft.running()
    for line in reader.body():
        key, colon, value = line.partition(":")
        if not colon:
            continue
        key, value = key.strip(), value.strip()
        if key in {"device.desc", "device"}:
            run.device = value
        elif key == "device.attrs" and run.device:
            run.device += f" ({value})"
        elif key == "runtime lib":
            run.runtime = value.removeprefix("v")
        elif key == "macc":
            draft.expect("the runner's MACC", leading_integer(value), draft.macc)
        elif key == "tools" and "legacy api" in value:
            draft.c_api = "legacy"


def read_profile(title: str, reader: LineReader, draft: Draft) -> None:
    """``ST.AI Profiling results``: samples, time a sample, cycles, stack and heap."""
    run = draft.running()
    if (old := re.search(r"Results for (\d{1,9}) inference", title)) is not None:
        run.samples = int(old[1])
    for line in reader.body():
        key, colon, value = line.partition(":")
        if not colon:
            continue
        key, value = key.strip(), value.strip()
        if key == "nb sample(s)":
            run.samples = leading_integer(value)
        elif key == "duration" and (match := _DURATION.match(value)) is not None:
            number = decimal(match[1])
            run.duration = None if number is None else number * _MILLISECONDS[match[2]]
        elif key == "CPU cycles":
            run.cycles = leading_integer(value.lstrip("[ "))
        elif key == "cycles/MACC":
            run.cycles_per_macc = decimal(value.split()[0]) if value else None
        elif key == "device":
            run.device = run.device or value
        elif key == "used stack/heap" and (found := _STACK.match(value)) is not None:
            run.stack, run.heap = leading_integer(found[1]), leading_integer(found[2])


def read_timings(_title: str, reader: LineReader, draft: Draft) -> None:
    """``Inference time per node``: a row a node, and one for what lies between nodes."""
    run = draft.running()
    timings = []
    for line in reader.body():
        match = _NODE.fullmatch(line)
        if match is None:
            continue
        milliseconds, share = decimal(match["ms"]), decimal(match["share"])
        cycles = None if match["cycles"] is None else leading_integer(match["cycles"])
        timings.append(
            LayerTiming(
                id=None if match["c_id"] == "n/a" else int(match["c_id"]),
                name=(match["name"] or "").strip(),
                type=match["type"].strip(),
                duration=draft.figure(milliseconds, "ms", "unreadable"),
                share=draft.figure(None if share is None else share / 100, "1", "unreadable"),
                cycles=draft.figure(cycles, "cycles", "not stated by the report"),
            )
        )
    if timings:
        run.layers = timings
