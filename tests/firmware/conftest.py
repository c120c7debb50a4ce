"""Hand-written networks by the st-ai API, as the code generator would leave them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

NETWORKS = Path(__file__).parent / "networks"
STAI_H = Path(__file__).parents[2] / "cubeai_auto" / "codegen" / "kernels" / "stai.h"

MakeNetwork = Callable[..., Path]


@pytest.fixture
def make_network(tmp_path: Path) -> MakeNetwork:
    """Copies a network into a folder of its own.

    ``replace`` edits its main C file; ``run`` replaces its run function, the last of the file.
    """

    def make(
        name: str, *replace: tuple[str, str], run: str | None = None, folder: Path | None = None
    ) -> Path:
        place = (tmp_path if folder is None else folder) / "sources"
        shutil.copytree(NETWORKS / name, place)
        shutil.copy(STAI_H, place)
        main = place / f"{name}.c"
        text = main.read_text("utf-8")
        for old, new in replace:
            assert old in text
            text = text.replace(old, new)
        if run is not None:
            text = text[: text.index(f"stai_return_code stai_{name}_run")] + run + "\n"
        main.write_text(text, "utf-8")
        return place

    return make
