"""The arenas of the corpus, measured here, against the table that comes with it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cubeai_auto.tflite import load_model
from cubeai_auto.tflm import host_footprint

pytestmark = [pytest.mark.corpus, pytest.mark.oracle]

COLUMNS = {
    "TfLiteEvalTensor data": "eval_tensors",
    "Persistent TfLiteTensor data": "tflite_tensors",
    "Persistent TfLiteTensor quantization data": "tensor_quant",
    "Persistent buffer data": "persistent_buffers_used",
    "TfLiteTensor variable buffer data": "variable_buffers",
    "NodeAndRegistration struct": "node_and_registration",
}


def test_every_model_of_the_table(corpus: Path) -> None:
    """The table was measured with an arena of ten times the file.

    Where that is no multiple of 16, the tail began on another alignment, and the figures that
    hold padding are up to 8 bytes apart.
    """
    with (corpus / "tflm" / "tflm_host_arena_dev.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    exact = 0
    for row in rows:
        name = f"{row['model']}_{'f32' if row['dtype'] == 'float32' else row['dtype']}.tflite"
        places = (corpus / "models_made" / name, corpus / "tflm" / "models" / name)
        path = next((place for place in places if place.exists()), None)
        if path is None:
            continue
        arena = host_footprint(path, load_model(path)).host_arena
        slack = 0 if 10 * path.stat().st_size % 16 == 0 else 8
        exact += slack == 0
        assert arena.head.value == int(row["head_bytes"]), name
        assert arena.total.value == pytest.approx(int(row["total_bytes"]), abs=slack), name
        assert arena.tail.value == pytest.approx(int(row["tail_bytes"]), abs=slack), name
        assert set(arena.categories) == set(COLUMNS), name
        for category, column in COLUMNS.items():
            padded = slack if column == "persistent_buffers_used" else 0
            found = arena.categories[category].value
            assert found == pytest.approx(int(row[column]), abs=padded), (name, category)
    assert exact >= 10


def test_the_digit_network(corpus: Path) -> None:
    path = corpus / "models_made" / "digits_mlp_int8.tflite"
    arena = host_footprint(path, load_model(path)).host_arena
    assert (arena.total.value, arena.head.value) == (4704, 912)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "seed4_motionsense_reduced_drange",
            "Input type: FLOAT32 with filter type: INT8 not supported",
        ),
        ("seed4_motionsense_reduced_float16", "Node DEQUANTIZE (number 0) failed to prepare"),
    ],
)
def test_hybrid_and_float16_files_are_refused_in_tflm_s_words(
    corpus: Path, name: str, reason: str
) -> None:
    path = corpus / "models" / f"{name}.tflite"
    found = host_footprint(path, load_model(path))
    assert found.loadable is False
    assert reason in found.reason
