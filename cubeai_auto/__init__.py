"""From a neural network to an STM32 without a mouse.

The package's rooms are described in ``docs/architecture.md``. Importing the package loads
nothing heavy; the names below are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.project import Project, load_project

__all__ = ["Project", "__version__", "load_project"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name in {"Project", "load_project"}:
        from cubeai_auto import project

        return getattr(project, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
