"""What a project file says about data and training, as this room receives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.errors import UsageError

__all__ = ["DatasetOptions", "Progress", "TrainingOptions"]

Progress = Callable[[str], None]
"""Receives one-line messages such as ``epoch 3/30, training accuracy 0.951``."""

_SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class DatasetOptions:
    """Which data set, and where from.

    Attributes:
        name: which loader, for instance ``digits`` or ``mnist``.
        path: a file or folder with the data; ``None`` lets the loader look in its usual places.
        url: where to download from instead of the loader's own address; needs ``sha256``.
        sha256: the expected hash of the file, 64 hex digits.
    """

    name: str
    path: Path | None = None
    url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a network is trained.

    Attributes:
        seed: fixes the first weights, the order of the samples and the augmentation; 0 .. 2**32 - 1.
        epochs: passes over the training set.
        batch_size: samples per step.
        augment: whether the recipe may vary the training samples.

    Raises:
        UsageError: a value is out of range.
    """

    seed: int
    epochs: int
    batch_size: int
    augment: bool

    def __post_init__(self) -> None:
        if not 0 <= self.seed < _SEEDS:
            msg = f"the training seed must be between 0 and {_SEEDS - 1}, not {self.seed}"
            raise UsageError(msg)
        for what, value in (("number of epochs", self.epochs), ("batch size", self.batch_size)):
            if value < 1:
                msg = f"the {what} must be at least 1, not {value}"
                raise UsageError(msg)
