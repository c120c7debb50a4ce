"""The data of a project, in the form in which the generated code takes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto.compare.record import DatasetFacts
from cubeai_auto.contract import InputContract
from cubeai_auto.errors import DatasetError
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.options import DatasetOptions, SignalOptions
from cubeai_auto.models.preprocess import apply, check, quantize
from cubeai_auto.models.recipe import Recipe, choose_network, contract_of, load_recipe, recipe_errors
from cubeai_auto.project.config import ProjectConfig
from cubeai_auto.tflite.graph import Graph

__all__ = ["ProjectData", "load_data", "network_input"]

_Array = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True, eq=False)
class ProjectData:
    """A project's recipe and its data set, checked against the input contract of the chosen network."""

    recipe: Recipe
    dataset: Dataset
    contract: InputContract
    network: str = ""

    def facts(self) -> DatasetFacts:
        """What a record keeps of the data."""
        return DatasetFacts(
            name=self.dataset.name,
            source=self.dataset.source,
            train=len(self.dataset.x_train),
            test=len(self.dataset.x_test),
            classes=self.dataset.classes,
            hash=self.dataset.digest(),
            notes=self.dataset.notes,
        )


def load_data(config: ProjectConfig, recipe_path: Path) -> ProjectData:
    """Load the recipe and the data set it names, and check the one against the other.

    Raises:
        MissingPathError: the recipe or the data set's path does not exist.
        ConfigError: the recipe does not hold what it must.
        DatasetError: the data is damaged or does not fit the input contract.
    """
    recipe = load_recipe(recipe_path)
    network = choose_network(recipe, config.model.network)
    table = config.dataset
    options = DatasetOptions(
        name="" if table is None else table.name,
        path=None if table is None or table.path is None else Path(table.path),
        url=None if table is None or table.url is None else str(table.url),
        sha256=None if table is None else table.sha256,
        signal=None if config.signal is None else SignalOptions(**dict(config.signal)),
    )
    with recipe_errors(recipe_path):
        dataset = recipe.load_data(options)
        contract = contract_of(recipe, dataset, network)
    for part in (dataset.x_train, dataset.x_test):
        check(contract, part)
    return ProjectData(recipe, dataset, contract, network)


def network_input(graph: Graph, contract: InputContract, raw: _Array) -> _Array:
    """Raw samples as the network's only input takes them: preprocessed and, if need be, quantized.

    Raises:
        DatasetError: the network has another input than the contract describes.
    """
    if len(graph.inputs) != 1:
        msg = f"the network has {len(graph.inputs)} inputs; the input contract describes one"
        raise DatasetError(msg)
    tensor = graph.tensor(graph.inputs[0])
    real = apply(contract, raw)
    if int(np.prod(real.shape[1:])) != tensor.elements:
        msg = f"a sample has the shape {real.shape[1:]}, the network's input {tensor.shape}"
        raise DatasetError(msg, hint="make the contract's shape that of the network's input")
    shaped = real.reshape(len(real), *tensor.vector_shape)
    if tensor.dtype == "float32":
        return shaped
    if tensor.quantization is None or tensor.dtype not in {"int8", "uint8"}:
        msg = f"samples cannot be given to an input of type {tensor.dtype}"
        raise DatasetError(msg)
    q = tensor.quantization
    return quantize(shaped, q.scale, q.zero_point, tensor.dtype)
