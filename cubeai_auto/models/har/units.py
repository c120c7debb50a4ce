"""The unit in which a network is fed: that of the files, another one, or a sensor's 16-bit counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract, SensorSignal
from cubeai_auto.errors import ConfigError
from cubeai_auto.models.dataset import Samples
from cubeai_auto.models.har.recordings import STANDARD_GRAVITY, Recordings, SourceUnit, range_of
from cubeai_auto.models.options import RawUnit, SignalOptions

__all__ = ["RawWindows", "to_raw"]

_IN_G: Final[dict[str, float]] = {"g": 1.0, "mg": 1e-3, "m/s^2": 1 / STANDARD_GRAVITY}
_COUNTS = 32768


@dataclass(frozen=True, slots=True, eq=False)
class RawWindows:
    """Windows as a sensor would give them, and what their numbers mean.

    Attributes:
        values: (N, samples, 3) of the contract's raw type.
        contract: without any preparation: the network's input would be the scaled window.
        clipped: values beyond the sensor's full scale, which were cut to it.
    """

    values: Samples
    contract: InputContract
    clipped: int


def to_raw(
    data: Recordings, windows: npt.NDArray[np.float32], options: SignalOptions, step: int
) -> RawWindows:
    """Bring windows to the raw unit asked for; by default they stay in the unit of the files.

    Args:
        data: gives unit and rate.
        windows: (N, samples, 3), in ``data.unit``.
        options: raw unit and full scale.
        step: samples from one window to the next, for the contract.

    Raises:
        ConfigError: the data does not say its unit, or counts are asked for without a full scale.
    """
    if data.unit == "as recorded":
        for key, asked in (("raw_unit", options.raw_unit), ("full_scale", options.full_scale)):
            if asked is not None:
                msg = f"{data.source} does not say the unit of its values: they stay as they are"
                raise ConfigError(msg, key=f"signal.{key}", hint=f"leave signal.{key} away")
        limit = range_of(data.unit)
        contract = _contract(data, "as recorded", windows.shape[1], step, 1.0, limit, limit)
        return RawWindows(windows, contract, 0)
    unit: RawUnit | SourceUnit = options.raw_unit or data.unit
    full_scale = options.full_scale
    if unit == "counts" and full_scale is None:
        msg = "counts need the sensor's full scale: 2, 4, 8 or 16 g"
        raise ConfigError(msg, key="signal.raw_unit", hint="--set signal.full_scale=4")
    if unit == data.unit and full_scale is None:
        full_scale, limit = range_of("g"), range_of(data.unit)
        contract = _contract(data, unit, windows.shape[1], step, _IN_G[unit], limit, full_scale)
        return RawWindows(windows, contract, 0)
    if full_scale is None:
        full_scale = range_of("g")
    one = full_scale / _COUNTS if unit == "counts" else _IN_G[unit]
    raw = windows.astype(np.float64) * (_IN_G[data.unit] / one)
    if unit == "counts":
        low, high = float(-_COUNTS), float(_COUNTS - 1)
        raw = np.rint(raw)
    else:
        high = float(np.float32(full_scale / one))
        low = -high
    clipped = int(((raw < low) | (raw > high)).sum())
    raw = np.clip(raw, low, high)
    values: Samples = raw.astype(np.int16 if unit == "counts" else np.float32)
    contract = _contract(data, unit, windows.shape[1], step, one, high, full_scale)
    return RawWindows(values, contract, clipped)


def _contract(
    data: Recordings,
    raw_unit: RawUnit | SourceUnit,
    window: int,
    step: int,
    scale: float,
    limit: float,
    full_scale: float,
) -> InputContract:
    counts = raw_unit == "counts"
    unit = "as recorded" if raw_unit == "as recorded" else "g"
    shown = f"counts of {full_scale:g} g full scale" if counts else raw_unit
    return InputContract(
        description=f"{window} samples of acceleration x, y, z ({shown}), {data.rate:g} a second",
        raw_dtype="int16" if counts else "float32",
        raw_min=-_COUNTS if counts else -limit,
        raw_max=limit,
        offset=0.0,
        scale=scale,
        shape=(window, 3),
        layout="sample by sample, x, y, z; oldest sample first",
        sensor=SensorSignal(
            quantity="acceleration",
            axes=("x", "y", "z"),
            raw_unit=raw_unit,
            unit=unit,
            full_scale=full_scale,
            rate=data.rate,
            window=window,
            step=step,
        ),
    )
