"""Downloads from a local server that behaves, and from ones that do not."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import CubeAIError, DatasetError, RefusedError, UsageError
from cubeai_auto.files import sha256_bytes
from cubeai_auto.models.download import fetch

Serve = Callable[..., str]
CONTENT = bytes(range(256)) * 1000
HASH = sha256_bytes(CONTENT)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "new folder" / "file.npz"


def refused(place: Path, url: str, sentence: str, **options: float) -> CubeAIError:
    """Fetch, expect a refusal with that sentence, and nothing left behind."""
    timeout = options.pop("timeout", 10.0)
    with pytest.raises(RefusedError) as caught:
        fetch(url, HASH, place, timeout, hint="give the file", limit=int(options.pop("limit", 1 << 20)))
    assert sentence in caught.value.message
    assert url in caught.value.message
    assert caught.value.hint == "give the file"
    assert not list(place.parent.iterdir())
    return caught.value


def test_the_file_arrives_whole(place: Path, serve: Serve) -> None:
    fetch(serve(CONTENT), HASH.upper(), place, 10)
    assert place.read_bytes() == CONTENT
    assert [file.name for file in place.parent.iterdir()] == [place.name]


def test_another_file_is_refused_and_an_old_one_stays(place: Path, serve: Serve) -> None:
    place.parent.mkdir()
    place.write_bytes(b"old")
    with pytest.raises(DatasetError) as caught:
        fetch(serve(CONTENT + b"!"), HASH, place, 10)
    assert HASH in caught.value.message
    assert place.read_bytes() == b"old"
    assert [file.name for file in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_status_that_is_not_success_is_named(place: Path, serve: Serve, status: int) -> None:
    refused(place, serve(b"sorry", status=status), f"the server answered {status}")


def test_a_body_that_ends_early_is_noticed(place: Path, serve: Serve) -> None:
    url = serve(CONTENT, announced=len(CONTENT) + 10)
    refused(place, url, "were announced")


def test_a_file_over_the_limit_is_not_kept(place: Path, serve: Serve) -> None:
    refused(place, serve(CONTENT), "larger than the 1000 bytes", limit=1000)


def test_a_silent_server_does_not_hang_us(place: Path, serve: Serve) -> None:
    started = time.monotonic()
    refused(place, serve(CONTENT, pause=0.6), "no answer within 0.2 s", timeout=0.2)
    assert time.monotonic() - started < 5


def test_no_server_at_all(place: Path) -> None:
    with socket.socket() as probe:  # a port that is free, so nobody listens there
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    refused(place, f"http://127.0.0.1:{port}/x", "refused")


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "mnist.npz", "http://", "http://[x"]
)
def test_only_http_addresses_are_taken(place: Path, url: str) -> None:
    with pytest.raises(UsageError, match="not an http or https address"):
        fetch(url, HASH, place, 1)
    assert not place.parent.exists()


def test_an_address_with_a_blank_is_a_typed_error(place: Path) -> None:
    refused(place, "http://127.0.0.1:9/a b", "cannot download")


@pytest.mark.parametrize("wrong", ["", "abc", "g" * 64, "0" * 63])
def test_a_hash_that_is_none_is_refused(place: Path, wrong: str) -> None:
    with pytest.raises(UsageError, match="not a SHA-256"):
        fetch("http://127.0.0.1:9/x", wrong, place, 1)


def test_a_folder_that_cannot_be_made_is_a_typed_error(tmp_path: Path, serve: Serve) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RefusedError, match="cannot write"):
        fetch(serve(CONTENT), HASH, tmp_path / "file" / "x.npz", 10)
