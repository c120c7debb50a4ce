"""The one door to external programs; nothing else in the package starts a process.

Argument lists only, standard input closed, always a timeout, everything printed kept in a log.
The program gets a process group of its own and is ended together with all its children.
"""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cubeai_auto.errors import (
    MissingPathError,
    ToolFailedError,
    ToolMissingError,
    ToolTimeoutError,
)
from cubeai_auto.files import refusals

__all__ = ["Completed", "find_program", "run"]

_TAIL_LINES = 12
_GRACE_SECONDS = 2.0
_LONGEST_WAIT = 1e6
_FAREWELL_POLL = 0.2


@dataclass(frozen=True, slots=True)
class Completed:
    """What a finished program left.

    Attributes:
        command: the copyable command line.
        returncode: its exit status (negative: ended by that signal).
        stdout: everything it printed on standard output; undecodable bytes become U+FFFD.
        stderr: likewise for standard error.
        seconds: wall-clock duration.
    """

    command: str
    returncode: int
    stdout: str
    stderr: str
    seconds: float

    def tail(self, lines: int = _TAIL_LINES) -> tuple[str, ...]:
        """The last lines of standard output followed by those of standard error."""
        text = self.stdout.rstrip().splitlines()[-lines:] + self.stderr.rstrip().splitlines()[-lines:]
        return tuple(text[-lines:])


def find_program(name: str, *, hint: str | None = None) -> Path:
    """The program's path, searched in ``PATH``.

    Raises:
        ToolMissingError: it is not there.
    """
    found = shutil.which(name)
    if found is None:
        msg = f"{name} was not found in PATH"
        raise ToolMissingError(msg, hint=hint)
    return Path(found)


def run(
    arguments: Sequence[str | Path],
    *,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    ok_codes: Sequence[int] | None = (0,),
    hint: str | None = None,
    farewell: str | None = None,
) -> Completed:
    """Run a program to its end.

    Args:
        arguments: the program and its arguments; never given to a shell.
        timeout: seconds after which the whole process group is ended.
        cwd: working folder.
        env: variables set on top of the inherited environment.
        log: file that receives the command line and everything printed (created or extended).
        ok_codes: exit statuses that mean success; ``None`` accepts all.
        hint: the next step shown if it fails.
        farewell: what the program prints on standard output when its work is done; it is ended a
            moment later even if it lingers. Its output then goes through a pipe, because a
            program of that kind may detach from a file.

    Raises:
        ToolMissingError: the program cannot be found.
        MissingPathError: the working folder does not exist.
        ToolTimeoutError: it ran longer than ``timeout``.
        ToolFailedError: it could not be started or ended with another status than ``ok_codes``.
        RefusedError: the log or temporary files cannot be written.
    """
    argv = [str(argument) for argument in arguments]
    command = shlex.join(argv)
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        with refusals("make files in", Path("the system's temporary folder")):
            out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out if farewell is None else subprocess.PIPE,
                stderr=err if farewell is None else subprocess.PIPE,
                cwd=cwd,
                env=None if env is None else {**os.environ, **env},
                start_new_session=sys.platform != "win32",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except FileNotFoundError as error:
            if cwd is not None and not cwd.is_dir():
                msg = f"the working folder does not exist: {cwd}"
                raise MissingPathError(msg) from error
            msg = f"cannot start {argv[0]}: {error.strerror}"
            raise ToolMissingError(msg, hint=hint) from error
        except OSError as error:
            msg = f"cannot start {argv[0]}: {error.strerror}"
            raise ToolFailedError(msg, command=command, hint=hint) from error
        timed_out = True
        readers: list[_Reader] = []
        try:
            if farewell is None:
                timed_out = not _ended(child, timeout)
            else:
                readers += [_Reader(child.stdout), _Reader(child.stderr)]
                timed_out = not _said_farewell(child, timeout, readers[0].data, farewell)
        finally:
            _end_group(child)
            for reader, stream in zip(readers, (out, err), strict=False):
                reader.join(_GRACE_SECONDS)
                stream.write(reader.data)
        done = Completed(command, child.returncode, _text(out), _text(err), time.monotonic() - started)
    if log is not None:
        _append_log(log, done)
    if timed_out:
        msg = f"{Path(argv[0]).name} did not finish within {timeout:g} s and was ended"
        raise ToolTimeoutError(msg, command=command, tail=done.tail(), log=log, hint=hint)
    if ok_codes is not None and done.returncode not in ok_codes:
        msg = f"{Path(argv[0]).name} failed"
        raise ToolFailedError(
            msg, command=command, returncode=done.returncode, tail=done.tail(), log=log, hint=hint
        )
    return done


def _ended(child: subprocess.Popen[bytes], timeout: float) -> bool:
    """Wait for the child; whether it ended in time.

    Where the system can, without the polling of :meth:`subprocess.Popen.wait`, which adds up to
    0.05 s to every program.
    """
    if hasattr(os, "pidfd_open"):
        try:
            handle = os.pidfd_open(child.pid)
        except OSError:
            pass
        else:
            try:
                waiting = select.poll()
                waiting.register(handle, select.POLLIN)
                if not waiting.poll(max(0.0, min(timeout, _LONGEST_WAIT)) * 1000):
                    return child.poll() is not None
            finally:
                os.close(handle)
    try:
        child.wait(timeout)
    except subprocess.TimeoutExpired:
        return False
    return True


class _Reader(threading.Thread):
    """Collects what a program prints into a pipe."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self.data = bytearray()
        self.start()

    def run(self) -> None:
        if self._pipe is None:
            return
        with self._pipe as pipe:
            while data := os.read(pipe.fileno(), 65536):
                self.data += data


def _said_farewell(
    child: subprocess.Popen[bytes], timeout: float, printed: bytearray, farewell: str
) -> bool:
    """Wait until the child ends or says that it is done; whether it did so in time."""
    deadline = time.monotonic() + timeout
    while (left := deadline - time.monotonic()) > 0:
        if _ended(child, min(_FAREWELL_POLL, left)):
            return True
        if farewell.encode() in printed:
            _ended(child, min(_GRACE_SECONDS, max(deadline - time.monotonic(), 0.0)))
            return True
    return False


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started: terminate, a grace period, then kill."""
    if sys.platform == "win32":
        if child.poll() is None:
            stop = ["taskkill", "/F", "/T", "/PID", str(child.pid)]
            subprocess.run(stop, check=False, capture_output=True)
            child.wait()
        return
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", errors="replace").replace("\r\n", "\n")


def _append_log(log: Path, done: Completed) -> None:
    with refusals("write the log", log):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(f"$ {done.command}\n{done.stdout}{done.stderr}")
            stream.write(f"[exit status {done.returncode} after {done.seconds:.2f} s]\n\n")
