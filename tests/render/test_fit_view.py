"""How a fit is shown: groups, cells, warnings and plain lines."""

from __future__ import annotations

from dataclasses import replace

from cubeai_auto.board import find_board
from cubeai_auto.compare.fits import Fit, check_fit
from cubeai_auto.compare.record import RunRecord
from cubeai_auto.quantity import measured, missing
from cubeai_auto.render.fit_view import fit_cell, fit_groups, fit_text, fit_view, misfits
from cubeai_auto.render.text import Notes
from cubeai_auto.render.verdict import verdicts
from cubeai_auto.reports.report import Footprint


def fit(flash: int | None, activations: int) -> Fit:
    total = missing("no compiler") if flash is None else measured(flash, "B", "ELF")
    used = measured(activations, "B", "ELF")
    footprint = Footprint(
        weights=used, activations=used, kernel_flash=total, flash_total=total, ram_total=used
    )
    return check_fit(footprint, find_board("NUCLEO-H743ZI2"))


def test_a_fit_is_a_word_or_a_reason() -> None:
    notes = Notes()
    assert str(fit_cell(fit(1000, 1000), notes)) == "yes p"
    assert str(fit_cell(fit(1000, 600 * 1024), notes)) == "NO p"
    unknown = fit_cell(fit(None, 1000), notes)
    assert not unknown.known
    assert unknown.origin == "flash: not known: no compiler"


def test_warnings_are_of_what_does_not_fit_only() -> None:
    assert misfits(None) == misfits(fit(1000, 1000)) == misfits(fit(None, 1000)) == ()
    (line,) = misfits(fit(None, 600 * 1024))
    assert line == ("does not fit NUCLEO-H743ZI2: activations: needs 614,400 B, AXI SRAM has 524,288 B")


def test_the_view_has_every_region_once() -> None:
    view = fit_view(fit(1000, 100 * 1024), Notes())
    assert [(row.label, row.place, row.outcome) for row in view.rows] == [
        ("flash", "internal flash", "yes"),
        ("activations", "AXI SRAM", "yes"),
        ("or there", "D2 SRAM1-3", "yes"),
        ("or there", "DTCM", "yes"),
        ("or there", "D3 SRAM4", "NO"),
        ("RAM", "all data RAM", "yes"),
    ]


def test_a_run_without_a_board_has_no_such_group(run_record: RunRecord) -> None:
    without = tuple(replace(variant, fit=None) for variant in run_record.variants)
    assert fit_groups(without, Notes()) == ()
    (group,) = fit_groups((without[0], run_record.variants[1]), Notes())
    assert [len(row.cells) for row in group.rows] == [2, 2, 2, 2]
    assert not group.rows[0].cells[0].known


def test_a_misfit_is_a_warning_and_no_failure(run_record: RunRecord) -> None:
    float32 = verdicts(run_record, Notes())[0]
    assert float32.state == "passed"
    assert float32.misfits
    assert not float32.problems


def test_plain_lines() -> None:
    assert fit_text(fit(1000, 1000)).splitlines()[0] == (
        "on NUCLEO-H743ZI2: fits (without stack and application)"
    )
    text = fit_text(fit(None, 600 * 1024))
    assert "does NOT fit" in text
    assert "  ! flash: not known: no compiler" in text
    assert all(line.isprintable() for line in text.splitlines())
