"""A file from the network, kept only if it is the one that was asked for."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from cubeai_auto.errors import DatasetError, RefusedError, UsageError
from cubeai_auto.files import refusals

__all__ = ["DEFAULT_LIMIT", "fetch"]

DEFAULT_LIMIT = 256 << 20
_CHUNK = 1 << 16


def fetch(
    url: str,
    sha256: str,
    destination: Path,
    timeout: float,
    *,
    limit: int = DEFAULT_LIMIT,
    hint: str | None = None,
) -> None:
    """Download a file whose hash is known; it appears at ``destination`` whole or not at all.

    Args:
        url: ``http`` or ``https``.
        sha256: the expected hash, 64 hex digits.
        destination: where the file goes; its folder is made.
        timeout: seconds for the whole transfer, and for each answer of the server.
        limit: the largest number of bytes accepted.
        hint: the next step shown if the file cannot be had.

    Raises:
        UsageError: another kind of address, or no hash.
        RefusedError: no network, no answer in time, an HTTP status that is not success, fewer bytes
            than announced, more than ``limit``, or the disk refuses.
        DatasetError: the file has another hash.
    """
    expected = sha256.strip().lower()
    if len(expected) != 64 or set(expected) - set("0123456789abcdef"):
        msg = f"not a SHA-256 hash of 64 hex digits: {sha256!r}"
        raise UsageError(msg, hint="run sha256sum on the file you trust")
    _check_address(url)
    with refusals("write", destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{destination.name}.", suffix=".part", dir=destination.parent
        )
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                found = _transfer(url, stream, timeout, limit, hint)
            if found != expected:
                msg = f"{url} is not the expected file: its SHA-256 is {found}, not {expected}"
                raise DatasetError(msg, hint=hint)
            temporary.chmod(0o644)
            temporary.replace(destination)
        finally:
            temporary.unlink(missing_ok=True)


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        msg = f"not an http or https address: {url!r}"
        raise UsageError(msg)


def _transfer(url: str, stream: IO[bytes], timeout: float, limit: int, hint: str | None) -> str:
    """Copy the body into the stream; its SHA-256."""
    try:
        return _receive(url, stream, timeout, limit)
    except _TransferError as error:
        msg = f"cannot download {url}: {error}"
        raise RefusedError(msg, hint=hint) from error


class _TransferError(Exception):
    """Why a transfer failed, without the address."""


def _receive(url: str, stream: IO[bytes], timeout: float, limit: int) -> str:
    deadline = time.monotonic() + timeout
    total, received = hashlib.sha256(), 0
    with contextlib.ExitStack() as stack:
        try:
            response = stack.enter_context(urllib.request.urlopen(url, timeout=timeout))  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                msg = f"the server answered {error.code} {error.reason}"
                raise _TransferError(msg) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _TransferError(_reason(error, timeout)) from error
        announced = response.headers.get("Content-Length", "")
        while True:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise _TransferError(_reason(error, timeout)) from error
            if not chunk:
                break
            received += len(chunk)
            if received > limit:
                msg = f"it is larger than the {limit} bytes that are accepted"
                raise _TransferError(msg)
            if time.monotonic() > deadline:
                msg = f"not finished within {timeout:g} s, {received} bytes received"
                raise _TransferError(msg)
            total.update(chunk)
            stream.write(chunk)
    if announced.isdecimal() and int(announced) != received:
        msg = f"{received} bytes received, {announced} were announced"
        raise _TransferError(msg)
    return total.hexdigest()


def _reason(error: Exception, timeout: float) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"no answer within {timeout:g} s"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause) or type(cause).__name__
