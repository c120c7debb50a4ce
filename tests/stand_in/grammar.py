"""The command line that each version documents, written down apart from the package's own table."""

from __future__ import annotations

import argparse

__all__ = ["Pack", "banner", "parse_arguments", "program_name"]

Pack = tuple[int, ...]

_TARGETS = [
    *("stm32", "stm32c0", "stm32f0", "stm32f3", "stm32f4", "stm32f7", "stm32g0", "stm32g4"),
    *("stm32h5", "stm32h7", "stm32l0", "stm32l4", "stm32l4p", "stm32l5", "stm32u5"),
    *("stm32wb", "stm32wl"),
]


_BANNERS = {
    (5, 0, 0): "Neural Network Tools for STM32 v1.2.0 (AI tools v5.0.0)",
    (5, 1, 0): "Neural Network Tools for STM32 v1.3.0 (AI tools v5.1.0)",
    (5, 1, 2): "Neural Network Tools for STM32 v1.3.0 (AI tools v5.1.2)",
    (5, 2, 0): "Neural Network Tools for STM32 v1.4.0 (AI tools v5.2.0)",
    (6, 0, 0): "Neural Network Tools for STM32AI v1.4.1 (STM.ai v6.0.0-RC6)",
    (7, 0, 0): "Neural Network Tools for STM32AI v1.5.1 (STM.ai v7.0.0-RC8)",
    (7, 1, 0): "Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.1.0-RC3)",
    (7, 2, 0): "Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.2.0-RC5)",
    (7, 3, 0): "Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.3.0-RC5)",
    (8, 0, 0): "Neural Network Tools for STM32AI v1.7.0 (STM.ai v8.0.0-19389)",
    (8, 1, 0): "Neural Network Tools for STM32 family v1.7.0 (stm.ai v8.1.0-19520)",
    (9, 0, 0): "STEdgeAI Core v9.0.0-19802",
    (9, 1, 0): "ST Edge AI Core v1.0.0-19899",
    (10, 0, 0): "ST Edge AI Core v2.0.0-20049",
    (10, 1, 0): "ST Edge AI Core v2.1.0-20194 329b0e98d",
    (10, 2, 0): "ST Edge AI Core v2.2.0-20266 2adc00962",
    (11, 0, 0): "ST Edge AI Core v3.0.0-20426 123672867",
    (12, 0, 0): "ST Edge AI Core v4.0.0-20500 359356bb0",
    (12, 0, 1): "ST Edge AI Core v4.0.1-20581 7ed50de05",
}


def banner(pack: Pack) -> str:
    return _BANNERS[pack]


def program_name(pack: Pack) -> str:
    return "stm32ai" if pack < (9,) else "stedgeai"


def parse_arguments(arguments: list[str], pack: Pack) -> argparse.Namespace:
    """What the version makes of its arguments; ends the process as argparse does otherwise."""
    commands = ["analyze", "generate", "validate"]
    commands += ["supported-ops"] if pack >= (8,) else []
    if arguments and arguments[0] not in commands:
        arguments = ["analyze", *arguments] if arguments[0].startswith("-") else arguments
    parser = argparse.ArgumentParser(prog=program_name(pack))
    parser.add_argument("command", choices=commands)
    parser.add_argument("-t", "--type", choices=["keras", "onnx", "tflite"])
    command = arguments[0] if arguments else ""
    if command == "supported-ops":
        parser.add_argument("--with-report", action="store_true")
        return parser.parse_args(arguments)
    _common(parser, pack)
    if command == "generate":
        _generate(parser, pack)
    if command == "validate":
        _validate(parser, pack)
    return parser.parse_args(arguments)


def _common(parser: argparse.ArgumentParser, pack: Pack) -> None:
    add = parser.add_argument
    add("-m", "--model", action="append", required=True)
    add("-n", "--name", default="network")
    factors = ["1", "4", "8"] if pack < (7, 2) else []
    names = ["none", "lossless", "low", "medium", "high"] if pack >= (7, 1) else []
    default = "1" if pack < (7, 1) else "lossless"
    add("-c", "--compression", choices=factors + names, default=default)
    folder = "stm32ai" if pack < (9,) else "st_ai"
    add("-w", "--workspace", default=f"{folder}_ws")
    add("-o", "--output", default=f"{folder}_output")
    add("-v", "--verbosity", "--verbose", type=int, choices=range(3 if pack < (6,) else 4), default=1)
    add("--split-weights", action="store_true")
    add("--allocate-inputs", action="store_true")
    if pack >= (5, 1):
        add("--allocate-outputs", action="store_true")
    if pack >= (7, 2):
        add("--quiet", action="store_true")
    if (7,) <= pack < (9,):
        add("--target", dest="pool")
    if (7, 2) <= pack < (9,):
        add("--series", dest="target", choices=_TARGETS)
    if pack >= (7, 3):
        add("-O", "--optimization", choices=["time", "ram", "balanced"], default="balanced")
    if pack >= (9,):
        targets = _TARGETS + (["stm32n6"] if pack >= (10,) else [])
        targets += ["stm32u3", "stm32v8", "stm32c5"] if pack >= (12,) else []
        add("--target", choices=targets)
        add("--memory-pool", dest="pool")
    if pack >= (9, 1):
        add("--no-inputs-allocation", action="store_true")
        add("--no-outputs-allocation", action="store_true")
    if pack >= (10,):
        default = "legacy" if pack < (11,) else "st-ai"
        add("--c-api", choices=["st-ai", "legacy"], default=default)
        add("--input-memory-alignment", type=int)
        add("--output-memory-alignment", type=int)
        add("--st-neural-art", nargs="?", const="")


def _generate(parser: argparse.ArgumentParser, pack: Pack) -> None:
    parser.add_argument("--binary", action="store_true")
    parser.add_argument("--address")
    parser.add_argument("--copy-weights-at", "--copy-weight-at")
    parser.add_argument("-r", "--relocatable", "--reloc", nargs="?", const="")
    if pack >= (7,):
        parser.add_argument("--dll", action="store_true")


def _validate(parser: argparse.ArgumentParser, pack: Pack) -> None:
    add = parser.add_argument
    modes = (["x86", "stm32"] if pack < (10,) else []) + (["host", "target"] if pack >= (8,) else [])
    modes += ["host-io-only", "target-io-only"] if pack >= (12,) else []
    add("--mode", choices=modes, default=modes[0])
    add("-d", "--desc")
    add("-b", "--batches" if pack < (6,) else "--batch-size", dest="samples", type=int, default=10)
    add("-vi", "--valinput", nargs="+")
    add("-vo", "--valoutput", nargs="+")
    add("--seed", type=int, default=42)
    if pack >= (6,):
        add("--save-csv", action="store_true")
    if pack >= (7,):
        add("--range", type=float, nargs="+")
