"""The elementwise cases, with what golden model and oracle compute for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import elementwise_catalog as catalog
from support.wide_runs import WideRuns

from cubeai_auto.tflite import planner


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


@pytest.fixture(autouse=True, scope="session")
def _short_search_for_a_plan() -> Iterator[None]:
    """Hundreds of buffers at once are searched for long, and their plan does not matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "_MAX_TRIES", 10)
        yield
