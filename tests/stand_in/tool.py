# ruff: noqa: T201 - a program that prints
"""A program that behaves on the command line as a version of ST's tool documents it.

It takes no part in the package. It reads a real model and derives every figure from it; what
it generates is no inference code. Faults on demand: ``FAULTS``.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from stand_in.grammar import Pack, banner, parse_arguments, program_name

if TYPE_CHECKING:
    from stand_in.network import NetworkFacts

__all__ = ["FAULTS", "main"]

FAULTS = (
    "hang", "prompt", "prompt-wait", "partial-files", "empty-file", "no-report", "cut-report",
    "exit-0-after-error", "error-in-report", "non-utf-8", "progress", "crash", "traceback",
    "one-step", "wrong-output", "unknown-version", "no-version", "no-npz", "license",
)  # fmt: skip
_BENCH = """E200(ValidationError): TARGET: Unable to bind the ST.AI runtime with "{name}" c-model: []
  E801(HwIOError): No SERIAL COM port detected (STM board is not connected!)"""


def main(arguments: list[str], pack: Pack, faults: set[str]) -> int:
    sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    _before(faults)
    title = "SomeTool, third edition" if "unknown-version" in faults else banner(pack)
    if arguments == ["--version"]:
        return _version(title, pack, faults)
    options = parse_arguments(list(arguments), pack)
    print(title)
    if "progress" in faults:
        for done in range(3):
            print(f"\x1b[32mPASS:\x1b[0m  {done * 9}%|##| {done}/10 [00:00<..]", end="\r")
    if "crash" in faults:
        sys.stdout.flush()
        os.abort()
    if "traceback" in faults:
        raise KeyError("H")
    if options.command == "supported-ops":
        print("Parsing operators for TFLITE toolbox\n\n 3 operators found")
        print("   CONV_2D (TFLITE), FULLY_CONNECTED (TFLITE), SOFTMAX (TFLITE)")
        return 0
    refusal = _refusal(options, pack)
    if refusal:
        print(refusal, file=sys.stderr)
        return 1
    try:
        return _run(arguments, options, pack, faults)
    except Exception as error:
        from cubeai_auto.errors import CubeAIError

        if not isinstance(error, CubeAIError):
            raise
        old = pack < (7,)
        print(f"TOOL ERROR: {error.message}" if old else f"E010(InvalidModelError): {error.message}")
        return 1


def _before(faults: set[str]) -> None:
    if "hang" in faults and "--version" not in sys.argv:
        print("Neural network is being read", flush=True)
        time.sleep(60)
    if "prompt-wait" in faults and "--version" not in sys.argv:
        print("Do you accept to share statistics? [y/N] ", end="", flush=True)
        time.sleep(60)
    if "prompt" in faults and "--version" not in sys.argv:
        input("Do you accept the terms? [y/N] ")
    if "license" in faults and "--version" not in sys.argv:
        print("The license SLA0104 has not been accepted")
        sys.exit(1)


def _version(title: str, pack: Pack, faults: set[str]) -> int:
    if "no-version" in faults:
        print("cannot tell", file=sys.stderr)
        return 3
    print(title)
    if pack >= (9,) and "unknown-version" not in faults:
        print(f"  ISPU 1.1.0\n  MLC 1.1.0\n  STM32CubeAI {'.'.join(map(str, pack))}-RC1")
    return 0


def _refusal(options: object, pack: Pack) -> str:
    """What the version refuses after reading its arguments, in its own words."""
    placed = getattr(options, "address", None) or getattr(options, "copy_weights_at", None)
    if placed and getattr(options, "c_api", "legacy") == "st-ai":
        return (
            "E102(CliArgumentError): --address/--copy-weights-at arguments are not supported "
            "with the 'st-ai' c-api."
        )
    mode = getattr(options, "mode", "")
    if mode.startswith("host") and getattr(options, "target", "") in {"stm32n6", "stm32v8"}:
        return (
            "E102(CliArgumentError): Validation on host is not supported for devices based on "
            "Arm Cortex M55/M85 core."
        )
    if mode.startswith(("target", "stm32")):
        text = _BENCH.format(name=getattr(options, "name", "network"))
        return text.replace("TARGET", "stm32") if pack < (9,) else text
    return ""


def _inside(options: object, pack: Pack) -> bool:
    if pack < (9,):
        return bool(getattr(options, "allocate_inputs", False))
    return not getattr(options, "no_inputs_allocation", False)


def _run(arguments: list[str], options: object, pack: Pack, faults: set[str]) -> int:
    from stand_in.network import read_network
    from stand_in.outputs import generated_files

    name, command = options.name, options.command  # type: ignore[attr-defined]
    output, workspace = Path(options.output), Path(options.workspace)  # type: ignore[attr-defined]
    workspace.mkdir(parents=True, exist_ok=True)
    inside = _inside(options, pack)
    network = read_network(Path(options.model[0]), options.compression, inside)  # type: ignore[attr-defined]
    parameters = shlex.join(arguments).replace("'", "")
    files: dict[str, str | bytes] = {}
    evaluation: list[str] = []
    if command == "generate":
        files = generated_files(network, options, pack)  # type: ignore[arg-type]
    if command == "validate":
        import numpy as np
        from stand_in.validation import evaluation_lines, run_vectors

        named, outputs, code = run_vectors(network, options, faults)  # type: ignore[arg-type]
        stream = io.BytesIO()
        np.savez(stream, **named)
        output.mkdir(parents=True, exist_ok=True)
        if "no-npz" not in faults:
            (output / f"{name}_val_io.npz").write_bytes(stream.getvalue())
        evaluation = evaluation_lines(network, outputs, code, pack < (6,))
    return _write(
        network, options, pack, faults, files, evaluation, parameters=parameters, inside=inside
    )


def _write(
    network: NetworkFacts,
    options: object,
    pack: Pack,
    faults: set[str],
    files: dict[str, str | bytes],
    evaluation: list[str],
    *,
    parameters: str,
    inside: bool,
) -> int:
    from stand_in.outputs import c_info
    from stand_in.report_text import report_text

    output, name, command = Path(options.output), options.name, options.command  # type: ignore[attr-defined]
    output.mkdir(parents=True, exist_ok=True)
    error = "TOOL ERROR: Error in computation of shapes" if "error-in-report" in faults else ""
    text = report_text(
        network, options, pack, parameters=parameters, inside=inside,  # type: ignore[arg-type]
        files=[output / file for file in files], evaluation=evaluation, error=error,
    )  # fmt: skip
    kept = list(files.items())
    if "partial-files" in faults:
        kept = kept[: len(kept) // 2]
    if "empty-file" in faults:
        kept = [*kept[:-1], (kept[-1][0], "")]
    for file, content in kept:
        (output / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    data = text.encode()
    if "non-utf-8" in faults:
        data = data.replace(b"Created date", b"Created d\xe4te ") + b"\xc4\xe3\n"
        sys.stdout.buffer.write(b"Reading \xc4\xe3.tflite\n")
    if "cut-report" in faults:
        data = data[:40]
    if "no-report" not in faults:
        (output / f"{name}_{command}_report.txt").write_bytes(data)
    if pack >= (9,):
        document = c_info(network, options, pack, parameters, inside)  # type: ignore[arg-type]
        (output / f"{name}_c_info.json").write_text(document)
    print(f" Creating txt report file {output / f'{name}_{command}_report.txt'}")
    if "exit-0-after-error" in faults:
        print("INTERNAL ERROR: Unknown dimensions: H")
    print(f"elapsed time ({command.upper() if pack >= (12,) else command}): 0.100s")
    return 0


def run_as(pack_text: str, faults_text: str) -> int:
    """The entry of the installed script."""
    pack = tuple(int(part) for part in pack_text.split("."))
    assert program_name(pack)
    return main(sys.argv[1:], pack, set(filter(None, faults_text.split(","))))
