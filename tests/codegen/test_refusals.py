"""What the compiler refuses: by operator name and index, all of it together, with what helps."""

from __future__ import annotations

import pytest
from support.refused_models import REFUSED, accepted_relatives, several_problems
from support.small_models import graph_of, mlp
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec

from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.lower import lower
from cubeai_auto.errors import UnsupportedModelError, UsageError


@pytest.mark.parametrize("dsp", [True, False], ids=["dsp", "plain"])
@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name_and_index_with_a_hint(case: str, dsp: bool) -> None:
    spec, problem = REFUSED[case]
    with pytest.raises(UnsupportedModelError) as caught:
        lower(graph_of(spec), dsp=dsp)
    lines = caught.value.message.splitlines()
    assert lines[0] == "the built-in engine cannot compile small:"
    assert any(line.startswith(f"  - {problem}") for line in lines[1:]), caught.value.message
    assert caught.value.hint


def test_the_models_that_the_refused_ones_vary_are_accepted() -> None:
    for spec in accepted_relatives():
        assert lower(graph_of(spec), dsp=True)


def test_a_model_may_have_several_problems() -> None:
    spec = several_problems()
    with pytest.raises(UnsupportedModelError) as caught:
        lower(graph_of(spec), dsp=True)
    for part in (
        "FULLY_CONNECTED (operator 0): the fused activation TANH",
        "ELU (operator 1): is not among",
        "FULLY_CONNECTED (operator 2): is hybrid",
    ):
        assert part in caught.value.message
    assert caught.value.hint is not None
    assert "representative" in caught.value.hint
    assert "the built-in engine compiles: FULLY_CONNECTED" in caught.value.hint


def test_the_same_problem_is_told_once_for_each_operator() -> None:
    names = [f"t{k}" for k in range(3)]
    spec = ModelSpec(
        [TensorSpec(name, (1, 4)) for name in names],
        [OperatorSpec("ELU", names[k : k + 1], names[k + 1 : k + 2]) for k in range(2)],
        names[:1],
        names[-1:],
    )
    with pytest.raises(UnsupportedModelError) as caught:
        lower(graph_of(spec), dsp=True)
    assert caught.value.message.count("is not among") == 2
    assert caught.value.hint is not None
    assert caught.value.hint.count("the built-in engine compiles") == 1


def test_nothing_is_compiled_under_a_name_that_is_not_c() -> None:
    for name in ("größe", "for", "stai", "a b"):
        with pytest.raises(UsageError):
            compile_network(graph_of(mlp()), CompileOptions(name=name))
