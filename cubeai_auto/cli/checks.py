"""How the checks of a run become an exit code."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cubeai_auto.compare.record import RunRecord, VariantRecord

__all__ = ["CHECKS", "add_check_arguments", "exit_code"]

CHECKS: Final = ("all", "outputs", "limits", "none")

_CHECK_FAILED = 1
_TOOL_MISSING = 3
_UNSUPPORTED = 5


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--strict`` and ``--check``."""
    parser.add_argument(
        "--strict", action="store_true", help="end with 3 if anything could not be measured here"
    )
    parser.add_argument(
        "--check",
        choices=CHECKS,
        default="all",
        help="which checks decide the exit code: outputs against the oracle, limits (budgets and "
        "baseline), all (default) or none; every check is shown all the same",
    )


def exit_code(record: RunRecord, *, strict: bool, check: str = "all") -> int:
    """The exit code of a run.

    Args:
        record: the run.
        strict: whether what could not be measured ends with 3.
        check: of :data:`CHECKS`.

    Returns:
        5 if the engine refused every variant; 1 if an output differs from the oracle's, a budget is
        broken, or a figure grew more over the baseline than its limit; 3 if strict and a tool was
        missing; else 0.
    """
    if all(variant.report is None for variant in record.variants):
        return _UNSUPPORTED
    results = [result for variant in record.variants for result in variant.validation]
    outputs = any(result.mismatches for result in results)
    limits = any(budget.passed is False for budget in record.budgets)
    limits = limits or bool(record.baseline is not None and record.baseline.broken)
    if (outputs and check in {"all", "outputs"}) or (limits and check in {"all", "limits"}):
        return _CHECK_FAILED
    missing = strict and any(_unmeasured(variant) for variant in record.variants)
    return _TOOL_MISSING if missing else 0


def _unmeasured(variant: VariantRecord) -> bool:
    """Whether a tool that the project asks for was not there."""
    from cubeai_auto.project.variant import NOT_ASKED

    without_tflm = variant.tflm.loadable is None and variant.tflm.reason != NOT_ASKED
    unlinked = variant.report is not None and not variant.report.footprint.flash_total.known
    return without_tflm or unlinked or any(r.mismatches is None for r in variant.validation)
