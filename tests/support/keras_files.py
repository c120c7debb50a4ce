"""Keras files of public collections as float32 ``.tflite``, with a batch of 1."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cubeai_auto.models.backend import load_tensorflow, quiet

__all__ = ["converted"]


def converted(path: Path, log: Path) -> bytes:
    """The content of the ``.tflite`` file that TensorFlow makes of a ``.h5`` file.

    Files of TensorFlow before 2.6 describe depthwise layers with a key ``groups`` that Keras 3
    refuses; it says nothing and is left out.
    """
    tensorflow = load_tensorflow()
    with quiet(log), _Readable(path) as readable:
        model = tensorflow.keras.models.load_model(readable, compile=False)
        shape = (1, *model.input_shape[1:])
        module = tensorflow.Module()
        module.held = [variable.value for variable in model.variables]
        module.infer = tensorflow.function(
            lambda x: model(x, training=False),
            input_signature=[tensorflow.TensorSpec(shape, tensorflow.float32)],
        )
        converter = tensorflow.lite.TFLiteConverter.from_concrete_functions(
            [module.infer.get_concrete_function()], module
        )
        content: bytes = converter.convert()
    return content


class _Readable:
    """A copy of the file whose depthwise layers Keras 3 reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> str:
        import h5py

        copy = Path(self._folder.name) / self._path.name
        copy.write_bytes(self._path.read_bytes())
        with h5py.File(copy, "r+") as file:
            config = json.loads(file.attrs["model_config"])
            for layer in _layers(config):
                if layer.get("class_name") == "DepthwiseConv2D":
                    layer["config"].pop("groups", None)
            file.attrs["model_config"] = json.dumps(config)
        return str(copy)

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _layers(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    inner = config["config"]
    yield from inner["layers"] if isinstance(inner, dict) else inner
