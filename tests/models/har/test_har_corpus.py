"""The real data sets: every record accounted for, people kept apart, accuracy for new people."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.input_code_runs import SCALE, TOLERANCE, ZERO_POINT, run_c

from cubeai_auto.errors import CubeAIError
from cubeai_auto.models.convert import convert
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.har.loaders import LOADERS
from cubeai_auto.models.har.motionsense import read_motionsense
from cubeai_auto.models.har.preparation import feature_contract, window_contract
from cubeai_auto.models.har.rejects import RejectCounts
from cubeai_auto.models.har.st_wiki import ARCHIVE_SHA256, read_st_wiki
from cubeai_auto.models.har.wisdm import read_wisdm_2019_watch, read_wisdm_v1_1
from cubeai_auto.models.options import DatasetOptions, SignalOptions, TrainingOptions
from cubeai_auto.models.preprocess import apply, quantize
from cubeai_auto.models.recipe import contract_of, load_recipe
from cubeai_auto.models.training import predict
from cubeai_auto.tflite.reader import parse_model
from cubeai_auto.tflm.host import run_host

pytestmark = pytest.mark.corpus

PLACES = {
    "wisdm_2019_watch": "wisdm_2019_watch6",
    "motionsense": "motionsense/A_DeviceMotion_data.zip",
    "st_wiki_har": "st_wiki_har/dataset.zip",
}


def load(corpus: Path, name: str, signal: SignalOptions | None = None) -> Dataset:
    return LOADERS[name](DatasetOptions(name, corpus / "datasets" / PLACES[name], signal=signal))


def test_every_record_of_the_watches_is_taken(corpus: Path) -> None:
    data = read_wisdm_2019_watch(corpus / "datasets" / "wisdm_2019_watch6")
    assert data.rejects == RejectCounts()
    assert data.samples == 144_000
    assert data.users == tuple(range(1600, 1610))
    found = {(r.user, r.activity): len(r.values) for r in data.recordings}
    assert set(found.values()) == {2400}
    assert {activity for _, activity in found} == {
        "walking", "jogging", "stairs", "sitting", "standing", "kicking",
    }  # fmt: skip


def test_every_row_of_motionsense_is_taken(corpus: Path, tmp_path: Path) -> None:
    path = corpus / "datasets" / PLACES["motionsense"]
    data = read_motionsense(path)
    assert data.rejects == RejectCounts()
    assert (data.samples, len(data.recordings)) == (125_727, 96)
    totals = dict.fromkeys(("downstairs", "upstairs", "walking", "jogging", "sitting", "standing"), 0)
    for recording in data.recordings:
        totals[recording.activity] += len(recording.values)
    assert list(totals.values()) == [15_053, 18_176, 43_649, 20_049, 14_400, 14_400]
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    unpacked = read_motionsense(tmp_path)
    assert len(unpacked.recordings) == 96
    for one, other in zip(data.recordings, unpacked.recordings, strict=True):
        assert (one.user, one.activity) == (other.user, other.activity)
        assert np.array_equal(one.values, other.values)


def test_every_line_of_the_wiki_set_is_taken(corpus: Path) -> None:
    data = read_st_wiki(corpus / "datasets" / PLACES["st_wiki_har"])
    assert (data.samples, len(data.recordings), data.rejects) == (92_000, 92, RejectCounts())
    activities = [recording.activity for recording in data.recordings]
    assert [activities.count(a) for a in ("running", "stationary", "walking")] == [17, 36, 39]
    assert all(len(recording.values) == 1000 for recording in data.recordings)


def test_the_published_hash_is_that_of_the_wiki_archive(corpus: Path) -> None:
    path = corpus / "datasets" / PLACES["st_wiki_har"]
    dataset = LOADERS["st_wiki_har"](DatasetOptions("st_wiki_har", path, sha256=ARCHIVE_SHA256))
    assert dataset.notes[0].startswith("divided by recording (26 of 92")


@pytest.mark.parametrize(
    ("name", "note", "train", "test"),
    [
        (
            "wisdm_2019_watch",
            "trained on 1600-1606, tested on 1607-1609, who are new to it",
            2478,
            1062,
        ),
        ("motionsense", "trained on 1-12, tested on 13-16, who are new to it", 1419, 416),
    ],
)
def test_people_are_kept_apart_by_default(
    corpus: Path, name: str, note: str, train: int, test: int
) -> None:
    dataset = load(corpus, name)
    assert note in dataset.notes[0]
    assert (len(dataset.x_train), len(dataset.x_test)) == (train, test)
    # of the watches' seconds none is in both parts; the random split, which shares them, says so
    assert not shared_rows(dataset)
    random = load(corpus, name, SignalOptions(split="random"))
    assert random.notes[0].startswith("RANDOM SPLIT")
    assert shared_rows(random)


def shared_rows(dataset: Dataset) -> bool:
    """Whether a stretch of eight moving samples is in windows of both parts."""

    def stretches(part: np.ndarray) -> set[bytes]:
        middle = part.shape[1] // 2
        cut = [part[:, :8], part[:, middle : middle + 8]]
        return {row.tobytes() for rows in cut for row in rows if row.std() > 0.05 * np.abs(row).max()}

    return bool(stretches(np.asarray(dataset.x_train)) & stretches(np.asarray(dataset.x_test)))


def test_a_damaged_copy_counts_its_damage(corpus: Path, tmp_path: Path) -> None:
    original = (corpus / "datasets" / "wisdm_2019_watch6" / "data_1600_accel_watch.txt").read_bytes()
    lines = original.splitlines()
    lines[100] = b""
    lines[200] = lines[200].rpartition(b",")[0] + b",;"
    lines[300] = lines[300] + lines[301]
    del lines[301]
    lines[400:440] = [b"\0" * 30] * 40
    (tmp_path / "data_1600_accel_watch.txt").write_bytes(b"\n".join(lines))
    data = read_wisdm_2019_watch(tmp_path)
    assert data.rejects == RejectCounts(blank_line=1, missing_value=1, field_count=40)
    assert data.samples + data.rejects.total == original.count(b"\n")
    assert data.borders.gap == 1
    for cut in (0, 1, 7, 1000, len(original) - 3):
        (tmp_path / "data_1600_accel_watch.txt").write_bytes(original[:cut])
        try:
            data = read_wisdm_2019_watch(tmp_path)
        except CubeAIError:
            assert cut < 20
        else:
            assert data.rejects.total <= 1


def test_features_in_another_format_are_no_raw_file(corpus: Path) -> None:
    file = corpus / "datasets" / "wisdm_ar_v1.1" / "WISDM_ar_v1.1_transformed.arff"
    with pytest.raises(CubeAIError, match="not one record of this data set"):
        read_wisdm_v1_1(file)


@pytest.mark.parametrize("name", list(PLACES))
def test_the_c_code_prepares_the_whole_test_part_as_python_does(
    corpus: Path, tmp_path: Path, name: str
) -> None:
    dataset = load(corpus, name)
    assert dataset.contract is not None
    window = window_contract(dataset.contract)
    reals, stored = run_c(window, dataset.x_test, tmp_path / "window")
    expected = apply(window, dataset.x_test)
    assert reals.tobytes() == expected.tobytes()
    assert np.array_equal(stored, quantize(expected, float(SCALE), ZERO_POINT, "int8"))
    features = feature_contract(dataset.contract, dataset.x_train)
    reals, stored = run_c(features, dataset.x_test, tmp_path / "features")
    expected = apply(features, dataset.x_test)
    assert np.array_equal(reals[:, 3:6], expected[:, 3:6])
    assert (np.abs(reals - expected) <= TOLERANCE * (1 + np.abs(expected))).all()
    differ = stored != quantize(expected, float(SCALE), ZERO_POINT, "int8")
    assert differ.mean() < 0.001


@pytest.mark.train
@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "floor"), [("wisdm_2019_watch", 0.57), ("motionsense", 0.62)], ids=["watch", "phone"]
)
def test_people_who_are_new_are_recognized_in_float_and_int8(
    corpus: Path, repository: Path, tmp_path: Path, name: str, floor: float
) -> None:
    """Half the epochs of the figures in the project's README, and one seed."""
    recipe = load_recipe(repository / "projects" / "har" / "model.py")
    dataset = load(corpus, name)
    contract = contract_of(recipe, dataset, "cnn")
    trained = recipe.train(
        dataset, TrainingOptions(1, 15, 64, augment=True, network="cnn"), lambda _: None
    )
    x = apply(contract, dataset.x_test)
    by_float = (predict(trained.keras, x).argmax(axis=1) == dataset.y_test).mean()
    content = convert(trained, dataset, contract, "int8", tmp_path / "log")
    graph = parse_model(content, "har")
    found = graph.tensor(graph.inputs[0]).quantization
    assert found is not None
    outputs = run_host(content, (quantize(x, found.scale, found.zero_point, "int8"),)).outputs[0]
    by_int8 = (outputs.reshape(len(x), -1).argmax(axis=1) == dataset.y_test).mean()
    assert by_float > floor + 0.10
    assert by_int8 > by_float - 0.01
