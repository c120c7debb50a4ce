"""A recurrent network in a run: random vectors are a sequence, samples of a test set are not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from support.recurrent_networks import keyword_spotter

from cubeai_auto import load_project
from cubeai_auto.engines import ValidationRequest
from cubeai_auto.project import variant

SETTINGS = """
[project]
name = "keyword"
[model]
path = "m.tflite"
[target]
board = "NUCLEO-F446RE"
[engine]
name = "builtin"
[validate]
on = ["host"]
[compare]
tflm = false
"""


@pytest.mark.oracle
def test_random_vectors_are_a_sequence(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(keyword_spotter())
    (tmp_path / "project.toml").write_text(SETTINGS, "utf-8")
    record = load_project(tmp_path).run()
    (found,) = record.variants[0].validation
    assert (found.vectors, found.mismatches) == (200, 0)
    assert found.oracle is not None
    assert "one sequence from a reset" in found.oracle


@pytest.mark.parametrize("data", [None, object()])
def test_samples_of_a_test_set_do_not_continue_each_other(
    data: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ValidationRequest] = []

    class Engine:
        name = "builtin"

        def validate(self, request: object, validation: ValidationRequest) -> None:
            asked.append(validation)

    monkeypatch.setattr(variant, "_inputs", lambda *_: (np.zeros((3, 1, 4), np.int8),))
    settings = SimpleNamespace(validation=SimpleNamespace(timeout=9.0))
    task = SimpleNamespace(name="int8", request=None, config=settings, data=data)
    told = SimpleNamespace(step=lambda text: None)
    variant._validate(Engine(), task, None, "host", tmp_path, told)  # type: ignore[arg-type]
    assert [request.independent for request in asked] == [data is not None]
