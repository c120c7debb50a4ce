"""Names: what the record calls by a key, said to a reader, and the files of a run folder."""

from __future__ import annotations

from typing import Final

from cubeai_auto.render.text import one_line

__all__ = ["HTML_FILE", "JSON_FILE", "MARKDOWN_FILE", "engine_name", "in_run_dir", "side_name"]

HTML_FILE: Final = "report.html"
JSON_FILE: Final = "run.json"
MARKDOWN_FILE: Final = "summary.md"

_ENGINES: Final = {
    "builtin": "built-in engine",
    "stedgeai": "ST Edge AI Core (stedgeai)",
    "predicted": "prediction from known rules",
}
_SIDES: Final = {
    **_ENGINES,
    "cube-ai": "Cube.AI",
    "tflm": "TFLM",
    "tflm-host": "TFLM on the x86-64 host",
    "tflm-reference": "TFLM, reference kernels",
    "tflm-cmsis-nn": "TFLM, CMSIS-NN kernels",
}

_REPLACED: Final = "-predicted"
"""What the name of a prediction ends in that stands beside the measurement which replaced it."""


def engine_name(key: str) -> str:
    """The reader's name of an engine; our own is never called by a product's name."""
    return _ENGINES.get(key, one_line(key))


def side_name(key: str) -> str:
    """The reader's name of a side of a comparison."""
    base = key.removesuffix(_REPLACED)
    name = _SIDES.get(base, one_line(base))
    return name if base == key else f"{name} (predicted)"


def in_run_dir(run_dir: str, name: str) -> str:
    """The path of a file in the run folder, in the folder's own spelling."""
    slash = "\\" if "\\" in run_dir and "/" not in run_dir else "/"
    return one_line(run_dir.rstrip("/\\") + slash + name)
