"""Whether TensorFlow Lite Micro for the host is here: the ``tflite_micro`` wheel.

Nothing is imported to find out: importing the wheel loads numpy and a native library.
"""

from __future__ import annotations

import sys

from cubeai_auto.errors import ToolMissingError

__all__ = ["INSTALL_HINT", "PACKAGE", "host_source", "host_version", "require_host"]

PACKAGE = "tflite-micro"
INSTALL_HINT = 'pip install "cubeai-auto[oracle]"'
_MACHINES = frozenset({"x86_64", "amd64"})


def host_version() -> str | None:
    """The installed wheel's version, or ``None`` if it is not installed."""
    from importlib import metadata  # costs more than the rest of this module

    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return None


def require_host() -> str:
    """The installed wheel's version.

    Raises:
        ToolMissingError: it is not installed, or there is none for this platform.
    """
    version = host_version()
    if version is not None:
        return version
    import platform

    machine = platform.machine()
    if sys.platform != "linux" or machine.lower() not in _MACHINES:
        msg = (
            f"TensorFlow Lite Micro cannot run here: its wheel {PACKAGE} exists for Linux x86-64 only, "
            f"and this is {platform.system() or sys.platform} {machine or 'of unknown type'}"
        )
        raise ToolMissingError(msg, hint="run this step on a Linux x86-64 machine")
    msg = f"TensorFlow Lite Micro is not installed: the wheel {PACKAGE} was not found in this Python"
    raise ToolMissingError(msg, hint=INSTALL_HINT)


def host_source(version: str) -> str:
    """The provenance of every figure that the host interpreter gives."""
    return f"tflite_micro {version} on the x86-64 host (not the Cortex-M figure)"
