"""Recordings in the true formats, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.har.assemble import assemble
from cubeai_auto.models.har.recordings import Recording, Recordings

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below a temporary folder; gives its path."""

    def make(name: str, content: str | bytes) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return make


@pytest.fixture
def pack() -> Callable[[Path], Path]:
    """Zip a folder, with the folder's own name in front, as archives are published."""

    def make(folder: Path) -> Path:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    entry = zipfile.ZipInfo(file.relative_to(folder.parent).as_posix())
                    archive.writestr(entry, file.read_bytes())
        packed = folder.with_suffix(".zip")
        packed.write_bytes(buffer.getvalue())
        return packed

    return make


def swaying(seed: int, samples: int, strength: float, rate: float = 20.0) -> np.ndarray:
    """Acceleration in g: gravity on some axis and a sway of 2 Hz whose strength tells the activity."""
    random = np.random.default_rng(seed)
    axis = random.normal(size=3)
    time = np.arange(samples)[:, None] / rate
    sway = strength * np.sin(2 * np.pi * 2 * time + random.uniform(0, 6, 3))
    return (axis / np.linalg.norm(axis) + sway + random.normal(0, 0.01, (samples, 3))).astype(
        np.float32
    )


@pytest.fixture(scope="session")
def people() -> Recordings:
    """Eight people, three activities that differ in strength, 20 samples a second, in g."""
    strengths = {"resting": 0.0, "walking": 0.4, "running": 1.2}
    recordings = [
        Recording(user, activity, swaying(100 * user + index, 200, strength))
        for user in range(1, 9)
        for index, (activity, strength) in enumerate(strengths.items())
    ]
    return Recordings("made", "g", 20.0, 40, tuple(recordings))


@pytest.fixture(scope="session")
def made(people: Recordings) -> Dataset:
    """The people's windows, divided by person."""
    return assemble(people, "made", None)
