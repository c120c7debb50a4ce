"""Lowering: from the operators of a graph to layers with final constants.

What does not fit is refused by operator name and index; all refusals of a model are reported
together.
"""

from __future__ import annotations

from collections.abc import Iterator

from cubeai_auto.codegen.fixed_point import Rounding
from cubeai_auto.codegen.layers import Layer
from cubeai_auto.codegen.lowering import RefusedOperatorError, lower_operator
from cubeai_auto.codegen.prepare import prepared
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.tflite.folding import folded_operators
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.preflight import preflight
from cubeai_auto.tflite.views import is_view, view_roots

__all__ = ["lower"]

_IO_TYPES = frozenset({"int8", "uint8", "float32"})
_TYPE_HINT = "convert the model with int8, uint8 or float32 inputs and outputs"
_OUTPUT_HINT = "give the network outputs that layers of their own compute"
_IO_HINT = "give the network inputs and outputs that hold something, each of its own"


def lower(graph: Graph, *, dsp: bool, rounding: Rounding = "double") -> tuple[Layer, ...]:
    """The layers of a network, in execution order; views become none.

    Args:
        graph: the network.
        dsp: whether the target has the DSP extension, so that paired kernels pay.
        rounding: of every requantization.

    Raises:
        UnsupportedModelError: with one line per operator that cannot be compiled.
    """
    graph = prepared(graph)
    problems: list[str] = []
    hints: list[str] = []
    refused: set[int] = set()
    for finding in preflight(graph):
        where = "" if finding.operator is None else f" (operator {finding.operator})"
        problems.append(f"{finding.name}{where}: {finding.problem}")
        hints.append(finding.hint)
        if finding.operator is not None:
            refused.add(finding.operator)
    layers: list[Layer] = []
    folded = folded_operators(graph)
    roots = view_roots(graph)
    for operator in graph.operators:
        if operator.index in refused | folded or is_view(graph, operator):
            continue
        try:
            lowered = lower_operator(graph, operator, roots, dsp=dsp, rounding=rounding)
        except RefusedOperatorError as reason:
            problems.append(f"{operator.name} (operator {operator.index}): {reason}")
            hints.append(reason.hint)
            continue
        name = f"{operator.name.lower()}_{operator.index}"
        layers += [
            Layer(
                name=name if len(lowered) == 1 else f"{name}_{part}",
                operator=operator.index,
                sources=found.sources,
                target=found.target,
                body=found.body,
                states=found.states,
            )
            for part, found in enumerate(lowered, start=1)
        ]
    for problem, hint in _interface_problems(graph, roots):
        problems.append(problem)
        hints.append(hint)
    if problems:
        msg = f"the built-in engine cannot compile {graph.name}:\n" + "\n".join(
            f"  - {problem}" for problem in dict.fromkeys(problems)
        )
        raise UnsupportedModelError(msg, hint="; ".join(dict.fromkeys(hints)))
    return tuple(layers)


def _interface_problems(graph: Graph, roots: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Problem and hint of everything about inputs and outputs that C code could not serve."""
    for kind, indices in (("input", graph.inputs), ("output", graph.outputs)):
        if not indices:
            yield f"{graph.name}: the network has no {kind}", _IO_HINT
        for index in indices:
            tensor = graph.tensor(index)
            if tensor.dtype not in _IO_TYPES:
                problem = f"type {tensor.dtype}, not int8, uint8 or float32"
                yield f"{kind} '{tensor.name}': {problem}", _TYPE_HINT
            elif tensor.elements == 0:
                yield f"{kind} '{tensor.name}': no element, shape {list(tensor.shape)}", _IO_HINT
    if len(set(graph.inputs)) != len(graph.inputs):
        yield f"{graph.name}: a tensor is listed twice among the inputs", _IO_HINT
    made = {index for operator in graph.operators for index in operator.outputs}
    for index in graph.outputs:
        tensor = graph.tensor(index)
        if index not in made:
            yield f"output '{tensor.name}': no operator computes it", _OUTPUT_HINT
        elif graph.tensor(roots[index]).is_constant:
            yield f"output '{tensor.name}': it is a constant under another shape", _OUTPUT_HINT
        elif graph.tensor(roots[index]).is_variable:
            yield f"output '{tensor.name}': it is a state under another shape", _OUTPUT_HINT
    shared = [roots[index] for index in graph.outputs]
    if len(set(shared)) != len(shared):
        yield f"{graph.name}: two outputs share their memory", _OUTPUT_HINT
