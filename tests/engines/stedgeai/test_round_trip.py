# ruff: noqa: E501 - command lines are quoted as they are
"""Real command lines: read into a request, and written back to an equivalent line."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cubeai_auto.engines.stedgeai.arguments import build
from cubeai_auto.engines.stedgeai.command_line import parse, split_words
from cubeai_auto.engines.stedgeai.versions import (
    KnownVersion,
    ToolVersion,
    find_version,
    known_versions,
    parse_tool_version,
)
from cubeai_auto.errors import UsageError

DOCUMENTED = (
    ("6.0.0", "stm32ai generate --name network -m X.h5 --type keras --compression 1 --verbosity 1 --workspace W --output O"),
    ("7.0.0", "stm32ai generate --name network -m X.h5 --type keras --compression 1 --verbosity 1 --workspace W --output O"),
    ("8.1.0", "stm32ai generate --name network -m X.tflite --type tflite --compression none --verbosity 1 --workspace W --output O --allocate-inputs --series stm32g0 --allocate-outputs"),
    ("7.2.0", "stm32ai generate -m X.h5 -c none --series stm32u5 --binary --relocatable --allocate-inputs --allocate-outputs -o ./prv -n network"),
    ("8.0.0", "stm32ai generate -m X.tflite --output D --workspace D --series stm32u5 --dll --allocate-inputs --allocate-outputs --quiet -O balanced"),
    ("9.1.0", "stedgeai generate --model X.tflite --allocate-inputs --allocate-outputs --target stm32 --name network --workspace W --output O"),
    ("10.2.0", "stedgeai.exe analyze --target stm32f4 --name network -m X.onnx --compression none --verbosity 1 --workspace C:/Users/x/mxAI_workspace123 --output C:\\Users\\x\\.stm32cubemx\\network_output"),
    ("10.2.0", "stedgeai validate --target stm32f4 --name network -m X.onnx --compression none --verbosity 1 --workspace W --output O --mode target --desc serial:COM6:115200"),
    ("10.2.0", "stedgeai generate --no-inputs-allocation --no-outputs-allocation --model X.tflite --target stm32n6 --st-neural-art default@user_neuralart.json"),
    ("12.0.0", "stedgeai generate --model X.onnx --target stm32n6 --st-neural-art=-E --binary --workspace workspace_gen --output st_ai_output"),
)  # fmt: skip

# Written independently of the option table: what two lines must have in common.
ALIASES = {
    "-m": "--model", "-n": "--name", "-c": "--compression", "-O": "--optimization", "-t": "--type",
    "-w": "--workspace", "-o": "--output", "-v": "--verbosity", "-d": "--desc", "-b": "--batch-size",
}  # fmt: skip


def meaning(words: list[str], stedgeai: bool) -> set[tuple[str, str]]:
    """Options with their values; allocation flags are no-ops in stedgeai."""
    found: set[tuple[str, str]] = {("command", words[0])}
    name, values = "", list[str]()
    for word in [*words[1:], "--end"]:
        if word.startswith("-"):
            if name:
                found.add((ALIASES.get(name, name), " ".join(values)))
            name, equals, value = word.partition("=")
            values = [value] if equals else []
        else:
            values.append(word)
    if stedgeai:
        found -= {("--allocate-inputs", ""), ("--allocate-outputs", "")}
    elif ("--target", "stm32f4") in found:
        found = found - {("--target", "stm32f4")} | {("--series", "stm32f4")}
    return found


def check(line: str, version: ToolVersion) -> None:
    request = parse(line, version)
    written = build(request, version)
    original = split_words(line)
    if not original[0].startswith(("gen", "ana", "val")):
        original = original[1:]
    stedgeai = version.program == "stedgeai"
    assert meaning(list(written), stedgeai) == meaning(original, stedgeai)
    assert parse(written, version) == request or stedgeai
    assert build(parse(written, version), version) == written


@pytest.mark.parametrize(("pack", "line"), DOCUMENTED)
def test_documented_lines(pack: str, line: str) -> None:
    check(line, find_version(pack))


def corpus_lines(folder: Path) -> list[tuple[str, str, ToolVersion]]:
    found = []
    for path in sorted(folder.iterdir()):
        if path.name == "INDEX.csv":
            continue
        text = path.read_text("utf-8", errors="replace")
        if path.suffix == ".json":
            found += json_lines(path.name, json.loads(text))
        elif match := re.search(r"^ ?Parameters +: (.*?)\s*$", text, re.MULTILINE):
            found.append((path.name, match[1], parse_tool_version(text)))
    return found


def json_lines(name: str, document: dict[str, object]) -> list[tuple[str, str, ToolVersion]]:
    found = []
    if isinstance(line := document.get("cli_parameters"), str):
        told = document["tools_version"]
        pack = (
            parse_tool_version(f"ST Edge AI Core v{told}")
            if isinstance(told, str)
            else find_version(".".join(str(told[k]) for k in ("major", "minor", "micro")))  # type: ignore[index]
        )
        found.append((name, line, pack))
    environment = document.get("environment")
    for tool in environment.get("tools", []) if isinstance(environment, dict) else []:
        if tool["name"] == "ST.EdgeAI.Core":
            version = parse_tool_version(f"ST Edge AI Core v{tool['version']}")
            found.append((name, tool["arguments"], version))
    return found


@pytest.mark.corpus
def test_every_line_of_the_real_reports(corpus: Path) -> None:
    lines = corpus_lines(corpus / "reports")
    assert len(lines) >= 60
    packs = {version.pack for _, _, version in lines}
    assert len(packs) >= 13
    for name, line, version in lines:
        assert version.known, name
        try:
            check(line, version)
        except Exception as error:
            raise AssertionError(f"{name}: {line}") from error


PATHS = st.text("abcXYZ019._-/ äé\\:", min_size=1, max_size=12).map(lambda t: "m" + t.strip())
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
TARGETS = st.sampled_from(["stm32", "stm32f4", "stm32h7", "stm32u5", "stm32l4"])


@st.composite
def lines(draw: st.DrawFn) -> tuple[ToolVersion, list[str]]:
    """Words that a version accepts, in any order and spelling."""
    version = find_version(draw(st.sampled_from([v.pack for v in known_versions()])))
    pack = version.order
    command = draw(st.sampled_from(["analyze", "generate", "validate"]))
    pool: list[list[str]] = [
        [draw(st.sampled_from(["-n", "--name"])), draw(NAMES)],
        [draw(st.sampled_from(["-w", "--workspace", "--work"])), draw(PATHS)],
        [draw(st.sampled_from(["-v", "--verbosity", "--verbose"])), draw(st.sampled_from("012"))],
        ["--split-weights"], ["--allocate-inputs"],
        [draw(st.sampled_from(["-t", "--type"])), draw(st.sampled_from(["keras", "onnx", "tflite"]))],
        ["-c", draw(st.sampled_from("148" if pack < (7, 1) else ["none", "lossless", "high"]))],
    ]  # fmt: skip
    if (7, 2) <= pack < (9,):
        pool += [["--series", draw(TARGETS)], ["--target", "./pool.json"]]
    if pack >= (7, 3):
        pool += [["--quiet"], ["-O", draw(st.sampled_from(["time", "ram", "balanced"]))]]
    if pack >= (9, 1):
        pool += [["--target", draw(TARGETS)], ["--no-outputs-allocation"], ["--memory-pool", "p.json"]]
    if pack >= (10,):
        pool += [["--c-api", "legacy"], [f"--input-memory-alignment={draw(st.integers(1, 64))}"]]
    if command == "generate":
        pool += [["--binary"], ["-r"]]
    if command == "validate":
        pool += [
            ["-b", str(draw(st.integers(1, 500)))],
            ["-vi", *draw(st.lists(PATHS, min_size=1, max_size=3))],
            ["--mode", draw(st.sampled_from(["x86", "stm32"] if pack < (8,) else ["host", "target"]))],
            ["--seed", str(draw(st.integers(0, 2**32 - 1)))],
        ]
        if pack >= (7,):
            pool.append(["--range", str(draw(st.floats(-9, 0))), str(draw(st.integers(1, 9)))])
    chosen = draw(st.lists(st.sampled_from(pool), unique_by=lambda words: words[0], max_size=8))
    words = [command, "-m", draw(PATHS)]
    return version, words + [word for option in chosen for word in option]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines())
def test_building_what_was_read_is_stable(case: tuple[ToolVersion, list[str]]) -> None:
    version, words = case
    request = parse(words, version)
    written = build(request, version)
    again = parse(written, version)
    assert build(again, version) == written
    if version.order < (9,):
        assert again == request


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(known_versions()))
def test_any_text_is_read_or_refused(text: str, known: KnownVersion) -> None:
    version = find_version(known.pack)
    with contextlib.suppress(UsageError):
        build(parse("generate -m x " + text, version), version)
