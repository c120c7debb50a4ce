"""What TensorFlow Lite Micro needs for a model, and what it computes.

Importing the package is light; the functions that run TFLM on the host load numpy when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cubeai_auto.tflm.footprint import Arena, TflmFootprint
from cubeai_auto.tflm.wheel import host_version, require_host

if TYPE_CHECKING:
    from cubeai_auto.tflm.host import HostOutputs, host_footprint, run_host

__all__ = [
    "Arena",
    "HostOutputs",
    "TflmFootprint",
    "host_footprint",
    "host_version",
    "require_host",
    "run_host",
]


def __getattr__(name: str) -> object:
    if name in {"HostOutputs", "host_footprint", "run_host"}:
        from cubeai_auto.tflm import host

        return getattr(host, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
