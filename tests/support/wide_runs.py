"""Collections of wide cases with the golden model's and the oracle's outputs, built once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
from support.engine_cases import Collection
from support.engine_runs import golden_outputs
from support.wide_cases import WideCase, collect_wide

from cubeai_auto.codegen.lower import lower
from cubeai_auto.tflm.host import run_host

__all__ = ["WideRuns"]

Outputs = tuple[npt.NDArray[np.generic], ...]


class WideRuns:
    """The collections of a family by kind."""

    def __init__(self, catalog: Mapping[str, Callable[[], list[WideCase]]]) -> None:
        self.cases: Callable[[str], Collection] = cache(
            lambda kind: collect_wide(catalog[kind](), kind)
        )
        self.golden: Callable[[str], Outputs] = cache(self._golden)
        self.oracle: Callable[[str], Outputs] = cache(self._oracle)

    def _golden(self, kind: str) -> Outputs:
        cases = self.cases(kind)
        return golden_outputs(cases.graph, lower(cases.graph, dsp=True), cases.inputs)

    def _oracle(self, kind: str) -> Outputs:
        cases = self.cases(kind)
        return run_host(cases.model, cases.inputs).outputs
