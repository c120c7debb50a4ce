"""What TensorFlow Lite Micro needs for a model, and what it computes.

Importing the package is light; the functions behind its names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cubeai_auto.tflm.values import Arena, TflmFootprint
from cubeai_auto.tflm.wheel import host_version, require_host

if TYPE_CHECKING:
    from cubeai_auto.tflm.host import HostOutputs, host_footprint, run_host
    from cubeai_auto.tflm.predict import footprint

__all__ = [
    "Arena",
    "HostOutputs",
    "TflmFootprint",
    "footprint",
    "host_footprint",
    "host_version",
    "require_host",
    "run_host",
]

_MODULES = {
    "HostOutputs": "host",
    "footprint": "predict",
    "host_footprint": "host",
    "run_host": "host",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
