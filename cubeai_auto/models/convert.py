"""A trained Keras model as ``.tflite`` files, in the variants that this package compares."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import CubeAIError, ToolFailedError, UsageError
from cubeai_auto.models.backend import load_tensorflow, quiet
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.preprocess import apply
from cubeai_auto.models.training import TrainedModel

__all__ = ["REPRESENTATIVE_SAMPLES", "VARIANTS", "Variant", "convert"]

Variant = Literal["float32", "int8", "dynamic-range"]

VARIANTS: Final[tuple[str, ...]] = get_args(Variant)
"""``float32``; ``int8`` (weights, activations, input and output); ``dynamic-range`` (int8 weights, the
rest float: TensorFlow's hybrid operators)."""

REPRESENTATIVE_SAMPLES: Final = 300
"""Training samples shown to the converter to find the ranges of the activations."""

_Representative = Callable[[], Iterator[list[npt.NDArray[np.float32]]]]


class _Converter(Protocol):
    def convert(self) -> bytes: ...


def convert(
    trained: TrainedModel, dataset: Dataset, contract: InputContract, variant: str, log: Path
) -> bytes:
    """Convert with a fixed batch of 1, so that no operator has to compute a shape.

    Args:
        trained: the network.
        dataset: its training part gives the representative samples of ``int8``.
        contract: how raw samples become the network's input, and the input's shape.
        variant: one of :data:`VARIANTS`.
        log: receives what the converter prints.

    Returns:
        the content of the ``.tflite`` file; the same for the same model, data and TensorFlow.

    Raises:
        UsageError: an unknown variant.
        ToolMissingError: TensorFlow is not installed.
        ToolFailedError: the converter refuses the network.
    """
    if variant not in VARIANTS:
        near = difflib.get_close_matches(variant, VARIANTS, n=1)
        msg = f"unknown model variant {variant!r}; there are: {', '.join(VARIANTS)}"
        raise UsageError(msg, hint=f"did you mean {near[0]!r}?" if near else None)
    tensorflow = load_tensorflow()
    try:
        with quiet(log):
            content: bytes = _converter(tensorflow, trained, dataset, contract, variant).convert()
    except CubeAIError:
        raise
    except Exception as error:
        # the converter raises its own types besides ValueError, RuntimeError and TypeError
        lines = str(error).strip().splitlines() or [type(error).__name__]
        msg = f"TensorFlow cannot convert the network to {variant}"
        raise ToolFailedError(
            msg,
            command="tf.lite.TFLiteConverter.from_concrete_functions(...)",
            tail=lines[-6:],
            log=log,
            hint="use layers that TensorFlow Lite has as builtin operators",
        ) from error
    return content


def _converter(
    tensorflow: ModuleType,
    trained: TrainedModel,
    dataset: Dataset,
    contract: InputContract,
    variant: str,
) -> _Converter:
    """The configured ``TFLiteConverter``."""
    lite = tensorflow.lite
    signature = tensorflow.TensorSpec((1, *contract.shape), tensorflow.float32, name="input")
    # A module of our own carries function and variables: with the Keras model in its place the
    # converter leaves READ_VARIABLE operators in the graph.
    module = tensorflow.Module()
    module.held = [variable.value for variable in trained.keras.variables]
    module.infer = tensorflow.function(
        lambda x: trained.keras(x, training=False), input_signature=[signature]
    )
    converter = lite.TFLiteConverter.from_concrete_functions(
        [module.infer.get_concrete_function()], module
    )
    if variant != "float32":
        converter.optimizations = [lite.Optimize.DEFAULT]
    if variant == "int8":
        converter.representative_dataset = _representative(dataset, contract)
        converter.target_spec.supported_ops = [lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tensorflow.int8
        converter.inference_output_type = tensorflow.int8
    configured: _Converter = converter
    return configured


def _representative(dataset: Dataset, contract: InputContract) -> _Representative:
    """Training samples spread evenly over the whole set, one at a time."""
    count = min(REPRESENTATIVE_SAMPLES, len(dataset.x_train))
    chosen = np.linspace(0, len(dataset.x_train) - 1, count).astype(np.intp)
    inputs = apply(contract, dataset.x_train[chosen])

    def samples() -> Iterator[list[npt.NDArray[np.float32]]]:
        for sample in inputs:
            yield [sample[None]]

    return samples
