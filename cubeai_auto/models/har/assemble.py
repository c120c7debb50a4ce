"""From recordings to a data set: windows cut, divided, in the unit asked for, with everything noted."""

from __future__ import annotations

import numpy as np

from cubeai_auto.errors import DatasetError
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.har.recordings import GAP_SECONDS, Recordings
from cubeai_auto.models.har.split import divide
from cubeai_auto.models.har.text import count_of
from cubeai_auto.models.har.units import to_raw
from cubeai_auto.models.har.windows import Windows, cut_windows
from cubeai_auto.models.options import SignalOptions

__all__ = ["assemble"]


def assemble(data: Recordings, name: str, options: SignalOptions | None) -> Dataset:
    """Make the data set.

    Args:
        data: what a loader read.
        name: the data set's name in the project file.
        options: window, split and unit; ``None`` for the data set's own.

    Raises:
        ConfigError: the data does not allow what was asked for.
        DatasetError: no window is left, or an activity is in the test part only.
    """
    options = options or SignalOptions()
    window = options.window or data.window
    step = options.step or max(1, window // 2)
    windows = cut_windows(data, window, step)
    parts = divide(data, windows, options)
    raw = to_raw(data, windows.values, options, step)
    train, test = windows.labels[parts.train], windows.labels[parts.test]
    missing = [windows.classes[label] for label in sorted({*test.tolist()} - {*train.tolist()})]
    if len(train) and missing:
        msg = f"{data.source}: in the test part only, not in training: {', '.join(missing)}"
        raise DatasetError(msg, hint="choose other people or another split (signal.split)")
    notes = [
        parts.note,
        _windows_note(data, windows, window, step),
        f"{data.rejects.share(data.taken)}; {data.rejects.sentence()}",
        *data.notes,
    ]
    if raw.clipped:
        beyond = count_of(raw.clipped, "value")
        notes.append(f"{beyond} beyond the sensor's full scale, clipped as a sensor does it")
    absent = [windows.classes[label] for label in sorted({*train.tolist()} - {*test.tolist()})]
    if absent and len(test):
        notes.append(f"not in the test part: {', '.join(absent)}")
    return Dataset(
        name=name,
        source=data.source,
        classes=windows.classes,
        x_train=raw.values[parts.train],
        y_train=train,
        x_test=raw.values[parts.test],
        y_test=test,
        notes=tuple(notes),
        contract=raw.contract,
    )


def _windows_note(data: Recordings, windows: Windows, window: int, step: int) -> str:
    borders = data.borders
    short = len(windows.users) - len(np.unique(windows.recording))
    text = (
        f"{count_of(len(windows.values), 'window')} of {window} samples ({window / data.rate:g} s), a "
        f"new one every {step}, from {count_of(len(data.recordings), 'recording')}; none reaches over "
        f"another person, another activity or a gap of more than {GAP_SECONDS:g} s "
        f"({count_of(borders.gap, 'gap')}, {count_of(borders.backwards, 'jump')} back in time)"
    )
    return text + (f"; {count_of(short, 'recording')} shorter than a window" if short else "")
