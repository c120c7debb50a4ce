"""Windows, divisions and units: who is in which part, what the numbers mean, what is noted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.errors import ConfigError, DatasetError
from cubeai_auto.models.har.assemble import assemble
from cubeai_auto.models.har.recordings import BorderCounts, Recording, Recordings, SourceUnit
from cubeai_auto.models.har.rejects import RejectCounts
from cubeai_auto.models.har.split import divide
from cubeai_auto.models.har.text import ranges
from cubeai_auto.models.har.windows import Windows, cut_windows
from cubeai_auto.models.options import SignalOptions
from cubeai_auto.models.preprocess import apply, check


def owners(
    data: Recordings, windows: Windows, options: SignalOptions
) -> tuple[set[object], set[object]]:
    """The people of both parts."""
    parts = divide(data, windows, options)
    people = np.array(windows.users, dtype=object)[windows.recording]
    return set(people[parts.train]), set(people[parts.test])


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 12), st.integers(1, 15))
def test_windows_start_at_every_step_and_stay_in_their_recording(
    lengths: list[int], window: int, step: int
) -> None:
    values = [
        np.full((n, 3), k, np.float32) + np.arange(n)[:, None] / 100 for k, n in enumerate(lengths)
    ]
    data = Recordings(
        "made", "g", 20.0, 8, tuple(Recording(None, "a", v.astype(np.float32)) for v in values)
    )
    expected = [(k, s) for k, n in enumerate(lengths) for s in range(0, n - window + 1, step)]
    if not expected:
        with pytest.raises(DatasetError, match=f"the longest has {max(lengths)}"):
            cut_windows(data, window, step)
        return
    windows = cut_windows(data, window, step)
    assert windows.recording.tolist() == [k for k, _ in expected]
    for values_of, (k, start) in zip(windows.values, expected, strict=True):
        assert np.array_equal(values_of, data.recordings[k].values[start : start + window])


def test_by_default_the_last_people_are_new_to_the_network(people: Recordings) -> None:
    windows = cut_windows(people, 40, 20)
    assert owners(people, windows, SignalOptions()) == ({1, 2, 3, 4, 5, 6}, {7, 8})
    usual = replace(people, test_users=(2, 99))
    assert owners(usual, windows, SignalOptions()) == ({1, 3, 4, 5, 6, 7, 8}, {2})
    all_usual = replace(people, test_users=tuple(range(1, 9)))
    assert owners(all_usual, windows, SignalOptions())[1] == {7, 8}


@pytest.mark.parametrize(
    ("options", "train", "test"),
    [
        (SignalOptions(test_users=(1, 5)), {2, 3, 4, 6, 7, 8}, {1, 5}),
        (SignalOptions(train_users=(1, 5)), {1, 5}, {2, 3, 4, 6, 7, 8}),
        (SignalOptions(split="users", train_users=(1,), test_users=(8,)), {1}, {8}),
    ],
)
def test_people_can_be_named(
    people: Recordings, options: SignalOptions, train: set[int], test: set[int]
) -> None:
    assert owners(people, cut_windows(people, 40, 20), options) == (train, test)


@pytest.mark.parametrize(
    ("options", "key", "sentence"),
    [
        (SignalOptions(test_users=(9, 10, 12)), "signal.test_users", "has the number 9-10, 12"),
        (SignalOptions(train_users=(0,)), "signal.train_users", "has the number 0"),
        (
            SignalOptions(train_users=(1, 2), test_users=(2, 3)),
            "signal.test_users",
            "person 2 is asked",
        ),
        (SignalOptions(train_users=tuple(range(1, 9))), "signal.split", "8 persons; two are needed"),
        (SignalOptions(split="random", test_users=(1,)), "signal.split", "does not divide by person"),
        (SignalOptions(split="given"), "signal.split", "no training and test part of its own"),
        (SignalOptions(raw_unit="counts"), "signal.raw_unit", "full scale"),
    ],
)
def test_what_cannot_be_is_refused(
    people: Recordings, options: SignalOptions, key: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        assemble(people, "made", options)
    assert caught.value.key == key


def test_no_recording_is_in_both_parts(people: Recordings) -> None:
    windows = cut_windows(people, 40, 20)
    parts = divide(people, windows, SignalOptions(split="recordings"))
    assert not set(windows.recording[parts.train]) & set(windows.recording[parts.test])
    assert sorted([*parts.train, *parts.test]) == list(range(len(windows.values)))
    assert set(windows.labels[parts.test]) == {0, 1, 2}
    assert "the same people are" in parts.note
    nobody = replace(people, recordings=tuple(replace(r, user=None) for r in people.recordings))
    again = divide(nobody, cut_windows(nobody, 40, 20), SignalOptions())
    assert again.test.tolist() == parts.test.tolist()
    assert "the same people may be" in again.note
    with pytest.raises(ConfigError, match="does not say who"):
        divide(nobody, windows, SignalOptions(split="users"))


def test_a_random_split_is_never_taken_unasked_and_is_labeled(people: Recordings) -> None:
    parts = divide(people, cut_windows(people, 40, 20), SignalOptions(split="random"))
    assert parts.note.startswith("RANDOM SPLIT, as asked for")
    train, test = owners(people, cut_windows(people, 40, 20), SignalOptions(split="random"))
    assert train == test == set(range(1, 9))
    dataset = assemble(people, "made", SignalOptions(split="random"))
    assert dataset.notes[0].startswith("RANDOM SPLIT")


def test_an_activity_that_only_the_test_people_did_is_refused(people: Recordings) -> None:
    extra = Recording(8, "flying", people.recordings[0].values)
    with pytest.raises(DatasetError, match="in the test part only, not in training: flying"):
        assemble(replace(people, recordings=(*people.recordings, extra)), "made", None)
    extra = Recording(1, "flying", people.recordings[0].values)
    dataset = assemble(replace(people, recordings=(*people.recordings, extra)), "made", None)
    assert dataset.notes[-1] == "not in the test part: flying"


def test_everything_is_noted(people: Recordings) -> None:
    short = Recording(1, "resting", people.recordings[0].values[:10])
    data = replace(
        people,
        recordings=(*people.recordings, short),
        rejects=RejectCounts(zero_time=3),
        borders=BorderCounts(gap=1, backwards=2),
        notes=("from a test",),
    )
    notes = assemble(data, "made", SignalOptions(window=50, step=10)).notes
    assert notes[0] == "divided by person: trained on 1-6, tested on 7-8, who are new to it"
    assert notes[1].startswith(
        "384 windows of 50 samples (2.5 s), a new one every 10, from 25 recordings;"
    )
    assert "(1 gap, 2 jumps back in time); 1 recording shorter than a window" in notes[1]
    assert notes[2] == "4,810 of 4,813 records taken; rejected: 3 x time 0"
    assert notes[3] == "from a test"


@pytest.mark.parametrize(
    ("unit", "one_g"), [("g", 1.0), ("mg", 1000.0), ("m/s^2", 9.80665), ("as recorded", 7.0)]
)
def test_the_network_sees_the_same_g_from_every_unit(
    people: Recordings, unit: SourceUnit, one_g: float
) -> None:
    stored = tuple(replace(r, values=(r.values * one_g).astype(np.float32)) for r in people.recordings)
    dataset = assemble(replace(people, recordings=stored, unit=unit), "made", None)
    contract = dataset.contract
    assert contract is not None
    assert contract.sensor is not None
    seen = apply(contract, dataset.x_test)
    expected = assemble(people, "made", None).x_test
    if unit == "as recorded":
        assert contract.sensor.unit == "as recorded"
        assert contract.scale == 1.0
        return
    assert contract.sensor.unit == "g"
    assert contract.sensor.raw_unit == unit
    assert contract.sensor.full_scale == 16.0
    assert np.abs(seen - expected).max() < 1e-5


@pytest.mark.parametrize("unit", ["g", "mg", "m/s^2"])
def test_values_can_be_brought_to_another_unit(people: Recordings, unit: str) -> None:
    options = SignalOptions(raw_unit=unit, full_scale=2.0)  # type: ignore[arg-type]
    dataset = assemble(people, "made", options)
    assert dataset.contract is not None
    check(dataset.contract, dataset.x_train)
    expected = np.clip(assemble(people, "made", None).x_train, -2, 2)
    assert np.abs(apply(dataset.contract, dataset.x_train) - expected).max() < 1e-5
    assert "clipped as a sensor does it" in dataset.notes[-1]


def test_counts_are_what_the_sensor_register_holds(people: Recordings) -> None:
    values = np.array([[0.0, 1.0, -1.0], [1.99, 2.0, -2.0], [2.5, -2.5, 0.00004]], np.float32)
    data = replace(
        people, recordings=tuple(Recording(user, "a", np.tile(values, (14, 1))) for user in (1, 2))
    )
    dataset = assemble(data, "made", SignalOptions(raw_unit="counts", full_scale=2.0, window=9))
    assert dataset.x_train.dtype == np.int16
    assert dataset.x_train[0, :3].tolist() == [
        [0, 16384, -16384], [32604, 32767, -32768], [32767, -32768, 1],
    ]  # fmt: skip
    contract = dataset.contract
    assert contract is not None
    assert contract.sensor is not None
    assert (contract.raw_min, contract.raw_max, contract.scale) == (-32768, 32767, 2.0 / 32768)
    assert (contract.sensor.raw_unit, contract.sensor.full_scale) == ("counts", 2.0)
    # 2.0 g is one count more than the register holds
    assert dataset.notes[-1].startswith(
        f"{3 * dataset_windows(dataset.x_train, dataset.x_test)} values"
    )
    check(contract, dataset.x_train)


def dataset_windows(train: np.ndarray, test: np.ndarray) -> int:
    """Repetitions of the three samples in all windows."""
    return (len(train) + len(test)) * train.shape[1] // 3


def test_ranges_in_words() -> None:
    assert ranges([3, 1, 2, 7, 9, 10, 9]) == "1-3, 7, 9-10"
    assert ranges([]) == ""
