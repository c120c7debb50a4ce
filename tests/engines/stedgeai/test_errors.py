# ruff: noqa: E501 - texts are quoted as they are
"""What ST's tool prints when it fails, and the error each text becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cubeai_auto.engines.stedgeai.errors import (
    BenchError,
    ConsentError,
    LicenseError,
    ModelRefusedError,
    OptionRefusedError,
    ToolCrashError,
    error_for,
)
from cubeai_auto.engines.stedgeai.messages import clean_console, find_messages, looks_like_a_prompt
from cubeai_auto.errors import CubeAIError

BIND = 'Unable to bind the ST.AI runtime with "network" c-model: []'
SERIES = "supported for devices based on Arm Cortex M55/M85 core."
TEXTS: tuple[tuple[str, type[CubeAIError], str, str, str], ...] = (
    ("E010(InvalidModelError): Non-numerical or not-string elements in dense_60_dense's parameter weights",
     ModelRefusedError, "E010", "InvalidModelError", "convert"),
    ("E010(InvalidModelError): Unrecognized keyword arguments passed to Dense: {'quantization_config': None}",
     ModelRefusedError, "E010", "InvalidModelError", "Keras version"),
    ("E010(InvalidModelError): Error during NBG compilation, model is not supported",
     ModelRefusedError, "E010", "InvalidModelError", "NPU"),
    ("E102(CliArgumentError): --address/--copy-weights-at arguments are not supported with the 'st-ai' c-api.",
     OptionRefusedError, "E102", "CliArgumentError", "legacy"),
    (f"E102(CliArgumentError): Validation on host is not {SERIES}",
     OptionRefusedError, "E102", "CliArgumentError", "board"),
    ("E102(CliArgumentError): some other argument", OptionRefusedError, "E102", "CliArgumentError",
     "leave the option out"),
    ("E103(CliRuntimeError): Error calling the Neural Art compiler",
     ToolCrashError, "E103", "CliRuntimeError", "profile"),
    ("E103(CliRuntimeError): something else", ToolCrashError, "E103", "CliRuntimeError", "newer"),
    ("terminate called: wstring_convert::from_bytes", OptionRefusedError, "", "", "ASCII"),
    (f"E200(ValidationError): TARGET: {BIND}", BenchError, "E200", "ValidationError", "aiValidation"),
    ('E200(ValidationError): stm32: Unable to bind the STM AI runtime with "x" c-model: []',
     BenchError, "E200", "ValidationError", "aiValidation"),
    (f"E200(ValidationError): TARGET: {BIND}\n   E801(HwIOError): Invalid firmware - COM6:115200",
     BenchError, "E801", "HwIOError", "aiValidation"),
    ("E801(HwIOError): Invalid firmware - COM6:115200", BenchError, "E801", "HwIOError", "flash"),
    ("E801(HwIOError): No SERIAL COM port detected (STM board is not connected!)",
     BenchError, "E801", "HwIOError", "connect the board"),
    ("E801(HwIOError): could not open port 'COM6': PermissionError(13, 'Access is denied.', None, 5)",
     BenchError, "E801", "HwIOError", "terminal program"),
    ("E801(HwIOError): No weights are available (1549912 bytes expected)",
     BenchError, "E801", "HwIOError", "weights file"),
    ("E802(NotInitializedMsgError): device is not initialized", BenchError, "E802",
     "NotInitializedMsgError", "reset"),
    ("E803(InvalidMsgError): msg", BenchError, "E803", "InvalidMsgError", "reset"),
    ("E804(InvalidParamError): msg", BenchError, "E804", "InvalidParamError", "reset"),
    ("E805(InvalidModelError): c-model is not available", BenchError, "E805", "InvalidModelError",
     "another model"),
    ("E810(NotConnectedError): msg", BenchError, "E810", "NotConnectedError", "reset"),
    ("TOOL ERROR: Weights are incompatible with model: 93180 loaded, 89864 found",
     ModelRefusedError, "", "TOOL ERROR", "same training"),
    ("TOOL ERROR: Error in computation of shapes", ModelRefusedError, "", "TOOL ERROR", "fixed shapes"),
    ("TOOL ERROR: anything", ModelRefusedError, "", "TOOL ERROR", "supported-ops"),
    ("INTERNAL ERROR: Mismatch in channel position", ToolCrashError, "", "INTERNAL ERROR", "newer"),
    ("INTERNAL ERROR: None has type NoneType, but expected one of: bytes, unicode",
     ToolCrashError, "", "INTERNAL ERROR", "newer"),
    ("INTERNAL ERROR: Unknown dimensions: H", ToolCrashError, "", "INTERNAL ERROR", "newer"),
    ("NOT IMPLEMENTED: Layer X", ModelRefusedError, "", "NOT IMPLEMENTED", "replace the operator"),
    ('invalid/unsupported "st_ai_ws/:" descriptor', OptionRefusedError, "", "", "serial:PORT"),
    ("usage: stedgeai [-h]\nstedgeai: error: unrecognized arguments: --series stm32f4",
     OptionRefusedError, "", "usage", "leave the option out"),
    ("stm32ai.exe generate: error: argument -c: invalid choice: 'low'", OptionRefusedError, "",
     "usage", "leave"),
    ("Traceback (most recent call last):\n  File 'x.py'\nKeyError: 'H'", ToolCrashError, "",
     "Traceback", "report the log"),
    ("Traceback (most recent call last):\n  File 'x.py'\nEOFError: EOF when reading a line",
     ConsentError, "", "Traceback", "by hand"),
    ("The license has not been accepted", LicenseError, "", "", "accept"),
    ("E999(SomethingNewError): in a later version", ToolCrashError, "E999", "SomethingNewError", "log"),
)  # fmt: skip


def test_there_are_enough_texts() -> None:
    assert len(TEXTS) >= 25


@pytest.mark.parametrize(("text", "kind", "code", "name", "hint"), TEXTS)
@pytest.mark.parametrize("noise", [False, True])
def test_an_error_text(
    text: str, kind: type[CubeAIError], code: str, name: str, hint: str, noise: bool, tmp_path: Path
) -> None:
    console = text
    if noise:
        console = "".join(f"PASS:  {n}%|#| {n}/10 [00:00<..]\r" for n in range(3)) + "\nReading\r\n"
        console += "\n".join(f"\x1b[31m{line}\x1b[0m" for line in text.split("\n")) + "\r\n"
    messages = find_messages(console.replace("\r\n", "\n"))
    assert messages
    error = error_for(messages, command="stedgeai x", returncode=1, tail=(), log=tmp_path / "log")
    assert type(error) is kind
    assert messages[0].code == code
    assert messages[0].kind == name
    assert messages[0].text in error.message
    assert messages[0].text in text
    assert hint in (error.hint or "")
    assert str(tmp_path / "log") in error.message


def test_the_causes_of_one_failure_stay_together() -> None:
    text = f"E200(ValidationError): TARGET: {BIND}\n    E801(HwIOError): Invalid firmware - COM6"
    messages = find_messages(text)
    assert [message.code for message in messages] == ["E801", "E200"]
    error = error_for(messages, command="x", returncode=1, tail=(), log=None)
    assert "also: E200(ValidationError)" in error.message


@pytest.mark.parametrize("code", [1, -11, 0xC0000005])
def test_no_message_at_all(code: int) -> None:
    error = error_for((), command="x", returncode=code, tail=("last",), log=None)
    assert isinstance(error, ToolCrashError)
    assert ("signal" in error.message) == (code != 1)
    assert "last" in error.message


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Do you accept the terms? [y/N] ", True),
        ("Share usage statistics (yes/no):", True),
        ("Press enter to continue", True),
        ("elapsed time (analyze): 1.0s", False),
        ("", False),
    ],
)
def test_prompts(text: str, asks: bool) -> None:
    assert bool(looks_like_a_prompt("banner\n" + text)) == asks


def test_console_lines() -> None:
    text = "PASS:   6%|..| 10/171\r\x1b[32mdone\x1b[0m  \nPASS:  7%|\nnext"
    assert clean_console(text) == ["done", "next"]


def test_ordinary_output_holds_no_error() -> None:
    text = "ST Edge AI Core v2.2.0\n rmse error=0.1\nLICENSE.txt\n Errors: 0\n>>> Shell execution has FAILED"
    assert find_messages(text) == ()
