"""The supported operators, one module a family: from an operator to layers with final constants."""

from __future__ import annotations

from cubeai_auto.codegen.fixed_point import Rounding
from cubeai_auto.codegen.lowering import (
    activation,
    conv,
    convert,
    dense,
    depthwise,
    elementwise,
    lstm,
    movement,
    pool,
    reduce,
    slicing,
    softmax,
    svdf,
    views,
)
from cubeai_auto.codegen.lowering.context import Context, Lowered, RefusedOperatorError, Rules
from cubeai_auto.tflite.graph import Graph, Operator

__all__ = ["SUPPORTED", "RefusedOperatorError", "lower_operator"]

_FAMILIES = (
    dense, conv, depthwise, pool, reduce, softmax, convert, elementwise, activation, movement,
    slicing, svdf, lstm, views,
)  # fmt: skip

SUPPORTED = tuple(support for family in _FAMILIES for support in family.SUPPORTED)
"""What the built-in engine compiles: operator, types and limits."""

_RULES: Rules = {name: rule for family in _FAMILIES for name, rule in family.RULES.items()}


def lower_operator(
    graph: Graph,
    operator: Operator,
    roots: tuple[int, ...],
    *,
    dsp: bool,
    rounding: Rounding = "double",
) -> tuple[Lowered, ...]:
    """The layers of an operator.

    Args:
        graph: the network.
        operator: one that is no view and not folded.
        roots: for each tensor, the one whose memory it is a view of.
        dsp: whether the target has the DSP extension.
        rounding: of every requantization; with ``single`` no kernel is chosen that rounds twice.

    Raises:
        RefusedOperatorError: no kernel covers it.
    """
    rule = None if operator.custom else _RULES.get(operator.name)
    if rule is None:
        known = ", ".join(support.name for support in SUPPORTED)
        raise RefusedOperatorError(
            "is not among the operators of the built-in engine",
            hint=f"the built-in engine compiles: {known}",
        )
    return rule(Context(graph, operator, roots, dsp and rounding == "double", rounding))
