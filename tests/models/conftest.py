"""Small data in the true formats, made on the spot."""

from __future__ import annotations

import contextlib
import gzip
import struct
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import numpy.typing as npt
import pytest

from cubeai_auto.contract import InputContract

TRAIN, TEST = 40, 20


@pytest.fixture(scope="session")
def picture_contract() -> InputContract:
    """White on black, pixels divided by 255."""
    return InputContract(
        description="white digit on black, pixels divided by 255",
        raw_dtype="uint8",
        raw_min=0.0,
        raw_max=255.0,
        offset=0.0,
        scale=1 / 255,
        shape=(28, 28),
        layout="row by row",
        background=0.0,
    )


@pytest.fixture(scope="session")
def arrays() -> dict[str, npt.NDArray[np.generic]]:
    """Forty training and twenty test pictures with labels, under the names of an ``.npz``."""
    random = np.random.default_rng(7)
    made: dict[str, npt.NDArray[np.generic]] = {}
    for part, count in (("train", TRAIN), ("test", TEST)):
        pictures = np.zeros((count, 28, 28), np.uint8)
        pictures[:, 6:22, 6:22] = random.integers(0, 256, (count, 16, 16))
        made[f"x_{part}"] = pictures
        made[f"y_{part}"] = (np.arange(count) % 10).astype(np.uint8)
    return made


def idx_bytes(array: npt.NDArray[np.generic]) -> bytes:
    """An array of bytes in the IDX format."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.astype(np.uint8).tobytes()


@pytest.fixture
def idx_folder(
    tmp_path: Path, arrays: dict[str, npt.NDArray[np.generic]]
) -> Callable[[str, bool], Path]:
    """Make a folder with the four files: the mark in their names (- or .), and whether packed."""

    def make(mark: str, packed: bool) -> Path:
        folder = tmp_path / "mnist"
        folder.mkdir()
        for part, stem in (("train", "train"), ("test", "t10k")):
            for letter, what, dimensions in (("x", "images", 3), ("y", "labels", 1)):
                content = idx_bytes(arrays[f"{letter}_{part}"])
                name = f"{stem}-{what}{mark}idx{dimensions}-ubyte"
                if packed:
                    (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
                else:
                    (folder / name).write_bytes(content)
        return folder

    return make


@pytest.fixture
def requests() -> list[str]:
    """The paths that the local server was asked for."""
    return []


@pytest.fixture
def serve(requests: list[str]) -> Iterator[Callable[..., str]]:
    """Start local servers; each call gives the address of a file with that content.

    ``status``, ``announced`` (the length in the header) and ``pause`` (seconds before the body) make
    the server misbehave.
    """
    with contextlib.ExitStack() as stack:

        def start(
            content: bytes, *, status: int = 200, announced: int | None = None, pause: float = 0
        ) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    requests.append(self.path)
                    self.send_response(status)
                    length = len(content) if announced is None else announced
                    self.send_header("Content-Length", str(length))
                    self.end_headers()
                    time.sleep(pause)
                    with contextlib.suppress(OSError):
                        self.wfile.write(content)

                def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                    pass

            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}/file.npz"

        yield start
