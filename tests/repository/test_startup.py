"""The package and its help start without anything heavy; every verb has a help."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from cubeai_auto import process
from cubeai_auto.cli.main import build_parser, main

HEAVY = (
    "numpy",
    "rich",
    "lxml",
    "pydantic",
    "jinja2",
    "tensorflow",
    "flatbuffers",
    "tflite",
    "elftools",
)
VERBS = re.findall(r"^    ([a-z][a-z-]+)(?: |$)", build_parser().format_help(), re.MULTILINE)

HELP = """
import sys
from cubeai_auto.cli.main import main
try:
    main(["--help"])
except SystemExit as end:
    assert not end.code
"""


@pytest.mark.parametrize("code", ["import cubeai_auto", HELP], ids=["import", "help"])
def test_nothing_heavy_is_imported(code: str, tmp_path: Path) -> None:
    loaded = tmp_path / "loaded.json"
    report = f"import json, sys; json.dump(sorted(sys.modules), open({str(loaded)!r}, 'w'))"
    process.run([sys.executable, "-P", "-c", f"{code}\n{report}"], timeout=60)
    names = json.loads(loaded.read_text())
    assert "cubeai_auto" in names
    assert not set(HEAVY) & set(names)


def test_the_verbs_are_found() -> None:
    assert {"run", "analyze", "generate", "validate", "tflm", "supported-ops", "doctor"} <= set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([verb, "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    for common in ("--json", "--quiet", "--verbose"):
        assert common in text


def test_the_console_script_and_the_module_are_one() -> None:
    module = process.run([sys.executable, "-P", "-m", "cubeai_auto", "--version"], timeout=60)
    assert module.stdout.startswith("cubeai-auto ")
    script = Path(sys.executable).with_name("cubeai-auto")
    if not script.is_file():
        pytest.skip("the package is not installed in this Python")
    assert process.run([script, "--version"], timeout=60).stdout == module.stdout
