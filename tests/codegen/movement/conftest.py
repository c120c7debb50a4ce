"""The cases of operators that move elements, with what golden model and oracle compute for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from support.movement_catalog import movement_cases
from support.wide_runs import WideRuns

from cubeai_auto.tflite import planner


@pytest.fixture(scope="session")
def movement() -> WideRuns:
    """Cases by type: ``int8`` and ``float32``."""
    return WideRuns({dtype: partial(movement_cases, dtype) for dtype in ("int8", "float32")})


@pytest.fixture(autouse=True, scope="session")
def _short_search_for_a_plan() -> Iterator[None]:
    """Hundreds of buffers at once are searched for long, and their plan does not matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "_MAX_TRIES", 10)
        yield
