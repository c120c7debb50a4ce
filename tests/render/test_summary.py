"""Rows and verdicts that all views share."""

from __future__ import annotations

from dataclasses import replace

from cubeai_auto.compare.record import BudgetCheck, RunRecord
from cubeai_auto.quantity import measured, missing
from cubeai_auto.render.summary import budget_rows, mismatch_cell, variant_groups
from cubeai_auto.render.text import Notes
from cubeai_auto.render.verdict import verdict, verdicts


def row(record: RunRecord, title: str, label: str) -> list[str]:
    groups = {group.title: group for group in variant_groups(record.variants, Notes())}
    found = {line.label: line for line in groups[title].rows}[label]
    return [cell.text for cell in found.cells]


def test_figures_stand_in_the_column_of_their_variant(run_record: RunRecord) -> None:
    assert row(run_record, "Flash", "total") == ["475,288 B", "123,138 B", "-"]
    assert row(run_record, "Work per inference", "instructions") == ["538,210", "180,844", "-"]
    assert row(run_record, "Outputs that differ", "on the host") == ["0 of 3,600", "0 of 3,600", "-"]
    assert row(run_record, "Accuracy on the test set", "deployed, in C") == ["97.22 %", "96.94 %", "-"]


def test_a_refused_variant_gives_the_refusal_as_the_reason(run_record: RunRecord) -> None:
    notes = Notes()
    refused = run_record.variants[2]
    cell = mismatch_cell(refused, "host", notes)
    assert "is hybrid: float32 activations with int8 weights - FULLY" in cell.origin
    outcome = verdict(refused, (), notes)
    assert outcome.state == "refused"
    assert outcome.reason == "the built-in engine cannot compile digits_dynamic-range:"
    assert len(outcome.details) == 3


def test_validations_in_one_place_are_added_up(run_record: RunRecord) -> None:
    int8 = run_record.variants[1]
    host = replace(int8.validation[0], mismatches=3)
    none = replace(int8.validation[0], mismatches=None, reason="no oracle")
    twice = replace(int8, validation=(host, host, none))
    cell = mismatch_cell(twice, "host", Notes())
    assert str(cell) == "6 of 7,200 m"
    assert mismatch_cell(twice, "emulator", Notes()).origin == "not validated on the emulator"
    assert mismatch_cell(replace(int8, validation=(none,)), "host", Notes()).origin == "no oracle"


def test_the_emulator_simulates_and_the_board_measures(run_record: RunRecord) -> None:
    int8 = run_record.variants[1]
    board = replace(int8.validation[1], on="board")
    both = replace(int8, validation=(*int8.validation, board))
    assert mismatch_cell(both, "emulator", Notes()).how == "simulated"
    assert mismatch_cell(both, "board", Notes()).how == "measured"
    groups = variant_groups([both], Notes())
    assert [line.label for line in groups[4].rows] == ["on the host", "on the emulator", "on the board"]


def test_states(run_record: RunRecord) -> None:
    states = [outcome.state for outcome in verdicts(run_record, Notes())]
    assert states == ["passed", "failed", "refused"]
    int8 = run_record.variants[1]
    wrong = replace(int8, validation=(replace(int8.validation[0], mismatches=1),))
    assert verdict(wrong, (), Notes()).problems == ("1 of 3,600 outputs differ on the host",)
    assert verdict(replace(int8, validation=()), (), Notes()).state == "unproven"


def test_a_broken_budget_is_a_problem_and_an_unknown_one_is_not(run_record: RunRecord) -> None:
    int8 = run_record.variants[1]
    outcome = verdict(int8, run_record.budgets, Notes())
    assert outcome.problems == ("budget instructions not held",)
    assert outcome.unknown == ("budget arena: no value",)
    assert verdict(int8, run_record.budgets[-1:], Notes()).state == "passed"


def test_limits_say_their_direction() -> None:
    checks = (
        BudgetCheck("flash", "int8", 65536, measured(1284, "B", "gcc"), True),
        BudgetCheck("accuracy", "int8", 0.95, missing("not run"), None),
        BudgetCheck("macc", "int8", 1e6, measured(2e6, "MACC", "rules"), False),
    )
    rows = budget_rows(checks, Notes())
    assert [line.limit for line in rows] == ["<= 65,536 B", ">= 95.00 %", "<= 1,000,000"]
    assert [line.outcome for line in rows] == ["pass", "not known", "FAIL"]
    assert [str(line.value) for line in rows] == ["1,284 B m", "- [1]", "2,000,000 m"]
