"""The activity recipe: its networks, its contracts, and a short training with the real TensorFlow."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from cubeai_auto import process
from cubeai_auto.contract import InputContract
from cubeai_auto.errors import ConfigError, DatasetError
from cubeai_auto.models.convert import convert
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.options import DatasetOptions, TrainingOptions
from cubeai_auto.models.preprocess import apply, quantize
from cubeai_auto.models.recipe import Recipe, choose_network, contract_of, load_recipe
from cubeai_auto.models.training import TrainedModel, predict
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflm.host import run_host

OPERATORS = {
    "cnn": [*["CONV_2D", "MAX_POOL_2D"] * 3, "MEAN", "FULLY_CONNECTED", "SOFTMAX"],
    "mlp": ["FULLY_CONNECTED", "FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"],
}
PARAMETERS = {"cnn": 11_347, "mlp": 11_503}


@pytest.fixture(scope="module")
def recipe(repository: Path) -> Recipe:
    return load_recipe(repository / "projects" / "har" / "model.py")


def options(network: str, **changes: int | bool) -> TrainingOptions:
    return replace(TrainingOptions(3, 8, 16, augment=True, network=network), **changes)  # type: ignore[arg-type]


def test_networks_are_chosen_by_name(recipe: Recipe, repository: Path) -> None:
    assert choose_network(recipe, None) == "cnn"
    assert choose_network(recipe, "mlp") == "mlp"
    with pytest.raises(ConfigError, match="it has: cnn, mlp") as caught:
        choose_network(recipe, "cnm")
    assert caught.value.hint == "did you mean 'cnn'?"
    assert caught.value.key == "model.network"
    digits = load_recipe(repository / "projects" / "digits" / "model.py")
    assert choose_network(digits, None) == ""
    with pytest.raises(ConfigError, match="only one, without a name"):
        choose_network(digits, "cnn")


def test_the_contract_follows_data_and_network(recipe: Recipe, made: Dataset) -> None:
    assert contract_of(recipe, made, "cnn").shape == (1, 40, 4)
    assert contract_of(recipe, made, "mlp").shape == (10,)
    with pytest.raises(DatasetError, match="does not say what its numbers mean"):
        contract_of(recipe, replace(made, contract=None), "cnn")


RECIPE = """\
NETWORKS = ("one", "two")
def contract(dataset, network):
    return network
def load_data(options):
    return None
def build(training):
    return None
def train(dataset, options, progress):
    return None
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (RECIPE.replace('("one", "two")', "()"), "NETWORKS is a tuple"),
        (RECIPE.replace('("one", "two")', '["one"]'), "NETWORKS is a tuple"),
        (
            RECIPE.replace("contract(dataset, network)", "contract(dataset)"),
            ":2: the function contract",
        ),
        (RECIPE.replace("def contract", "contract = 1\ndef other"), "needs the function contract"),
        (RECIPE.replace("def contract", "def other"), "needs CONTRACT"),
    ],
)
def test_a_recipe_with_networks_is_checked(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "model.py"
    file.write_text(text)
    with pytest.raises(ConfigError, match=sentence):
        load_recipe(file)


def test_a_contract_of_another_kind_is_refused(tmp_path: Path, made: Dataset) -> None:
    (tmp_path / "model.py").write_text(RECIPE)
    with pytest.raises(ConfigError, match="must give an InputContract"):
        contract_of(load_recipe(tmp_path / "model.py"), made, "one")


def test_loading_recipe_and_data_does_not_load_tensorflow(repository: Path) -> None:
    code = (
        "import sys, pathlib; from cubeai_auto.models.recipe import load_recipe;"
        "load_recipe(pathlib.Path(sys.argv[1]));"
        "sys.exit(len({'tensorflow', 'keras', 'sklearn', 'sktime', 'pandas'} & set(sys.modules)))"
    )
    file = repository / "projects" / "har" / "model.py"
    process.run([sys.executable, "-c", code, file], timeout=60, cwd=repository)


def test_an_unknown_data_set_meets_its_neighbor(recipe: Recipe) -> None:
    with pytest.raises(ConfigError) as caught:
        recipe.load_data(DatasetOptions("wisdm_2019"))
    assert caught.value.hint == "did you mean 'wisdm_2019_watch'?"


@dataclass(frozen=True)
class Trained:
    network: str
    contract: InputContract
    model: TrainedModel
    files: dict[str, bytes]


@pytest.fixture(scope="module", params=["cnn", "mlp"])
def trained(
    request: pytest.FixtureRequest,
    recipe: Recipe,
    made: Dataset,
    tmp_path_factory: pytest.TempPathFactory,
) -> Trained:
    network: str = request.param
    contract = contract_of(recipe, made, network)
    model = recipe.train(made, options(network), lambda _: None)
    log = tmp_path_factory.mktemp("conversion") / "convert.log"
    files = {v: convert(model, made, contract, v, log) for v in ("float32", "int8")}
    return Trained(network, contract, model, files)


@pytest.mark.train
def test_it_learns_what_differs_in_strength(trained: Trained) -> None:
    assert trained.model.parameters == PARAMETERS[trained.network]
    accuracy = trained.model.accuracy.value
    assert accuracy is not None
    assert accuracy > 0.8  # chance is 0.33


@pytest.mark.train
def test_only_operators_that_every_engine_has(trained: Trained) -> None:
    for content in trained.files.values():
        graph = parse_model(content, "har")
        assert [operator.name for operator in graph.operators] == OPERATORS[trained.network]
        assert graph.tensor(graph.inputs[0]).shape == (1, *trained.contract.shape)


@pytest.mark.train
@pytest.mark.oracle
def test_int8_reads_the_windows_as_float_does(trained: Trained, made: Dataset) -> None:
    x = apply(trained.contract, made.x_test)
    by_keras = predict(trained.model.keras, x).argmax(axis=1)
    found = {}
    for variant, content in trained.files.items():
        graph = parse_model(content, "har")
        tensor = graph.tensor(graph.inputs[0])
        stored: np.ndarray = x
        if tensor.quantization is not None:
            stored = quantize(x, tensor.quantization.scale, tensor.quantization.zero_point, "int8")
        outputs = run_host(content, (stored,)).outputs[0]
        found[variant] = outputs.reshape(len(x), -1).argmax(axis=1)
    assert (found["float32"] == by_keras).all()
    assert (found["int8"] == by_keras).mean() > 0.9


@pytest.mark.train
def test_the_same_seed_gives_the_same_file(recipe: Recipe, made: Dataset, tmp_path: Path) -> None:
    contract = contract_of(recipe, made, "cnn")
    files = [
        convert(
            recipe.train(made, options("cnn", epochs=1, seed=seed), lambda _: None),
            made,
            contract,
            "int8",
            tmp_path / "log",
        )
        for seed in (5, 5, 6)
    ]
    assert files[0] == files[1] != files[2]
