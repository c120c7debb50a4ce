"""Operators that compile only where no byte moves."""

from __future__ import annotations

from cubeai_auto.codegen.lowering.context import Context, Lowered, RefusedOperatorError, Rules
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["RULES", "SUPPORTED"]

SUPPORTED = (
    *(
        OperatorSupport(name, ("any",), "a view: no code, no copy")
        for name in ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")
    ),
    OperatorSupport("TRANSPOSE", ("any",), "where no element moves: a view"),
)


def _moves(at: Context) -> tuple[Lowered, ...]:
    del at
    raise RefusedOperatorError("moves or resizes data; only what is a view compiles")


RULES: Rules = dict.fromkeys((support.name for support in SUPPORTED), _moves)
