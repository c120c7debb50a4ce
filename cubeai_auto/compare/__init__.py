"""One vocabulary for every deployment of a network: sides, limits, and the record of a run."""

from cubeai_auto.compare.baseline import Baseline, check_baseline, make_baseline
from cubeai_auto.compare.budgets import Budgets, check_budget
from cubeai_auto.compare.changes import BaselineCheck, BaselineLimits, Growth
from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.fits import Fit, check_fit, fit_report
from cubeai_auto.compare.record import RunRecord, VariantRecord
from cubeai_auto.compare.sides import compare

__all__ = [
    "Baseline",
    "BaselineCheck",
    "BaselineLimits",
    "Budgets",
    "ComparedModel",
    "Comparison",
    "Fit",
    "Growth",
    "RunRecord",
    "VariantRecord",
    "check_baseline",
    "check_budget",
    "check_fit",
    "compare",
    "fit_report",
    "make_baseline",
]
