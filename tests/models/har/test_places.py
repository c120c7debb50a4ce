"""Where files come from: given, downloaded with a checked hash, or named to be fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import ConfigError, DatasetError, MissingPathError
from cubeai_auto.models.har.loaders import LOADERS
from cubeai_auto.models.har.places import Upstream, find_files
from cubeai_auto.models.options import DatasetOptions

BY_HAND = Upstream("https://example.org/data", "the file")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    assert find_files(DatasetOptions("x", path=file), BY_HAND) == file
    assert find_files(DatasetOptions("x", path=file, sha256=digest.upper()), BY_HAND) == file
    assert find_files(DatasetOptions("x", path=tmp_path), BY_HAND) == tmp_path
    with pytest.raises(DatasetError, match="not the expected file"):
        find_files(DatasetOptions("x", path=file, sha256="0" * 64), BY_HAND)
    with pytest.raises(ConfigError, match="is a folder"):
        find_files(DatasetOptions("x", path=tmp_path, sha256=digest), BY_HAND)
    with pytest.raises(MissingPathError) as caught:
        find_files(DatasetOptions("x", path=tmp_path / "no"), BY_HAND)
    assert "https://example.org/data" in (caught.value.hint or "")


def test_a_download_is_checked_and_done_once(
    serve: Callable[..., str], requests: list[str], cache: Path
) -> None:
    digest = hashlib.sha256(b"content").hexdigest()
    upstream = Upstream("a page", "the file", serve(b"content"), digest)
    for _ in range(2):
        file = find_files(DatasetOptions("x"), upstream)
        assert file.read_bytes() == b"content"
        assert cache in file.parents
    assert len(requests) == 1
    wrong = Upstream("a page", "the file", serve(b"other"), "0" * 64)
    with pytest.raises(DatasetError, match="not the expected file"):
        find_files(DatasetOptions("y"), wrong)
    own = find_files(DatasetOptions("z", url=serve(b"content"), sha256=digest), BY_HAND)
    assert own.read_bytes() == b"content"


def test_what_cannot_be_downloaded_says_where_it_is() -> None:
    for name in ("motionsense", "uci_har", "wisdm_2019_watch", "wisdm_v1_1"):
        with pytest.raises(ConfigError, match="has to be fetched") as caught:
            LOADERS[name](DatasetOptions(name))
        assert "https://" in (caught.value.hint or "")
        assert caught.value.key == "dataset.path"
    with pytest.raises(ConfigError, match=r"needs dataset\.sha256"):
        LOADERS["motionsense"](DatasetOptions("motionsense", url="https://example.org/a.zip"))
