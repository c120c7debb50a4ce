"""TensorFlow and Keras, loaded when first needed, kept quiet, and set up to repeat themselves.

What repeats: with the same seed, options, data, TensorFlow release and processor type the trained
weights are equal bit by bit. For that, oneDNN (whose code differs by processor) is off and TensorFlow
computes on one thread, so the number of cores makes no difference; small networks lose nothing by it.
Set ``TF_ENABLE_ONEDNN_OPTS`` or ``TF_NUM_INTRAOP_THREADS`` in the environment to have it otherwise.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import ToolMissingError
from cubeai_auto.files import refusals

__all__ = ["KerasModel", "Optimizer", "Variable", "load_tensorflow", "quiet", "start_keras"]

_HINT = 'pip install "cubeai-auto[train]"'
_DEFAULTS = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


class Optimizer(Protocol):
    """What the training loop changes in a Keras optimizer."""

    learning_rate: object


class Variable(Protocol):
    """What the conversion reads of a Keras variable."""

    @property
    def value(self) -> object:
        """The backend's variable."""


class KerasModel(Protocol):
    """What this package uses of a ``keras.Model``."""

    @property
    def variables(self) -> Sequence[Variable]:
        """All weights, and the states of layers that have some."""

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer given to :meth:`compile`."""

    def __call__(self, x: object, *, training: bool) -> object:
        """The network applied to a tensor."""

    def compile(self, *, optimizer: object, loss: object, metrics: Sequence[str]) -> None:
        """Choose optimizer, loss and metrics."""

    def train_on_batch(
        self, x: npt.NDArray[np.float32], y: npt.NDArray[np.integer], *, return_dict: Literal[True]
    ) -> dict[str, float]:
        """One step; the metrics since they were reset."""

    def predict_on_batch(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The outputs for some inputs."""

    def reset_metrics(self) -> None:
        """Forget the metrics of earlier steps."""

    def count_params(self) -> int:
        """The number of weights and biases."""


@contextlib.contextmanager
def quiet(log: Path | None = None) -> Iterator[None]:
    """Keep what TensorFlow prints on standard error off the terminal, native code included.

    The file descriptor itself is turned away, so nothing else in the process can print there
    meanwhile: a progress display must use standard output or be silent during the block.

    Args:
        log: receives everything, appended; ``None`` drops it.

    Raises:
        RefusedError: the log cannot be written.
    """
    target = Path(os.devnull) if log is None else log
    with contextlib.ExitStack() as stack:
        with refusals("write", target):
            if log is not None:
                log.parent.mkdir(parents=True, exist_ok=True)
            stream = stack.enter_context(target.open("a", encoding="utf-8"))
        sys.stderr.flush()
        saved = os.dup(2)
        stack.callback(os.close, saved)
        os.dup2(stream.fileno(), 2)
        stack.callback(os.dup2, saved, 2)
        stack.enter_context(contextlib.redirect_stderr(stream))
        # another package's deprecations must not end a run whose caller made warnings errors
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("default")
        yield


def load_tensorflow() -> ModuleType:
    """The package ``tensorflow``, imported with quiet and repeatable defaults.

    Raises:
        ToolMissingError: it is not installed, cannot be imported, or Keras was already loaded with
            another backend.
    """
    if find_spec("tensorflow") is None:
        msg = "training and conversion need TensorFlow, which is not installed"
        raise ToolMissingError(msg, hint=_HINT)
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with quiet():
            tensorflow = import_module("tensorflow")
            backend = str(import_module("keras").backend.backend())
    except (ImportError, OSError) as error:
        msg = f"TensorFlow is installed but cannot be loaded: {error}"
        raise ToolMissingError(msg, hint=_HINT) from error
    _settle_logger()
    if backend != "tensorflow":
        msg = f"Keras is already loaded with the backend {backend}; TensorFlow is needed"
        raise ToolMissingError(msg, hint="start a new Python process")
    return tensorflow


def _settle_logger() -> None:
    """TensorFlow's Python log, which would write to the stream that was there while it was imported.

    That one is closed by now, and each warning (of functions traced again, when several networks are
    trained in one process) would become a traceback on the terminal.
    """
    logger = logging.getLogger("tensorflow")
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.ERROR)


def start_keras(seed: int) -> ModuleType:
    """The package ``keras``, with a fresh state and all its random numbers fixed by the seed.

    Call it first when building a network: it also resets the counters behind automatic layer names,
    which end up in the ``.tflite`` file.

    Raises:
        ToolMissingError: as :func:`load_tensorflow`.
    """
    tensorflow = load_tensorflow()
    keras = import_module("keras")
    with quiet():
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        tensorflow.config.experimental.enable_op_determinism()
    return keras
