"""Numbers, quantities and footnotes as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.quantity import measured, missing, predicted, reported, simulated
from cubeai_auto.render.names import engine_name, in_run_dir, side_name
from cubeai_auto.render.text import Notes, accuracy_text, kib, number, one_line, size


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1284, "1,284"),
        (243_480.0, "243,480"),
        (243_480.25, "243,480.2"),
        (-1500, "-1,500"),
        (1 / 255, "0.00392157"),
        (5.9604645e-08, "5.96046e-08"),
        (2**70, "1,180,591,620,717,411,303,424"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_have_thousands_separators(value: float, text: str) -> None:
    assert number(value) == text


def test_sizes() -> None:
    assert size(1284) == "1,284 B"
    assert kib(119_080) == "116.29 KiB"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.97083, "97.08 %"), (1, "100.00 %"), (0.99996, "99.99 %"), (0, "0.00 %")],
)
def test_an_accuracy_is_never_rounded_up_to_all(fraction: float, text: str) -> None:
    assert accuracy_text(fraction) == text


def test_a_cell_carries_the_mark_of_its_provenance() -> None:
    notes = Notes()
    cells = [notes.cell(make(1284, "B", "tool")) for make in (measured, reported, predicted, simulated)]
    assert [str(cell) for cell in cells] == ["1,284 B m", "1,284 B r", "1,284 B p", "1,284 B s"]
    assert [cell.note for cell in cells] == [1, 2, 3, 4]
    assert notes.sources[3] == ("simulated", "tool")


def test_a_fraction_is_a_percentage_only_where_it_is_an_accuracy() -> None:
    notes = Notes()
    half = measured(0.5, "1", "test set")
    assert notes.cell(half).text == "0.5"
    assert notes.cell(half, "accuracy").text == "50.00 %"
    assert notes.cell(predicted(118_282, "MACC", "rules"), "bare").text == "118,282"


def test_equal_reasons_share_a_footnote() -> None:
    notes = Notes()
    cells = [notes.cell(missing(reason)) for reason in ("no gcc", "no qemu", "no gcc", "no \n gcc")]
    assert [str(cell) for cell in cells] == ["- [1]", "- [2]", "- [1]", "- [1]"]
    assert notes.reasons == ("no gcc", "no qemu")
    assert not any(cell.known for cell in cells)


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert one_line("a\tb\nc\u2028d") == "a b c d"
    assert one_line("\x1b[31m\u202e\udcff\x85 žluť \u6570") == "\\x1b[31m\\u202e\\udcff  žluť \u6570"


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    line.encode("utf-8")
    assert one_line(line) == line


def test_the_built_in_engine_is_called_by_its_own_name() -> None:
    assert engine_name("builtin") == side_name("builtin") == "built-in engine"
    assert side_name("cube-ai") == "Cube.AI"
    assert side_name("another <b>") == "another <b>"


def test_paths_keep_the_spelling_of_their_folder() -> None:
    assert in_run_dir("runs/1/", "run.json") == "runs/1/run.json"
    assert in_run_dir("C:\\runs\\1", "run.json") == "C:\\runs\\1\\run.json"
