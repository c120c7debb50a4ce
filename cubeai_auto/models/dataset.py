"""A data set for classification: raw samples and labels, already split into two parts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract
from cubeai_auto.errors import DatasetError

__all__ = ["Dataset", "Samples"]

Samples = npt.NDArray[np.generic]
"""An array of raw numbers (N, ...): ``uint8`` pictures, ``int16`` or ``float32`` signals."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Raw samples with labels, in a training and a test part.

    Attributes:
        name: the data set's name in the project file.
        source: the file, package or address it was read from.
        classes: the name of each label, by index.
        x_train: samples for training, raw as a sensor gives them: (N, ...).
        y_train: their labels, integers that index ``classes``: (N,).
        x_test: samples kept for testing, of the same shape and type.
        y_test: their labels.
        notes: what a reader of any accuracy must know (who wrote the digits, what is missing).
        contract: for data whose scaling depends on where it comes from, what the raw numbers mean;
            a recipe adds what its network needs. ``None`` where the recipe alone decides.

    Raises:
        DatasetError: parts that are empty, do not fit each other, hold labels without a class, or
            values that are not finite numbers.
    """

    name: str
    source: str
    classes: tuple[str, ...]
    x_train: Samples
    y_train: npt.NDArray[np.integer]
    x_test: Samples
    y_test: npt.NDArray[np.integer]
    notes: tuple[str, ...] = ()
    contract: InputContract | None = None

    def __post_init__(self) -> None:
        for part, x, y in (
            ("training", self.x_train, self.y_train),
            ("test", self.x_test, self.y_test),
        ):
            self._check(part, x, y)
        if self.x_train.shape[1:] != self.x_test.shape[1:] or self.x_train.dtype != self.x_test.dtype:
            train, test = (f"{x.dtype} of shape {x.shape[1:]}" for x in (self.x_train, self.x_test))
            msg = f"{self.source}: the training samples are {train}, the test samples {test}"
            raise DatasetError(msg)

    def _check(self, part: str, x: Samples, y: npt.NDArray[np.integer]) -> None:
        problem = None
        if x.ndim < 2 or not np.issubdtype(x.dtype, np.number):
            problem = f"samples must be an array of numbers (N, ...), not {x.dtype} {x.shape}"
        elif y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
            problem = f"labels must be integers (N,), not {y.dtype} {y.shape}"
        elif len(x) != len(y):
            problem = f"there are {len(x)} samples but {len(y)} labels"
        elif x.size == 0:
            problem = "there are no samples"
        elif int(y.min()) < 0 or int(y.max()) >= len(self.classes):
            wrong = int(y.min()) if int(y.min()) < 0 else int(y.max())
            problem = f"the label {wrong} is not an index of the {len(self.classes)} classes"
        elif not np.isfinite(x).all():
            problem = "some values are not finite numbers"
        if problem is not None:
            msg = f"{self.source}: {part} part: {problem}"
            raise DatasetError(msg)

    def digest(self) -> str:
        """SHA-256 over types, shapes and contents of all samples and labels, as 64 hex digits.

        Labels count as 64-bit integers, so that the type a file stored them in makes no difference.
        """
        total = hashlib.sha256()
        for array in (
            self.x_train,
            self.y_train.astype("<i8"),
            self.x_test,
            self.y_test.astype("<i8"),
        ):
            little = array.astype(array.dtype.newbyteorder("<"), copy=False)
            total.update(f"{little.dtype.str}{little.shape};".encode())
            total.update(np.ascontiguousarray(little).data)
        return total.hexdigest()
