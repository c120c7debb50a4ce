"""One vocabulary for every deployment of a network: sides, limits, and the record of a run."""

from cubeai_auto.compare.budgets import Budgets, check_budget
from cubeai_auto.compare.fits import Fit, check_fit, fit_report
from cubeai_auto.compare.record import RunRecord, VariantRecord
from cubeai_auto.compare.sides import compare

__all__ = [
    "Budgets",
    "Fit",
    "RunRecord",
    "VariantRecord",
    "check_budget",
    "check_fit",
    "compare",
    "fit_report",
]
