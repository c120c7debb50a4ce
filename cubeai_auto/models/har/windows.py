"""Windows of equal length, cut from recordings; none reaches over a recording's end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cubeai_auto.errors import DatasetError
from cubeai_auto.models.har.recordings import Part, Recordings

__all__ = ["Windows", "cut_windows"]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """All windows of a data set.

    Attributes:
        values: float32 (N, samples, 3), in the unit of the recordings.
        labels: int64 (N,), index into ``classes``.
        recording: int64 (N,), index of the recording each window is from.
        users: the person of each recording; ``None`` where unknown.
        parts: the data set's own part of each recording.
        classes: the activities, in alphabetical order.
    """

    values: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    recording: npt.NDArray[np.int64]
    users: tuple[int | None, ...]
    parts: tuple[Part | None, ...]
    classes: tuple[str, ...]


def cut_windows(data: Recordings, window: int, step: int) -> Windows:
    """Cut every recording from its start, with what is left over at its end unused.

    Args:
        data: the recordings.
        window: samples of one window.
        step: samples from one window to the next.

    Raises:
        DatasetError: no recording is as long as a window.
    """
    pieces: list[npt.NDArray[np.float32]] = []
    counts: list[int] = []
    for recording in data.recordings:
        if len(recording.values) < window:
            counts.append(0)
            continue
        views = np.lib.stride_tricks.sliding_window_view(recording.values, window, axis=0)[::step]
        pieces.append(views.transpose(0, 2, 1))
        counts.append(len(views))
    if not pieces:
        longest = max(len(recording.values) for recording in data.recordings)
        msg = (
            f"{data.source}: no recording is as long as a window of {window} samples; "
            f"the longest has {longest}"
        )
        raise DatasetError(msg, hint=f"--set signal.window={longest} or less")
    used = {r.activity for r, count in zip(data.recordings, counts, strict=True) if count}
    classes = tuple(sorted(used))
    index = {name: position for position, name in enumerate(classes)}
    labels = [index.get(recording.activity, 0) for recording in data.recordings]
    return Windows(
        values=np.concatenate(pieces),
        labels=np.repeat(np.array(labels, np.int64), counts),
        recording=np.repeat(np.arange(len(counts), dtype=np.int64), counts),
        users=tuple(recording.user for recording in data.recordings),
        parts=tuple(recording.part for recording in data.recordings),
        classes=classes,
    )
