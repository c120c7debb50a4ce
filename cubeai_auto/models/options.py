"""What a project file says about data and training, as this room receives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cubeai_auto.errors import UsageError

__all__ = ["DatasetOptions", "Progress", "RawUnit", "SignalOptions", "Split", "TrainingOptions"]

Progress = Callable[[str], None]
"""Receives one-line messages such as ``epoch 3/30, training accuracy 0.951``."""

Split = Literal["auto", "users", "recordings", "given", "random"]
"""How samples are divided into a training and a test part: by person, by recording, as the data set
itself does, or window by window at random. ``auto`` is the strictest that the data allows."""

RawUnit = Literal["g", "mg", "m/s^2", "counts"]
"""The unit in which a sensor gives acceleration; ``counts`` are 16-bit numbers of a full scale."""

_SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class SignalOptions:
    """How recordings of a sensor become samples; every ``None`` leaves it to the data set.

    Attributes:
        window: samples of one window.
        step: samples from one window to the next.
        split: how the windows are divided.
        train_users: the people to train on; empty for all who are not in ``test_users``.
        test_users: the people to test on; empty for the data set's usual choice.
        raw_unit: the unit of the raw values that the network is trained on.
        full_scale: the sensor's full scale in g; larger values are clipped, as a sensor does it.
    """

    window: int | None = None
    step: int | None = None
    split: Split = "auto"
    train_users: tuple[int, ...] = ()
    test_users: tuple[int, ...] = ()
    raw_unit: RawUnit | None = None
    full_scale: float | None = None


@dataclass(frozen=True, slots=True)
class DatasetOptions:
    """Which data set, and where from.

    Attributes:
        name: which loader, for instance ``digits`` or ``mnist``.
        path: a file or folder with the data; ``None`` lets the loader look in its usual places.
        url: where to download from instead of the loader's own address; needs ``sha256``.
        sha256: the expected hash of the file, 64 hex digits.
        signal: how recordings become samples; ``None`` where nothing was said about it.
    """

    name: str
    path: Path | None = None
    url: str | None = None
    sha256: str | None = None
    signal: SignalOptions | None = None


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a network is trained.

    Attributes:
        seed: fixes the first weights, the order of the samples and the augmentation; 0 .. 2**32 - 1.
        epochs: passes over the training set.
        batch_size: samples per step.
        augment: whether the recipe may vary the training samples.
        network: which of the recipe's networks; empty if it has only one.

    Raises:
        UsageError: a value is out of range.
    """

    seed: int
    epochs: int
    batch_size: int
    augment: bool
    network: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.seed < _SEEDS:
            msg = f"the training seed must be between 0 and {_SEEDS - 1}, not {self.seed}"
            raise UsageError(msg)
        for what, value in (("number of epochs", self.epochs), ("batch size", self.batch_size)):
            if value < 1:
                msg = f"the {what} must be at least 1, not {value}"
                raise UsageError(msg)
