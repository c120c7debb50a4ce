"""Checks as JUnit XML, as CI services show them: one test case a check.

A check whose value is not known is ``skipped`` with its reason: it neither passed nor failed. Whether a
network fits on its board decides nothing, hence is never a failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

from cubeai_auto.compare.changes import BaselineCheck, Change
from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.compare.conditions import Condition
from cubeai_auto.compare.fits import Fit
from cubeai_auto.compare.record import BudgetCheck, RunRecord, Side, VariantRecord
from cubeai_auto.quantity import Quantity
from cubeai_auto.render.baseline_view import change_text
from cubeai_auto.render.judgment import judgment
from cubeai_auto.render.names import side_name
from cubeai_auto.render.summary import budget_rows
from cubeai_auto.render.text import Notes, number, one_line, quantity_text
from cubeai_auto.reports.validation import ValidationResult

__all__ = ["compared_junit", "run_junit"]


@dataclass(frozen=True, slots=True)
class _Case:
    """A check: ``text`` says why it failed or was skipped, ``output`` what was found."""

    name: str
    outcome: Literal["passed", "failed", "skipped"]
    text: str = ""
    output: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Suite:
    name: str
    cases: tuple[_Case, ...]

    def count(self, outcome: str) -> int:
        return sum(case.outcome == outcome for case in self.cases)


def run_junit(record: RunRecord) -> str:
    """The checks of a run, a suite a variant: validation, budgets, baseline, room on the board."""
    suites = [_Suite(v.name, tuple(_variant(v, record))) for v in record.variants]
    if record.baseline is not None:
        suites.append(_Suite("baseline", tuple(_baseline_as_a_whole(record.baseline))))
    return _document(f"{record.project} on {record.board}", suites, record.created)


def compared_junit(compared: ComparedModel) -> str:
    """A comparison: outputs against the oracle, whether each side is known, and each condition.

    What differs between sides is ``skipped``: no ratio is formed, and nothing is wrong with the model.
    """
    comparison = compared.comparison
    cases = [_validation(result) for result in compared.validation]
    cases += [_side(side) for side in comparison.sides]
    cases += [_condition(condition) for condition in comparison.conditions]
    if comparison.verdict is not None:
        lines = judgment(comparison, Notes())
        output = (*lines.reasons, *(found.text for found in lines.crossovers))
        known = comparison.verdict.flash is not None or comparison.verdict.ram is not None
        outcome: Literal["passed", "skipped"] = "passed" if known else "skipped"
        cases.append(_Case("verdict", outcome, comparison.verdict.sentence, output))
    name = f"{compared.name} on {compared.target}"
    return _document(name, [_Suite(compared.name, tuple(cases))], compared.created)


def _variant(variant: VariantRecord, record: RunRecord) -> Iterator[_Case]:
    if variant.report is None:
        lines = [line.strip() for line in variant.refusal.splitlines() if line.strip()]
        text = lines[0] if lines else "the engine made no report"
        yield _Case("engine compiles the model", "skipped", text, tuple(lines))
    else:
        made = f"{record.engine}, {len(variant.report.generated_files)} files"
        yield _Case("engine compiles the model", "passed", output=(made,))
    yield from map(_validation, variant.validation)
    yield from (_budget(check) for check in record.budgets if check.variant == variant.name)
    if record.baseline is not None:
        for change in record.baseline.changes:
            if change.variant == variant.name and change.state != "no limit":
                yield _change(change)
    if variant.fit is not None:
        yield _fit(variant.fit)


def _validation(result: ValidationResult) -> _Case:
    name = f"outputs equal the oracle's on the {result.on}"
    if result.mismatches is None:
        return _Case(name, "skipped", result.reason or "nothing was compared")
    counts = f"{number(result.mismatches)} of {number(result.outputs_compared)} outputs differ"
    output = [
        f"{counts}, {number(result.vectors)} vectors, against {result.oracle}",
        f"equal means: {result.tolerance}",
    ]
    if result.max_abs_error is not None:
        output.append(f"largest error: {result.max_abs_error:.6g}")
    if result.mismatches:
        return _Case(name, "failed", f"{counts} from {result.oracle}'s", tuple(output))
    return _Case(name, "passed", output=tuple(output))


def _budget(check: BudgetCheck) -> _Case:
    name = f"budget {check.name}"
    if check.passed is None:
        return _Case(name, "skipped", f"not known: {check.value.reason}")
    (row,) = budget_rows([check], Notes())
    text = f"{row.value.text}, limit {row.limit}"
    output = (f"{text} ({row.value.how}: {row.value.origin})",)
    if check.passed:
        return _Case(name, "passed", output=output)
    return _Case(name, "failed", f"budget {check.name} is not held: {text}", output)


def _change(change: Change) -> _Case:
    name = f"baseline {change.figure}"
    if change.state == "unknown":
        return _Case(name, "skipped", change.reason)
    text = change_text(change)
    if change.state == "broken":
        return _Case(name, "failed", text, (text,))
    return _Case(name, "passed", output=(text,))


def _baseline_as_a_whole(check: BaselineCheck) -> Iterator[_Case]:
    """Whether figures could be compared at all, and which tools are of other versions."""
    tools = tuple(
        f"{tool.name}: {tool.before or 'absent'} in the baseline, {tool.now or 'absent'} now"
        for tool in check.tools
    )
    if check.reason:
        yield _Case(check.file, "skipped", check.reason)
    else:
        yield _Case(check.file, "passed", output=(*tools, *check.notes))


def _fit(fit: Fit) -> _Case:
    name = f"fits {fit.board} (for information)"
    if fit.fits:
        lines = (("flash", fit.flash), ("activations", fit.activations), ("RAM", fit.ram))
        output = tuple(f"{what}: {_value(line.headroom)} left in {line.place}" for what, line in lines)
        return _Case(name, "passed", output=output)
    words = "not known" if fit.fits is None else "does not fit, which no check asks for"
    return _Case(name, "skipped", "; ".join([words, *fit.reasons]))


def _side(side: Side) -> _Case:
    name = f"figures of {side_name(side.name)}"
    both = (("flash", side.flash_total), ("RAM", side.ram_total))
    output = tuple(f"{what}: {_value(value)}" for what, value in both)
    if all(value.known for _, value in both):
        return _Case(name, "passed", output=output)
    return _Case(name, "skipped", "; ".join(o for o in output if "not known" in o), output)


def _condition(condition: Condition) -> _Case:
    name = f"condition {condition.name}"
    values = tuple(f"{side_name(side)}: {value or 'not known'}" for side, value in condition.values)
    if condition.comparable:
        return _Case(name, "passed", output=values)
    words = "not known whether comparable" if condition.comparable is None else "not comparable"
    return _Case(name, "skipped", f"{words}: {condition.note}", values)


def _value(value: Quantity) -> str:
    if value.value is None:
        return f"not known: {value.reason}"
    return f"{quantity_text(value.value, value.unit)} ({value.how}: {value.source})"


def _document(name: str, suites: Iterable[_Suite], created: str) -> str:
    suites = list(suites)
    total = _Suite(name, tuple(case for suite in suites for case in suite.cases))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_counts(total)}>"]
    for suite in suites:
        lines.append(f"  <testsuite {_counts(suite)}{_attribute('timestamp', created)}>")
        for case in suite.cases:
            lines += _element(case, f"{name}.{suite.name}")
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(suite: _Suite) -> str:
    counts = {
        "tests": len(suite.cases),
        "failures": suite.count("failed"),
        "errors": 0,
        "skipped": suite.count("skipped"),
    }
    return _attribute("name", suite.name).lstrip() + "".join(
        _attribute(key, str(value)) for key, value in counts.items()
    )


def _element(case: _Case, class_name: str) -> Iterator[str]:
    attributes = _attribute("classname", class_name) + _attribute("name", case.name)
    inside: list[str] = []
    if case.outcome == "failed":
        body = escape("\n".join(map(one_line, case.output)), quote=False)
        inside.append(f"<failure{_attribute('message', case.text)}>{body}</failure>")
    elif case.outcome == "skipped":
        inside.append(f"<skipped{_attribute('message', case.text)}/>")
    if case.output and case.outcome != "failed":
        body = escape("\n".join(map(one_line, case.output)), quote=False)
        inside.append(f"<system-out>{body}</system-out>")
    if not inside:
        yield f"    <testcase{attributes}/>"
        return
    yield f"    <testcase{attributes}>"
    yield from (f"      {element}" for element in inside)
    yield "    </testcase>"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(one_line(value))}"'
