"""A run is a folder: models, generated code, logs, reports, and the record that ties them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cubeai_auto.compare.record import RunRecord
from cubeai_auto.errors import CubeAIError, UsageError
from cubeai_auto.files import new_directory, refusals, write_atomic
from cubeai_auto.render.html import render_html
from cubeai_auto.render.json_out import run_json
from cubeai_auto.render.markdown import render_markdown
from cubeai_auto.render.names import HTML_FILE, JSON_FILE, MARKDOWN_FILE

__all__ = ["RECORD_FILE", "claim", "read_record", "staged", "write_record"]

RECORD_FILE = "record.json"
"""The whole record, for reading back."""


@cache
def _adapter() -> TypeAdapter[RunRecord]:
    return TypeAdapter(RunRecord)


def read_record(run_dir: Path, key: str) -> RunRecord | None:
    """The record in a run folder, marked as cached; ``None`` if it is not there or of another key.

    A record that cannot be read, written by another version or damaged, counts as not there.
    """
    if not all((run_dir / name).is_file() for name in (RECORD_FILE, JSON_FILE, HTML_FILE)):
        return None
    try:
        record = _adapter().validate_json((run_dir / RECORD_FILE).read_bytes())
    except (OSError, ValidationError, ValueError):
        return None
    if record.key != key or record.run_dir != str(run_dir):
        return None
    left = [variant.model_path for variant in record.variants]
    left += [variant.cubemx.ioc for variant in record.variants if variant.cubemx is not None]
    if not all((run_dir / path).is_file() for path in left):
        return None
    return dataclasses.replace(record, cached=True)


def write_record(directory: Path, record: RunRecord) -> None:
    """Write the record and its JSON, HTML and Markdown forms into a folder.

    Raises:
        RefusedError: the disk is full, ...
    """
    write_atomic(directory / RECORD_FILE, _adapter().dump_json(record, indent=1))
    write_atomic(directory / JSON_FILE, run_json(record))
    write_atomic(directory / HTML_FILE, render_html(record))
    write_atomic(directory / MARKDOWN_FILE, render_markdown(record))


def claim(run_dir: Path) -> None:
    """Make sure that the folder may be replaced: it is new, empty, or an earlier run.

    Raises:
        UsageError: it holds something else.
    """
    if not run_dir.exists():
        return
    if not run_dir.is_dir():
        msg = f"the run folder is a file: {run_dir}"
        raise UsageError(msg)
    if any(run_dir.iterdir()) and not (run_dir / RECORD_FILE).is_file():
        msg = f"{run_dir} is not empty and not an earlier run: it is not replaced"
        raise UsageError(msg, hint="give another --output")


@contextlib.contextmanager
def staged(run_dir: Path) -> Iterator[Path]:
    """A folder that becomes ``run_dir`` when the block ends well.

    When it fails, the logs made so far are kept beside it in ``<name>.failed``, and the error's
    message points there. Only one run at a time can stage the same folder.

    Raises:
        UsageError: another run of the same folder is under way.
    """
    failed = run_dir.with_name(f"{run_dir.name}.failed")
    with _only_one(run_dir), new_directory(run_dir) as part:
        try:
            yield part
        except CubeAIError as error:
            if (part / "logs").is_dir():
                shutil.rmtree(failed, ignore_errors=True)
                shutil.copytree(part / "logs", failed)
                error.message = error.message.replace(str(part / "logs"), str(failed))
            raise
    shutil.rmtree(failed, ignore_errors=True)


@contextlib.contextmanager
def _only_one(run_dir: Path) -> Iterator[None]:
    """Hold a lock file with our process number; a lock whose process is gone is taken over."""
    lock = run_dir.with_name(f".{run_dir.name}.lock")
    with refusals("lock", lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            try:
                handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            except FileExistsError:
                if _alive(lock):
                    msg = f"another run is working on {run_dir}"
                    raise UsageError(msg, hint=f"wait for it, or delete {lock}") from None
                lock.unlink(missing_ok=True)
                continue
            os.write(handle, str(os.getpid()).encode())
            os.close(handle)
            break
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _alive(lock: Path) -> bool:
    try:
        process = int(lock.read_text("ascii"))
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return process != os.getpid()
