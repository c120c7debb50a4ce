"""The arguments that ``analyze``, ``generate`` and ``validate`` share, and the request they make."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.engines.base import Engine, EngineRequest

__all__ = ["add_model_arguments", "engine_from", "request_from"]


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, the target and the engine's options."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite file")
    parser.add_argument("--target", default="stm32f4", help="STM32 series, such as stm32f4 (default)")
    parser.add_argument(
        "--engine",
        choices=("auto", "builtin", "stedgeai", "predicted"),
        default="auto",
        help="auto takes an installed ST tool where one can be driven, else the built-in engine;"
        " predicted says what ST's tool would report, without it (analyze and compare)",
    )
    parser.add_argument(
        "--tool", type=Path, metavar="PATH", help="ST's program, or the root of its installation"
    )
    parser.add_argument(
        "--versions",
        "--tool-version",
        metavar="RANGE",
        help="versions of ST's tool that will do, such as '>=10.0,<12'; with predicted, the newest"
        " of them with known figures",
    )
    parser.add_argument("--name", default="network", help="the network's C name (default: network)")
    parser.add_argument(
        "--optimization", choices=("balanced", "time", "ram", "size"), default="balanced"
    )
    parser.add_argument(
        "--compression", choices=("none", "lossless", "low", "medium", "high"), default="none"
    )
    parser.add_argument("--c-api", choices=("st-ai", "legacy"), default="st-ai")
    parser.add_argument(
        "--opt-level", choices=("Os", "O2", "O3"), default="O2", help="of the C compiler, for figures"
    )
    parser.add_argument(
        "--io-outside", action="store_true", help="inputs and outputs outside the activations"
    )
    parser.add_argument(
        "--fast-float", action="store_true", help="float results may differ in the last bits"
    )
    parser.add_argument(
        "--rounding",
        choices=("double", "single"),
        default="double",
        help="of int8 results: twice, as the built-in engine's oracle, or once (unverified)",
    )


def request_from(options: argparse.Namespace) -> EngineRequest:
    """The engine request that the arguments describe.

    Raises:
        UsageError: an unknown target.
    """
    from cubeai_auto.engines.base import EngineRequest
    from cubeai_auto.target import find_target

    return EngineRequest(
        model=options.model,
        target=find_target(options.target),
        name=options.name,
        optimization=options.optimization,
        compression=options.compression,
        c_api=options.c_api,
        opt_level=options.opt_level,
        io_in_activations=not options.io_outside,
        fast_float=options.fast_float,
        rounding=options.rounding,
    )


def engine_from(options: argparse.Namespace) -> Engine:
    """The engine that the arguments name.

    Raises:
        ToolMissingError: ST's tool was asked for and is not there.
        UsageError: a range of versions or a connection that makes no sense.
    """
    from cubeai_auto.engines import find_engine

    return find_engine(
        options.engine,
        tool=options.tool,
        versions=options.versions,
        connection=getattr(options, "connection", None),
    )
