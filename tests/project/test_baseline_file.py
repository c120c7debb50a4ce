"""The baseline file: written for reviewers, read with suspicion."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.run_records import run_record, variant_record

from cubeai_auto.compare.baseline import make_baseline
from cubeai_auto.errors import InputError, MissingPathError
from cubeai_auto.project.baseline import (
    BaselineError,
    baseline_text,
    read_baseline,
    write_baseline,
)

BASELINE = make_baseline(run_record(variant_record(), variant_record("float32", instructions=None)))
TEXT = baseline_text(BASELINE)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "für 数字" / "baseline.json"
    write_baseline(path, BASELINE)
    assert read_baseline(path) == BASELINE
    write_baseline(path, BASELINE)
    assert path.read_text("utf-8") == TEXT


def test_a_line_a_figure() -> None:
    lines = TEXT.splitlines()
    assert max(map(len, lines)) < 200
    kernels = [line.strip() for line in lines if '"name": "kernels"' in line]
    assert kernels[0] == (
        '{"name": "kernels", "value": {"value": 400, "unit": "B", "how": "measured",'
        ' "source": "linked with arm-none-eabi-gcc"}},'
    )
    assert json.loads(TEXT)["schema"] == "cubeai-auto/baseline/1"
    assert len(lines) < 80


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("baseline/1", "baseline/2", "this version reads"),
        ('"project": "p"', '"project": 5', "project"),
        ('"project": "p",', "", "project"),
        ('"value": 400', '"value": "400"', "value"),
        ('"value": 400', '"value": true', "value"),
        ('"value": 400', '"value": NaN', ""),
        ('"value": 400', '"value": Infinity', "finite"),
        ('"value": 400', '"value": 1e999', "finite"),
        ('"value": 400', f'"value": 1{"0" * 400}', ""),
        ('"value": 400', f'"value": 1{"0" * 6000}', ""),
        ('"how": "measured"', '"how": "guessed"', "how"),
        ('"unit": "B", "how"', '"how"', "unit"),
        ('"name": "float32"', '"name": "int8"', "a variant twice"),
        ('"name": "ram"', '"name": "flash"', "twice"),
        ('"name": "kernels"', '"name": "weights"', "twice"),
        ('"reason": "no emulator"', '"reason": ""', "reason"),
        (TEXT, "", ""),
        (TEXT, "[]", ""),
        (TEXT, "null", ""),
        (TEXT, "[" * 100_000, ""),
        (TEXT, '{"schema": "cubeai-auto/run/1"}', ""),
        (TEXT, "\udcff", ""),
    ],
)
def test_a_damaged_file_is_a_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    path = tmp_path / "baseline.json"
    path.write_bytes(
        TEXT.replace(old, new, 1 if old != '"name": "ram"' else -1).encode("utf-8", "surrogateescape")
    )
    with pytest.raises(BaselineError) as caught:
        read_baseline(path)
    assert str(path) in caught.value.message
    assert said in caught.value.message
    assert caught.value.exit_code == 5
    assert "--update" in (caught.value.hint or "")
    assert len(caught.value.message) < 1_500


def test_unknown_keys_are_let_be(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(TEXT.replace('"run"', '"comment": {"by": "hand"}, "run"', 1), "utf-8")
    assert read_baseline(path) == BASELINE


def test_no_file_a_folder_and_a_giant(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(MissingPathError):
            read_baseline(path)
    with pytest.raises(MissingPathError):
        write_baseline(tmp_path, BASELINE)
    giant = tmp_path / "giant.json"
    with giant.open("wb") as stream:
        stream.truncate(5 * 2**20)
    with pytest.raises(InputError, match="larger than"):
        read_baseline(giant)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_truncation_and_noise_give_typed_errors_only(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(TEXT.encode())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 3)) :]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "baseline.json"
    path.write_bytes(bytes(content))
    with contextlib.suppress(BaselineError):
        read_baseline(path)
