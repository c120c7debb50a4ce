"""Operators that compile only where no byte moves."""

from __future__ import annotations

from cubeai_auto.codegen.lowering.context import Context, Lowered, RefusedOperatorError, Rules
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

SUPPORTED = tuple(
    OperatorSupport(name, ("any",), "a view: no code, no copy")
    for name in ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")
)


def _resizes(at: Context) -> tuple[Lowered, ...]:
    source, target = at.input(0), at.output()
    given, made = (f"{t.dtype} of shape {list(t.shape)}" for t in (source, target))
    raise RefusedOperatorError(f"{given} to {made}: no view")


RULES: Rules = dict.fromkeys((support.name for support in SUPPORTED), _resizes)
