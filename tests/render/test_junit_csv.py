"""JUnit and CSV of a run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.quantity import Quantity
from cubeai_auto.render.csv_out import CSV_COLUMNS, run_csv
from cubeai_auto.render.junit import run_junit

RECORDS = ("run_record", "judged_record", "hostile_record", "bare_record", "deep_record")


@pytest.fixture(params=RECORDS)
def any_record(request: pytest.FixtureRequest) -> RunRecord:
    record = request.getfixturevalue(request.param)
    assert isinstance(record, RunRecord)
    return record


def cases(record: RunRecord) -> dict[tuple[str, str], etree._Element]:
    root = etree.fromstring(run_junit(record).encode("utf-8"))
    return {
        (suite.get("name") or "", case.get("name") or ""): case
        for suite in root.iter("testsuite")
        for case in suite.iter("testcase")
    }


def test_goldens(judged_record: RunRecord, golden: Callable[[str, str], None]) -> None:
    golden("junit.xml", run_junit(judged_record))
    golden("figures.csv", run_csv(judged_record))


def test_counts_agree_with_the_cases(any_record: RunRecord) -> None:
    root = etree.fromstring(run_junit(any_record).encode("utf-8"))
    for suite in (root, *root.iter("testsuite")):
        found = list(suite.iter("testcase"))
        assert int(suite.get("tests") or -1) == len(found)
        for attribute, tag in (("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.get(attribute) or 0) == sum(c.find(tag) is not None for c in found)
        for case in found:
            assert case.get("name")
            assert not (case.find("failure") is not None and case.find("skipped") is not None)


def test_one_case_a_check(judged_record: RunRecord) -> None:
    found = cases(judged_record)
    int8 = [name for suite, name in found if suite == "int8"]
    assert int8 == [
        "engine compiles the model",
        "outputs equal the oracle's on the host",
        "outputs equal the oracle's on the emulator",
        "budget flash", "budget ram", "budget instructions", "budget accuracy", "budget mismatches",
        "budget arena",
        "baseline flash", "baseline ram", "baseline arena", "baseline accuracy",
        "fits NUCLEO-G431RB (for information)",
    ]  # fmt: skip
    failed = {key for key, case in found.items() if case.find("failure") is not None}
    assert failed == {("int8", "budget instructions"), ("int8", "baseline flash")}
    failure = found["int8", "baseline flash"].find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "baseline flash: 122,000 B to 123,138 B, +1,138 B (+0.9 %), limit +512 B"
        " (kernels +1,216 B, not attributed -78 B)"
    )


def test_what_is_not_known_is_skipped_with_its_reason(
    judged_record: RunRecord, bare_record: RunRecord
) -> None:
    found = cases(judged_record)
    for key, reason in (
        (("int8", "budget arena"), "the Cortex-M arena is not computed yet"),
        (("int8", "baseline ram"), "not known in the baseline: the program did not link"),
        (("dynamic-range", "engine compiles the model"), "the built-in engine cannot compile"),
        (("float32", "fits NUCLEO-G431RB (for information)"), "does not fit"),
    ):
        skipped = found[key].find("skipped")
        assert skipped is not None, key
        assert reason in (skipped.get("message") or "")
    oracle = cases(bare_record)["int8", "outputs equal the oracle's on the host"].find("skipped")
    assert oracle is not None
    assert oracle.get("message") == "no tflite_micro"


def test_a_mismatch_is_a_failure(run_record: RunRecord) -> None:
    first = run_record.variants[1]
    wrong = replace(first.validation[0], mismatches=3)
    record = replace(run_record, variants=(replace(first, validation=(wrong,)),))
    failure = cases(record)["int8", "outputs equal the oracle's on the host"].find("failure")
    assert failure is not None
    assert (failure.get("message") or "").startswith("3 of 3,600 outputs differ from TFLM")
    assert "every int8 value equal" in (failure.text or "")


def test_csv_has_a_line_for_every_quantity_shown(
    any_record: RunRecord, quantities: Callable[[object], tuple[Quantity, ...]]
) -> None:
    rows = list(csv.DictReader(io.StringIO(run_csv(any_record))))
    assert tuple(rows[0]) == CSV_COLUMNS
    for row in rows:
        assert bool(row["value"]) == bool(row["how"]) == bool(row["source"])
        assert bool(row["value"]) != bool(row["reason"])
    for variant in any_record.variants:
        sides = quantities(variant.comparison.sides)
        assert len([r for r in rows if r["side"] and "." in r["metric"]]) >= len(sides) // 13
    numbers = [float(row["value"]) for row in rows if row["value"]]
    assert len(numbers) > 5


def test_csv_values_are_exact(judged_record: RunRecord) -> None:
    rows = csv.DictReader(io.StringIO(run_csv(judged_record)))
    table = {(r["variant"], r["side"], r["metric"]): r["value"] for r in rows}
    assert table["int8", "builtin", "flash.total"] == "123138"
    assert table["int8", "builtin", "accuracy"] == "0.9694"
    assert table["int8", "builtin", "baseline.flash.change"] == "1138"
    assert table["int8", "builtin", "validation.host.mismatches"] == "0"
