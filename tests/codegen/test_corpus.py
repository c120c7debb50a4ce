"""Every model of the corpus: compiled and equal to TFLM, or refused by operator name."""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, random_inputs
from cubeai_auto.errors import UnsupportedModelError
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model

pytestmark = pytest.mark.corpus

FOLDERS = ("models", "models_made", "tflm/models")
COMPILES = frozenset(
    {
        "seed0_hdr_mlp", "seed0_sine_regression", "seed3_sin_model_int8",
        "digits_mlp_f32", "digits_mlp_int8", "sine_f32", "sine_int8",
        "hello_world_f32", "hello_world_int8",
    }
)  # fmt: skip
SUPPORTED = frozenset(
    {"FULLY_CONNECTED", "SOFTMAX", "QUANTIZE", "DEQUANTIZE", "RESHAPE", "SQUEEZE", "EXPAND_DIMS"}
)


def models(corpus: Path) -> list[Path]:
    found = [path for folder in FOLDERS for path in sorted((corpus / folder).glob("*.tflite"))]
    if not found:
        pytest.skip(f"no models in {corpus}")
    return found


@pytest.mark.oracle
def test_what_compiles_is_equal_to_the_oracle(corpus: Path, tmp_path: Path) -> None:
    wanted = [path for path in models(corpus) if path.stem in COMPILES]
    assert wanted
    for path in wanted:
        request = EngineRequest(path, find_target("stm32f4"))
        inputs = random_inputs(load_model(path), 50, 1)
        work = tmp_path / path.stem
        result = BuiltinEngine().validate(request, ValidationRequest("host", inputs, work)).result
        assert result.oracle is not None
        assert (path.stem, result.vectors, result.mismatches) == (path.stem, 50, 0)


def test_what_does_not_compile_names_its_operators(corpus: Path) -> None:
    for path in models(corpus):
        if path.stem in COMPILES:
            continue
        graph = load_model(path)
        request = EngineRequest(path, find_target("stm32f4"))
        with pytest.raises(UnsupportedModelError) as caught:
            BuiltinEngine().analyze(request)
        unsupported = [op for op in graph.operators if op.name not in SUPPORTED]
        folded = {"SHAPE", "STRIDED_SLICE", "PACK"}
        for operator in unsupported:
            if operator.name not in folded:
                assert f"{operator.name} (operator {operator.index}): " in caught.value.message, path
        assert caught.value.hint


def test_a_dynamic_range_model_is_refused_as_such(corpus: Path) -> None:
    path = corpus / "models" / "seed4_motionsense_reduced_drange.tflite"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with pytest.raises(UnsupportedModelError, match="is hybrid: float32 activations") as caught:
        BuiltinEngine().analyze(EngineRequest(path, find_target("stm32f4")))
    assert caught.value.hint is not None
    assert "representative_dataset" in caught.value.hint
