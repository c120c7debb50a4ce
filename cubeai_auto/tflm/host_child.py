"""Starting the child process that runs TensorFlow Lite Micro, and reading what it left."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.files import refusals
from cubeai_auto.tflm.allocations import arena_exhausted, refusal_sentence

__all__ = ["Answer", "ask"]

_WORKER = Path(__file__).with_name("host_worker.py")
_ARENA_FLOOR = 4 << 20
_ARENA_PER_MODEL_BYTE = 10
_ARENA_GROWTH = 4
_ARENA_ALIGNMENT = 16
_ARENA_LIMIT = 256 << 20
_STDERR_LINES = 12
_DOING = {"read": "reading", "load": "loading", "run": "running"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child left.

    Attributes:
        stage: the last thing it began: ``import``, ``read``, ``load``, ``run`` or ``done``.
        error: why it went no further; ``None`` if it finished or was ended.
        done: the ended process; TFLM's messages are in its standard error.
        arena_bytes: the arena it gave to TFLM.
    """

    stage: str
    error: str | None
    done: process.Completed
    arena_bytes: int

    @property
    def finished(self) -> bool:
        """Whether the child did all it was asked for."""
        return self.stage == "done" and self.done.returncode == 0

    @property
    def refused(self) -> bool:
        """Whether TFLM, or the wheel, said no in an orderly way."""
        return self.error is not None and self.done.returncode == 0

    @property
    def explanation(self) -> str:
        """Why it did not finish, in TFLM's own words where it said something."""
        said = refusal_sentence("\n".join(self.done.stderr.splitlines()[-_STDERR_LINES:]))
        doing = _DOING.get(self.stage, "starting on")
        if self.done.returncode < 0:
            number = -self.done.returncode
            name = signal.Signals(number).name if number in set(signal.Signals) else "unknown"
            what = f"TFLM aborted (signal {number}, {name}) while {doing} the model"
            return f"{what}; it printed: {said}" if said else f"{what}."
        if self.stage == "import":
            return f"the tflite_micro wheel cannot be loaded: {self.error or said or 'no reason given'}"
        if self.stage == "read":
            return f"the tflite_micro wheel cannot read the file: {self.error or said}"
        if arena_exhausted(self.done.stderr):
            return f"{said} The arena was {self.arena_bytes} bytes, the largest tried."
        return said or f"{self.error or f'TFLM stopped while {doing} the model'}."


def ask(
    folder: Path,
    data: bytes,
    *,
    output_count: int,
    independent: bool,
    timeout: float,
    log: Path | None,
) -> Answer:
    """Let a child load the model, and run ``inputs.npz`` if it is in the folder.

    The arena is ten times the file, at least 4 MiB, and a multiple of 16: the tail begins at
    its end, so another size would move TFLM's figures by a few bytes of padding. If TFLM says
    that it does not suffice, four times as much is tried in a new child, up to 256 MiB: far
    more than a microcontroller has.

    Raises:
        RefusedError: the disk is full, or the log cannot be written.
        ToolTimeoutError: one child did not finish in time.
    """
    with refusals("write to", folder):
        (folder / "model.tflite").write_bytes(data)
    arena_bytes = max(_ARENA_PER_MODEL_BYTE * len(data), _ARENA_FLOOR)
    arena_bytes += -arena_bytes % _ARENA_ALIGNMENT
    while True:
        answer = _ask_once(folder, arena_bytes, output_count, independent, timeout, log)
        larger = arena_bytes * _ARENA_GROWTH
        if answer.finished or larger > _ARENA_LIMIT or not arena_exhausted(answer.done.stderr):
            return answer
        arena_bytes = larger


def _ask_once(
    folder: Path,
    arena_bytes: int,
    output_count: int,
    independent: bool,
    timeout: float,
    log: Path | None,
) -> Answer:
    reply = folder / "reply.json"
    reply.unlink(missing_ok=True)
    arguments: list[str | Path] = [
        sys.executable,
        "-P",  # the caller's folder is no place to import from
        _WORKER,
        folder,
        str(arena_bytes),
        str(output_count),
        "independent" if independent else "sequence",
    ]
    with contextlib.nullcontext() if log is None else refusals("write the log", log):
        done = process.run(arguments, timeout=timeout, log=log, ok_codes=None, hint="allow more time")
    try:
        said = json.loads(reply.read_text(encoding="ascii"))
        stage, error = str(said["stage"]), said["error"]
    except (OSError, ValueError, KeyError, TypeError):
        return Answer("import", None, done, arena_bytes)
    return Answer(stage, None if error is None else str(error), done, arena_bytes)
