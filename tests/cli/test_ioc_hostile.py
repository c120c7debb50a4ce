"""Files that are no CubeMX project, or damaged ones: a typed error, and nothing is written."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from support.ioc_samples import ioc_bytes, with_pack

Say = Callable[..., object]
GOOD = ioc_bytes(with_pack("8.1.0"))
VERBS: dict[str, list[str]] = {
    "show": [],
    "lint": [],
    "diff": ["GOOD"],
    "add-ai": ["--model", "MODEL", "--pack", "8.1.0", "--in-place"],
    "update-ai": ["--name", "network", "--report", "MODEL", "--in-place"],
    "upgrade-ai": ["--pack", "10.2.0", "--in-place"],
    "remove-ai": ["--in-place"],
}
NO_PROJECTS = {
    "empty": b"",
    "comments": b"#MicroXplorer Configuration settings - do not modify\n\n",
    "text": b"hello, this is no project\n" * 20,
    "properties": b"db.user=x\ndb.host=y\n",
    "xml": b'<?xml version="1.0"?><cproject/>\n',
    "json": b'{"a": 1}\n',
    "binary": bytes(range(256)) * 40,
    "utf-16": GOOD.decode().encode("utf-16"),
    "zip": b"PK\x03\x04" + bytes(300),
    "escape": GOOD + b"Mcu.Bad=\\u00ZZ\n",
    "large": GOOD + b"x=" + b"y" * (16 * 1024 * 1024),
    "many lines": GOOD + b"z=1\n" * 400_000,
    "deep": b"{" * 3_000_000,
    "continued": b"Mcu=\\\n" * 200_001,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.ioc").write_bytes(GOOD)
    (tmp_path / "m.tflite").write_bytes(b"a model")
    return tmp_path


def arguments(verb: str, folder: Path) -> list[object]:
    words: dict[str, object] = {"GOOD": folder / "good.ioc", "MODEL": folder / "m.tflite"}
    return ["ioc", verb, folder / "x y.ioc", *(words.get(word, word) for word in VERBS[verb])]


@pytest.mark.parametrize("kind", NO_PROJECTS)
@pytest.mark.parametrize("verb", ["lint", "add-ai", "remove-ai"])
def test_what_is_no_project_is_refused(say: Say, folder: Path, verb: str, kind: str) -> None:
    data = NO_PROJECTS[kind]
    (folder / "x y.ioc").write_bytes(data)
    spoken = say(*arguments(verb, folder), "--json", "-")
    assert spoken.code == 5, spoken.err
    error = json.loads(spoken.out)["error"]
    assert "x y.ioc" in error["message"]
    assert error["hint"]
    assert len(spoken.err) < 2000
    assert {path.name for path in folder.iterdir()} == {"good.ioc", "m.tflite", "x y.ioc"}
    assert (folder / "x y.ioc").read_bytes() == data


@pytest.mark.parametrize("verb", ["show", "diff", "update-ai", "upgrade-ai"])
def test_the_other_verbs_refuse_it_too(say: Say, folder: Path, verb: str) -> None:
    for kind in ("empty", "properties", "binary", "escape"):
        (folder / "x y.ioc").write_bytes(NO_PROJECTS[kind])
        assert say(*arguments(verb, folder)).code == 5


@pytest.mark.parametrize("verb", VERBS)
def test_damaged_projects(say: Say, folder: Path, verb: str) -> None:
    """Cut, flipped and doubled parts: done, a finding, or a typed error; never half a file."""
    source = random.Random(verb)
    for round_ in range(25):
        damaged = bytearray(GOOD)
        if round_ < 8:
            damaged = damaged[: source.randrange(len(damaged))]
        else:
            for _ in range(source.randrange(1, 12)):
                place = source.randrange(len(damaged))
                if source.random() < 0.5:
                    damaged[place] = source.randrange(256)
                else:
                    damaged[place : place + 30] = damaged[
                        place // 3 : place // 3 + source.randrange(60)
                    ]
        path = folder / "x y.ioc"
        path.write_bytes(damaged)
        spoken = say(*arguments(verb, folder))
        assert spoken.code in {0, 1, 2, 5}, spoken.err
        assert "internal error" not in spoken.err
        assert "Traceback" not in spoken.err
        if spoken.code:
            assert path.read_bytes() == damaged
        else:
            lint = say("ioc", "lint", path, "--alone")
            assert lint.code in {0, 1}
        for left in folder.iterdir():
            assert not left.name.endswith(".part"), left
            if left.name not in {"good.ioc", "m.tflite"}:
                left.unlink()
