"""The cases of operators that move elements, with what golden model and oracle compute for them."""

from __future__ import annotations

from functools import partial

import pytest
from support.movement_catalog import movement_cases
from support.wide_runs import WideRuns


@pytest.fixture(scope="session")
def movement() -> WideRuns:
    """Cases by type: ``int8`` and ``float32``."""
    return WideRuns({dtype: partial(movement_cases, dtype) for dtype in ("int8", "float32")})
