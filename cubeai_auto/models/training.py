"""The training loop that recipes share: varied samples, a falling learning rate, one seed."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import CheckFailedError
from cubeai_auto.models.augment import Augment
from cubeai_auto.models.backend import KerasModel, start_keras
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.options import Progress, TrainingOptions
from cubeai_auto.models.preprocess import apply
from cubeai_auto.quantity import Quantity, measured

__all__ = ["TrainedModel", "fit", "predict"]

_PREDICT_BATCH = 1000


@dataclass(frozen=True, slots=True, eq=False)
class TrainedModel:
    """A trained network and how well it does before any conversion.

    Attributes:
        keras: the Keras model.
        accuracy: the fraction of the whole test part that Keras classifies right.
        parameters: the number of weights and biases.
        seconds: how long the training took.
    """

    keras: KerasModel
    accuracy: Quantity
    parameters: int
    seconds: float


def fit(
    model: KerasModel,
    dataset: Dataset,
    contract: InputContract,
    options: TrainingOptions,
    progress: Progress,
    *,
    augment: Augment | None = None,
    learning_rate: float = 1e-3,
    label_smoothing: float = 0.0,
) -> TrainedModel:
    """Train a classifier with Adam and sparse cross entropy.

    The learning rate falls to zero along half a cosine over the epochs. The test part is used once, at
    the end: nothing is chosen by it.

    Args:
        model: built after :func:`~cubeai_auto.models.backend.start_keras` with the same seed; its last
            layer gives probabilities.
        dataset: raw samples.
        contract: how they become the network's input.
        options: seed, epochs, batch size, and whether ``augment`` is used.
        progress: receives a line an epoch.
        augment: varies the raw training samples anew in every epoch.
        learning_rate: that of the first epoch.
        label_smoothing: the share of each label that is spread over all classes. It keeps the last
            layer's outputs of easy samples small, so that their int8 steps are fine enough for the
            hard ones.

    Raises:
        DatasetError: the samples do not fit the contract.
        CheckFailedError: the loss is no longer a number.
    """
    started = time.monotonic()
    keras = start_keras(options.seed)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=_loss(keras, len(dataset.classes), label_smoothing),
        metrics=["accuracy"],
    )
    test_input = apply(contract, dataset.x_test)
    fixed_input = apply(contract, dataset.x_train)
    vary = augment if options.augment else None
    random = np.random.default_rng(options.seed)
    for epoch in range(options.epochs):
        model.optimizer.learning_rate = (
            learning_rate * (1 + math.cos(math.pi * epoch / options.epochs)) / 2
        )
        x = fixed_input if vary is None else apply(contract, vary(dataset.x_train, random))
        order = random.permutation(len(x))
        reached = _epoch(model, x[order], dataset.y_train[order], options.batch_size)
        if not math.isfinite(reached["loss"]):
            msg = f"training diverged: the loss is {reached['loss']} after epoch {epoch + 1}"
            raise CheckFailedError(msg, hint="try another training seed or a larger batch size")
        progress(f"epoch {epoch + 1}/{options.epochs}, training accuracy {reached['accuracy']:.3f}")
    right = predict(model, test_input).argmax(axis=1) == dataset.y_test
    return TrainedModel(
        keras=model,
        accuracy=measured(
            float(right.mean()), "1", f"Keras {keras.__version__}, {len(right):,} test samples"
        ),
        parameters=int(model.count_params()),
        seconds=time.monotonic() - started,
    )


def _loss(keras: ModuleType, classes: int, smoothing: float) -> object:
    """Cross entropy for labels that are indices of classes."""
    if not smoothing:
        return "sparse_categorical_crossentropy"

    def smoothed(labels: object, probabilities: object) -> object:
        one_hot = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), classes)
        return keras.losses.categorical_crossentropy(one_hot, probabilities, label_smoothing=smoothing)

    return smoothed


def predict(model: KerasModel, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The outputs of a Keras model for prepared inputs (N, ...)."""
    parts = [
        np.asarray(model.predict_on_batch(x[start : start + _PREDICT_BATCH]), np.float32)
        for start in range(0, len(x), _PREDICT_BATCH)
    ]
    return np.concatenate(parts)


def _epoch(
    model: KerasModel, x: npt.NDArray[np.float32], y: npt.NDArray[np.integer], batch: int
) -> dict[str, float]:
    """One pass in batches of equal size; samples beyond the last full batch wait for another epoch.

    Keras' own ``fit`` would shuffle by its own stream and log from native code in every epoch.
    """
    batch = min(batch, len(x))
    model.reset_metrics()
    reached: dict[str, float] = {}
    for start in range(0, len(x) - batch + 1, batch):
        part = slice(start, start + batch)
        reached = model.train_on_batch(x[part], y[part], return_dict=True)
    return {name: float(value) for name, value in reached.items()}
