"""``python -m cubeai_auto`` is ``cubeai-auto``."""

from __future__ import annotations

from cubeai_auto.cli.main import entry

__all__: list[str] = []

if __name__ == "__main__":
    entry()
