"""The layers of the built-in engine's reports: instructions where counted, and what slows them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.small_models import graph_of, mlp
from support.tiny_models import tiny_model

from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.codegen.conv_geometry import ConvGeometry
from cubeai_auto.engines import BuiltinEngine, EngineRequest, ValidationRequest, random_inputs
from cubeai_auto.engines.slow_layers import border_share, slow_layers
from cubeai_auto.reports.text import report_text, validation_text
from cubeai_auto.target import find_target
from cubeai_auto.tflite.reader import load_model, parse_model


def reasons(name: str, *, dsp: bool = True) -> dict[int, str]:
    graph = parse_model(tiny_model(name), name)
    return slow_layers(graph, compile_network(graph, CompileOptions(dsp=dsp)).layers, dsp=dsp)


def request_of(name: str, folder: Path) -> EngineRequest:
    path = folder / f"{name}.tflite"
    path.write_bytes(tiny_model(name))
    return EngineRequest(path, find_target("stm32f4"))


def test_border_few_channels_and_alignment_are_named() -> None:
    found = reasons("mobilenet_v1_025")
    assert "27 products" in found[0]
    assert "runs of 9 values are filled up to words, 27 products become 36" in found[0]
    assert "a window of 27 values is gathered for 8 outputs" in found[0]
    assert "border: 56% of the windows reach past the image" in found[13]
    assert "all inputs are unpacked for a quarter as many outputs" in found[3]
    assert "small image" in found[25]
    assert 26 not in found  # a pointwise convolution of 256 channels has no excuse
    assert "no products" in found[29]


def test_a_layer_that_is_not_proven_says_so() -> None:
    graph = parse_model(tiny_model("autoencoder"), "autoencoder")
    heavy = graph.operators[0].inputs[2]
    tensors = list(graph.tensors)
    tensors[heavy] = replace(graph.tensor(heavy), data=np.full(128, 2**24, np.int32))
    changed = replace(graph, tensors=tuple(tensors))
    layers = compile_network(changed, CompileOptions()).layers
    assert "not proven: accumulators may reach" in slow_layers(changed, layers, dsp=True)[0]


def test_rows_that_are_no_multiple_of_four_are_named() -> None:
    graph = graph_of(mlp())
    found = slow_layers(graph, compile_network(graph, CompileOptions()).layers, dsp=True)
    assert found[0] == "short rows: an output is requantized for 10 products"
    assert "alignment: 1 of 5 outputs are computed alone, not 4 at a time" in found[1]


def test_without_the_dsp_extension_that_is_the_reason() -> None:
    found = reasons("ds_cnn", dsp=False)
    assert {found[k] for k in range(9)} == {"no DSP extension: one product at a time"}


@pytest.mark.parametrize(
    ("geometry", "share"),
    [
        (ConvGeometry(1, 6, 6, 4, 6, 6, 3, 3, pad_top=1, pad_left=1), 1 - 16 / 36),
        (ConvGeometry(1, 6, 6, 4, 4, 4, 3, 3), 0),
        (ConvGeometry(1, 4, 4, 4, 2, 2, 3, 3, 2, 2), 0.75),  # stride 2, a cell below and right
        (ConvGeometry(1, 9, 9, 4, 9, 9, 3, 3, 1, 1, 2, 2, 2, 2), 1 - 25 / 81),
    ],
)
def test_the_share_of_windows_past_the_border(geometry: ConvGeometry, share: float) -> None:
    assert border_share(geometry) == pytest.approx(share)


@pytest.mark.emulator
@pytest.mark.oracle
def test_a_run_in_the_emulator_counts_every_layer(tmp_path: Path) -> None:
    request = request_of("autoencoder", tmp_path)
    inputs = random_inputs(load_model(request.model), 3, 1)
    engine = BuiltinEngine()
    result = engine.validate(request, ValidationRequest("emulator", inputs, tmp_path / "run")).result
    assert sum(layer.instructions.value or 0 for layer in result.layers) == result.instructions.value
    first, short = result.layers[0], result.layers[5]
    assert (first.instructions.how, first.instructions.unit) == ("simulated", "instructions")
    assert 1.0 < (first.instructions_per_macc.value or 0) < 1.25
    assert (short.instructions_per_macc.value or 0) > 3
    assert "8 products" in short.slow
    stored = json.loads(json.dumps(result.to_json()))["layers"][5]
    assert stored["instructions"]["value"] == short.instructions.value
    assert stored["instructions_per_macc"]["unit"] == "instructions/MACC"
    assert stored["slow"] == short.slow
    assert "per MACC" in validation_text(result)


def test_without_a_run_the_reason_stands_in_for_the_count(tmp_path: Path) -> None:
    result = BuiltinEngine().analyze(request_of("ds_cnn", tmp_path))
    layers = result.report.layers
    assert {layer.instructions.reason for layer in layers} == {"counted in the emulator only"}
    assert "depthwise" in layers[1].slow
    text = report_text(result.report, result.memory)
    assert "depthwise: 9 products an output" in text
    assert "per MACC" not in text


@pytest.mark.oracle
def test_the_host_counts_nothing(tmp_path: Path) -> None:
    request = request_of("autoencoder", tmp_path)
    inputs = random_inputs(load_model(request.model), 3, 1)
    result = (
        BuiltinEngine().validate(request, ValidationRequest("host", inputs, tmp_path / "run")).result
    )
    assert result.layers == ()
