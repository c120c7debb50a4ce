"""BasicMotions out of sktime's folder, which is never imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from cubeai_auto import process
from cubeai_auto.errors import ConfigError, DatasetError, MissingPathError, ToolMissingError
from cubeai_auto.models.har import basic_motions
from cubeai_auto.models.har.basic_motions import read_basic_motions
from cubeai_auto.models.har.loaders import load_basic_motions
from cubeai_auto.models.har.rejects import RejectCounts
from cubeai_auto.models.options import DatasetOptions, SignalOptions

Write = Callable[[str, str | bytes], Path]

needs_sktime = pytest.mark.skipif(find_spec("sktime") is None, reason="sktime is not installed")

HEAD = """\
#a comment
@problemName BasicMotions
@dimensions 6
@classLabel true Standing Running
@data
"""
SERIES = ":".join(",".join(f"{axis}.{n}" for n in range(4)) for axis in range(6))


@needs_sktime
def test_the_packages_own_parts(tmp_path: Path) -> None:
    dataset = load_basic_motions(DatasetOptions("basic_motions"))
    assert dataset.x_train.shape == dataset.x_test.shape == (40, 100, 3)
    assert dataset.classes == ("badminton", "running", "standing", "walking")
    for labels in (dataset.y_train, dataset.y_test):
        assert [int((labels == k).sum()) for k in range(4)] == [10] * 4
    assert dataset.source.startswith("sktime ")
    assert "subjects unknown" in dataset.notes[0]
    assert any("80 of 80 records taken" in note for note in dataset.notes)
    contract = dataset.contract
    assert contract is not None
    assert contract.sensor is not None
    assert (contract.sensor.unit, contract.sensor.rate) == ("as recorded", 10.0)


@needs_sktime
def test_sktime_is_not_imported() -> None:
    code = (
        "import sys; from cubeai_auto.models.har.basic_motions import read_basic_motions;"
        "assert read_basic_motions(None).taken == 80;"
        "sys.exit(len({'sktime', 'pandas', 'sklearn', 'tensorflow'} & set(sys.modules)))"
    )
    process.run(
        [sys.executable, "-c", code], timeout=60, env={"PYTHONPATH": str(Path(__file__).parents[3])}
    )


def test_the_format(write: Write, tmp_path: Path) -> None:
    lines = f"{SERIES}:Standing\n{SERIES}:Running\n"
    write("BasicMotions_TRAIN.ts", HEAD + lines)
    bad = [
        f"{SERIES}:Dancing",
        SERIES.replace("1.2", "?") + ":Standing",
        SERIES.replace("1.2", "x") + ":Standing",
        SERIES.replace("1.2", "1e9") + ":Standing",
        SERIES.replace(",1.2", "") + ":Standing",
        "Standing",
        "",
    ]
    write("BasicMotions_TEST.ts", (HEAD + lines + "\n".join(bad) + "\n").replace("\n", "\r\n"))
    data = read_basic_motions(tmp_path)
    assert [(r.activity, r.part) for r in data.recordings] == [
        ("standing", "train"), ("running", "train"), ("standing", "test"), ("running", "test"),
    ]  # fmt: skip
    assert data.recordings[0].values[2].tolist() == pytest.approx([0.2, 1.2, 2.2])
    assert data.rejects == RejectCounts(
        blank_line=1, field_count=2, missing_value=1, unknown_activity=1, bad_number=1, out_of_range=1
    )
    assert data.window == 4


def test_what_is_missing_is_named(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MissingPathError, match=r"BasicMotions_TRAIN\.ts"):
        read_basic_motions(tmp_path)
    for name in ("BasicMotions_TRAIN.ts", "BasicMotions_TEST.ts"):
        write(name, HEAD)
    with pytest.raises(DatasetError, match="no labeled recordings"):
        read_basic_motions(tmp_path)
    monkeypatch.setattr(basic_motions, "find_spec", lambda name: None)
    with pytest.raises(ToolMissingError, match="sktime, which is not installed") as caught:
        read_basic_motions(None)
    assert caught.value.hint == 'pip install "cubeai-auto[train]"'


def test_options_without_use_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"takes no dataset\.url"):
        load_basic_motions(DatasetOptions("basic_motions", url="https://x.org/a", sha256="0" * 64))
    with pytest.raises(MissingPathError):
        load_basic_motions(DatasetOptions("basic_motions", path=tmp_path / "nowhere"))


@needs_sktime
@pytest.mark.parametrize(
    ("options", "key"),
    [
        (SignalOptions(split="users"), "signal.split"),
        (SignalOptions(raw_unit="g"), "signal.raw_unit"),
        (SignalOptions(full_scale=2.0), "signal.full_scale"),
    ],
)
def test_what_the_data_does_not_know_cannot_be_asked_for(options: SignalOptions, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_basic_motions(DatasetOptions("basic_motions", signal=options))
    assert caught.value.key == key
