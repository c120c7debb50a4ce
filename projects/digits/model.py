"""Handwritten digits: the network of ST's X-CUBE-AI digit tutorial, on pixels divided by 255."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract
from cubeai_auto.models import digits, mnist
from cubeai_auto.models.augment import vary_pictures
from cubeai_auto.models.backend import KerasModel, start_keras
from cubeai_auto.models.dataset import Dataset, Samples
from cubeai_auto.models.loaders import load_named
from cubeai_auto.models.options import DatasetOptions, Progress, TrainingOptions
from cubeai_auto.models.training import TrainedModel, fit

__all__ = ["CLASSES", "CONTRACT", "build", "load_data", "train"]

CLASSES = tuple(str(digit) for digit in range(10))

CONTRACT = InputContract(
    description="28x28 gray picture, white digit (255) on black (0), pixels divided by 255",
    raw_dtype="uint8",
    raw_min=0.0,
    raw_max=255.0,
    offset=0.0,
    scale=1 / 255,
    shape=(28, 28),
    layout="row by row, top left pixel first",
    background=0.0,
)


def load_data(options: DatasetOptions) -> Dataset:
    """The data set: ``digits`` (comes with scikit-learn) or ``mnist``."""
    return load_named(options, {"digits": digits.load, "mnist": mnist.load})


def build(training: TrainingOptions) -> KerasModel:
    """The network: 784 pixels, two hidden layers of 128, ten probabilities; 118,282 parameters."""
    keras = start_keras(training.seed)
    layers = keras.layers
    model: KerasModel = keras.Sequential(
        [
            keras.Input(CONTRACT.shape, name="pixels"),
            layers.Flatten(name="flatten"),
            layers.Dense(128, activation="relu", name="hidden_1"),
            layers.Dense(128, activation="relu", name="hidden_2"),
            layers.Dense(len(CLASSES), activation="softmax", name="digit"),
        ],
        name="digits",
    )
    return model


def train(dataset: Dataset, options: TrainingOptions, progress: Progress) -> TrainedModel:
    """Train with Adam; the pictures are moved, turned and resized a little if the options allow."""
    return fit(build(options), dataset, CONTRACT, options, progress, augment=_vary)


def _vary(pictures: Samples, random: np.random.Generator) -> Samples:
    return vary_pictures(
        cast("npt.NDArray[np.uint8]", pictures), random, shift=2.0, degrees=12.0, zoom=0.12
    )
