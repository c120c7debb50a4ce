"""Human activity from a window of acceleration: a small convolutional network, or ten features."""

from __future__ import annotations

import numpy as np

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import DatasetError
from cubeai_auto.models.backend import KerasModel, start_keras
from cubeai_auto.models.dataset import Dataset, Samples
from cubeai_auto.models.har.augment import vary_windows
from cubeai_auto.models.har.loaders import LOADERS
from cubeai_auto.models.har.preparation import feature_contract, window_contract
from cubeai_auto.models.loaders import load_named
from cubeai_auto.models.options import DatasetOptions, Progress, TrainingOptions
from cubeai_auto.models.training import TrainedModel, fit

__all__ = ["NETWORKS", "build", "contract", "load_data", "train"]

NETWORKS = ("cnn", "mlp")

_WINDOW, _CLASSES = 100, 4  # of the default data set
_FILTERS = ((16, 9), (32, 5), (48, 5))  # how many, and over how many samples
_DEGREES, _STRENGTH = 60.0, 0.2  # at 30 degrees the watches' wearers are not yet alike


def load_data(options: DatasetOptions) -> Dataset:
    """The data set: ``basic_motions`` (comes with sktime), or one of those in files."""
    return load_named(options, LOADERS)


def contract(dataset: Dataset, network: str) -> InputContract:
    """What the network sees: each sample and its length (``cnn``), or ten features (``mlp``)."""
    if dataset.contract is None:
        msg = f"the data set {dataset.name} does not say what its numbers mean"
        raise DatasetError(msg)
    if network == "mlp":
        return feature_contract(dataset.contract, dataset.x_train)
    return window_contract(dataset.contract)


def build(training: TrainingOptions, window: int = _WINDOW, classes: int = _CLASSES) -> KerasModel:
    """The network that ``training.network`` names, for windows of so many samples."""
    keras = start_keras(training.seed)
    layers = keras.layers
    if training.network == "mlp":
        body = [
            keras.Input((10,), name="features"),
            layers.Dense(100, activation="relu", name="hidden_1"),
            layers.Dense(100, activation="relu", name="hidden_2"),
        ]
    else:
        body = [keras.Input((1, window, 4), name="window")]
        for number, (filters, width) in enumerate(_FILTERS, start=1):
            body += [
                layers.Conv2D(
                    filters, (1, width), padding="same", use_bias=False, name=f"filters_{number}"
                ),
                layers.BatchNormalization(momentum=0.9, name=f"normalize_{number}"),
                layers.ReLU(name=f"relu_{number}"),
                layers.MaxPooling2D((1, 2), name=f"strongest_{number}"),
            ]
        body += [
            layers.GlobalAveragePooling2D(name="over_time"),
            layers.Dropout(0.4, name="dropout"),
        ]
    model: KerasModel = keras.Sequential(
        [*body, layers.Dense(classes, activation="softmax", name="activity")],
        name=f"har_{training.network or NETWORKS[0]}",
    )
    return model


def train(dataset: Dataset, options: TrainingOptions, progress: Progress) -> TrainedModel:
    """Train with Adam on windows that are turned in space and made stronger or weaker each time.

    Without that, a network learns how each person wears the sensor, and fails with the next one.
    """
    chosen = contract(dataset, options.network)

    def vary(windows: Samples, random: np.random.Generator) -> Samples:
        return vary_windows(windows, random, chosen, degrees=_DEGREES, scale=_STRENGTH)

    return fit(
        build(options, dataset.x_train.shape[1], len(dataset.classes)),
        dataset,
        chosen,
        options,
        progress,
        augment=vary,
        learning_rate=2e-3,
        label_smoothing=0.1,
    )
