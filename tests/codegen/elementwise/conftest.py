"""The elementwise cases, with what golden model and oracle compute for them."""

from __future__ import annotations

import pytest
from support import elementwise_catalog as catalog
from support.wide_runs import WideRuns


@pytest.fixture(scope="session")
def elementwise() -> WideRuns:
    """Cases by kind: ``sums``, ``products``, ``broadcasts`` and ``functions`` of int8, and float32."""
    return WideRuns(
        {
            "sums": catalog.sum_cases,
            "products": catalog.product_cases,
            "broadcasts": catalog.broadcast_cases,
            "functions": catalog.activation_cases,
            "binary_f32": catalog.binary_f32_cases,
            "functions_f32": catalog.activation_f32_cases,
        }
    )
