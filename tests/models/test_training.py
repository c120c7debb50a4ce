"""Training and conversion with the real TensorFlow, on a tiny set; one module, so it loads once."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import tflite

from cubeai_auto.errors import ToolFailedError, ToolMissingError, UsageError
from cubeai_auto.models import backend
from cubeai_auto.models.backend import quiet
from cubeai_auto.models.convert import VARIANTS, convert
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.options import TrainingOptions
from cubeai_auto.models.preprocess import apply
from cubeai_auto.models.recipe import Recipe, load_recipe
from cubeai_auto.models.training import TrainedModel, predict

OPTIONS = TrainingOptions(seed=3, epochs=2, batch_size=16, augment=True)


def _digits_of_stripes() -> Dataset:
    """Ten classes that a network learns at once: a bright bar at a height that depends on the class."""
    labels = np.tile(np.arange(10), 32)
    pictures = np.zeros((320, 28, 28), np.uint8)
    random = np.random.default_rng(0)
    for picture, label in zip(pictures, labels, strict=True):
        picture[4 + 2 * label : 6 + 2 * label, 5:23] = random.integers(150, 256)
    return Dataset(
        "stripes",
        "a test",
        tuple("0123456789"),
        pictures[:240],
        labels[:240],
        pictures[240:],
        labels[240:],
    )


@dataclass(frozen=True)
class Trained:
    recipe: Recipe
    dataset: Dataset
    model: TrainedModel
    messages: tuple[str, ...]
    files: dict[str, bytes]
    log: Path


@pytest.fixture(scope="module")
def trained(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    recipe = load_recipe(repository / "projects" / "digits" / "model.py")
    dataset = _digits_of_stripes()
    messages: list[str] = []
    model = recipe.train(dataset, OPTIONS, messages.append)
    log = tmp_path_factory.mktemp("conversion") / "convert.log"
    files = {variant: convert(model, dataset, recipe.CONTRACT, variant, log) for variant in VARIANTS}
    return Trained(recipe, dataset, model, tuple(messages), files, log)


def _parts(content: bytes) -> tuple[tflite.Model, tflite.SubGraph]:
    model = tflite.Model.GetRootAs(content)
    assert model.SubgraphsLength() == 1
    return model, model.Subgraphs(0)


def _operators(content: bytes) -> list[str]:
    names = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}
    model, graph = _parts(content)
    nodes = [graph.Operators(index) for index in range(graph.OperatorsLength())]
    return [names[model.OperatorCodes(node.OpcodeIndex()).BuiltinCode()] for node in nodes]


@pytest.mark.train
def test_training_learns_and_tells(trained: Trained) -> None:
    assert trained.model.parameters == 118_282
    accuracy = trained.model.accuracy
    assert accuracy.value is not None
    assert accuracy.value > 0.5  # chance is 0.1
    assert (accuracy.unit, accuracy.how) == ("1", "measured")
    assert "80 test samples" in accuracy.source
    assert [message.split(",")[0] for message in trained.messages] == ["epoch 1/2", "epoch 2/2"]
    x = apply(trained.recipe.CONTRACT, trained.dataset.x_test)
    right = predict(trained.model.keras, x).argmax(axis=1) == trained.dataset.y_test
    assert right.mean() == accuracy.value


@pytest.mark.train
def test_the_same_seed_gives_the_same_files_and_another_does_not(
    trained: Trained, tmp_path: Path
) -> None:
    def again(options: TrainingOptions) -> bytes:
        model = trained.recipe.train(trained.dataset, options, lambda _: None)
        return convert(model, trained.dataset, trained.recipe.CONTRACT, "int8", tmp_path / "log")

    assert again(OPTIONS) == trained.files["int8"]
    assert again(replace(OPTIONS, seed=4)) != trained.files["int8"]
    assert again(replace(OPTIONS, augment=False)) != trained.files["int8"]


@pytest.mark.train
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_fixed_batch_leaves_no_operators_for_shapes(trained: Trained, variant: str) -> None:
    content = trained.files[variant]
    assert _operators(content) == ["RESHAPE", *["FULLY_CONNECTED"] * 3, "SOFTMAX"]
    _, graph = _parts(content)
    assert graph.Tensors(int(graph.Inputs(0))).ShapeAsNumpy().tolist() == [1, 28, 28]
    assert graph.Tensors(int(graph.Outputs(0))).ShapeAsNumpy().tolist() == [1, 10]


@pytest.mark.train
def test_the_variants_store_what_their_names_say(trained: Trained) -> None:
    def types(variant: str) -> tuple[int, int, set[int]]:
        model, graph = _parts(trained.files[variant])
        tensors = [graph.Tensors(index) for index in range(graph.TensorsLength())]
        weights = {t.Type() for t in tensors if model.Buffers(t.Buffer()).DataLength() >= 1280}
        return tensors[int(graph.Inputs(0))].Type(), tensors[int(graph.Outputs(0))].Type(), weights

    real, int8 = tflite.TensorType.FLOAT32, tflite.TensorType.INT8
    assert types("float32") == (real, real, {real})
    assert types("int8") == (int8, int8, {int8})
    assert types("dynamic-range") == (real, real, {int8})
    _, graph = _parts(trained.files["int8"])
    found = graph.Tensors(int(graph.Inputs(0))).Quantization()
    # ranges come from samples 0..1 that went through the contract: raw pixels would give a scale of 1
    assert found.ScaleAsNumpy().tolist() == [np.float32(1 / 255)]
    assert found.ZeroPointAsNumpy().tolist() == [-128]


@pytest.mark.train
def test_what_the_converter_prints_goes_to_the_log(
    trained: Trained, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "logs" / "convert.log"
    convert(trained.model, trained.dataset, trained.recipe.CONTRACT, "int8", log)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    assert "fully_quantize" in log.read_text(encoding="utf-8")
    os.write(2, b"seen again\n")
    assert capfd.readouterr().err == "seen again\n"


@pytest.mark.train
def test_a_network_the_converter_refuses_is_a_typed_error(trained: Trained, tmp_path: Path) -> None:
    class Broken:
        variables = trained.model.keras.variables

        def __call__(self, x: object, *, training: bool) -> object:
            raise ValueError("no such layer")

    broken = replace(trained.model, keras=Broken())  # type: ignore[arg-type]
    with pytest.raises(ToolFailedError, match="cannot convert the network to float32") as caught:
        convert(broken, trained.dataset, trained.recipe.CONTRACT, "float32", tmp_path / "log")
    assert any("no such layer" in line for line in caught.value.tail)


def test_an_unknown_variant_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    nothing = None
    with pytest.raises(UsageError) as caught:
        convert(nothing, nothing, nothing, "int-8", tmp_path / "log")  # type: ignore[arg-type]
    assert caught.value.hint == "did you mean 'int8'?"


def test_without_tensorflow_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda name: None)
    with pytest.raises(ToolMissingError) as caught:
        backend.start_keras(1)
    assert caught.value.exit_code == 3
    assert caught.value.hint == 'pip install "cubeai-auto[train]"'


def test_a_tensorflow_that_cannot_be_loaded_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ImportError("libsomething.so: cannot open shared object file")

    monkeypatch.setattr(backend, "find_spec", lambda name: object())
    monkeypatch.setattr(backend, "import_module", broken)
    with pytest.raises(ToolMissingError, match="libsomething"):
        backend.load_tensorflow()


@pytest.mark.train
def test_tensorflows_own_log_does_not_write_to_a_closed_stream(
    capfd: pytest.CaptureFixture[str],
) -> None:
    backend.start_keras(1)
    logging.getLogger("tensorflow").warning("traced again")
    logging.getLogger("tensorflow").error("out of memory")
    said = capfd.readouterr().err
    assert "Logging error" not in said
    assert "traced again" not in said


@pytest.mark.parametrize("leave", [lambda: None, lambda: 1 / 0])
def test_quiet_gives_standard_error_back(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], leave: Callable[[], object]
) -> None:
    log = tmp_path / "log"
    try:
        with quiet(log):
            os.write(2, b"from native code\n")
            leave()
    except ZeroDivisionError:
        pass
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
    assert log.read_text(encoding="utf-8") == "from native code\n"
