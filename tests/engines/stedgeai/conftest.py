"""The tools the contract suite runs on: the stand-in in several versions, and a real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from stand_in.install import install_stand_in
from support.tflite_builder import ModelSpec, build
from support.tflite_samples import dense_float

from cubeai_auto.engines.stedgeai.discovery import StTool, search_st_tool

Install = Callable[..., StTool]


@pytest.fixture
def stand_in(tmp_path: Path) -> Install:
    """``stand_in("10.2.0", "hang")``: an installed stand-in, found as the package finds tools."""

    def install(pack: str = "10.2.0", *faults: str) -> StTool:
        program = install_stand_in(tmp_path / f"tool {pack}", pack, *faults)
        return search_st_tool(program, environment={}).require()

    return install


@pytest.fixture
def model(tmp_path: Path) -> Callable[[str, ModelSpec], Path]:
    """Writes a model under a name."""

    def write(name: str, spec: ModelSpec) -> Path:
        path = tmp_path / name
        path.write_bytes(build(spec))
        return path

    return write


@pytest.fixture
def dense(model: Callable[[str, ModelSpec], Path]) -> Path:
    """A float32 dense layer of 8 inputs and 5 outputs."""
    return model("dense model.tflite", dense_float(8, 5))
