"""``cubeai-auto tflm``: what TensorFlow Lite Micro needs for a model on a Cortex-M."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.tflite.graph import Graph
    from cubeai_auto.tflm.attribution import Attribution
    from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "tflm"
HELP = (
    "arena and flash of a model under TensorFlow Lite Micro on a Cortex-M: predicted from the file, "
    "measured in a firmware's ELF or map, or linked with your library; also exports its sources"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="a .tflite file")
    what = parser.add_argument_group("what to predict")
    what.add_argument("--core", default="cortex-m4", help="the core (default: cortex-m4)")
    what.add_argument(
        "--kernels", default="cmsis-nn", metavar="SET", help="cmsis-nn (default) or reference"
    )
    what.add_argument(
        "--opt",
        metavar="LEVEL",
        help="Os, mixed (core -Os, kernels -O2: TFLM's own default), O2 or O3; "
        "default: mixed, or what was measured for the core",
    )
    what.add_argument(
        "--build",
        default="release",
        metavar="TYPE",
        help="release (default), release_with_logs or default (asserts and logs), as TFLM calls them",
    )
    what.add_argument(
        "--registrations",
        default="default",
        metavar="KIND",
        help="default (kernels for all data types) or int8 (the int8 kernels alone)",
    )
    where = parser.add_argument_group("what to measure")
    measured = where.add_mutually_exclusive_group()
    measured.add_argument("--elf", type=Path, metavar="FILE", help="an existing firmware's ELF file")
    measured.add_argument("--map", type=Path, metavar="FILE", help="its map file (GNU ld, IAR, Keil)")
    measured.add_argument(
        "--library", type=Path, metavar="FILE", help="your libtensorflow-microlite.a, to be linked here"
    )
    where.add_argument(
        "--include",
        type=Path,
        metavar="DIR",
        action="append",
        default=[],
        help="a folder of the library's headers; may be repeated",
    )
    where.add_argument(
        "--no-host", action="store_true", help="do not ask the TFLM of this machine whether it loads"
    )
    where.add_argument(
        "--log", metavar="FILE", type=Path, help="append everything TFLM and compilers print to it"
    )
    out = parser.add_argument_group("what to write")
    out.add_argument(
        "--export", type=Path, metavar="DIR", help="write the model array and the op resolver there"
    )
    out.add_argument("--name", default="network", help="their C name (default: network)")
    out.add_argument(
        "--language", choices=("cpp", "c"), default="cpp", help="of the array (default: cpp)"
    )


def run(options: argparse.Namespace) -> int:
    """Print the footprint; a model that TFLM cannot load is a result, too.

    Returns:
        0.

    Raises:
        UsageError: a core, kernel set, optimization, build or name that does not exist.
        MissingPathError: the model, or another file that was given, does not exist.
        ModelFormatError: the model is damaged or none.
        InputError: the ELF or map cannot be attributed.
        UnsupportedModelError: sources are wanted for a model that TFLM has no kernel for.
        ToolMissingError: a library shall be linked, and compiler or C++ library are not here.
        ToolTimeoutError: TFLM did not finish.
    """
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cli.tflm_text import footprint_text
    from cubeai_auto.errors import UsageError
    from cubeai_auto.quantity import JsonValue
    from cubeai_auto.tflite import load_model
    from cubeai_auto.tflm import footprint, host_footprint
    from cubeai_auto.tflm.combine import with_firmware, with_host
    from cubeai_auto.tflm.cores import find_core
    from cubeai_auto.tflm.flash import default_opt

    if options.include and options.library is None:
        msg = "--include goes with --library"
        raise UsageError(msg, hint="give the library that the headers belong to")
    graph = load_model(options.model)
    found = footprint(
        graph,
        core=options.core,
        kernels=options.kernels,
        opt=options.opt or default_opt(find_core(options.core).name),
        build=options.build,
        registrations=options.registrations,
    )
    if not options.no_host:
        found = with_host(found, host_footprint(options.model, graph, log=options.log))
    firmware = _firmware(options, graph, found)
    if firmware is not None:
        found = with_firmware(found, firmware)
    written = _export(options, graph, found)
    files: list[JsonValue] = [str(path) for path in written]
    payload = {"schema": "cubeai-auto/tflm/1", **found.to_json(), "exported": files}
    emit(options, payload, footprint_text(found, written))
    return 0


def _firmware(options: argparse.Namespace, graph: Graph, found: TflmFootprint) -> Attribution | None:
    """What the firmware that was given, or is linked here, holds."""
    if options.elf is not None:
        from cubeai_auto.tflm.elf_attribution import attribute_elf

        return attribute_elf(options.elf, _content(options.model))
    if options.map is not None:
        from cubeai_auto.tflm.map_attribution import attribute_map

        return attribute_map(options.map, graph.file_bytes)
    if options.library is None:
        return None
    from cubeai_auto.files import temporary_folder
    from cubeai_auto.tflm.builds import build_type, registration_kind
    from cubeai_auto.tflm.linking import link_with_library

    with temporary_folder() as work:
        return link_with_library(
            graph,
            _content(options.model),
            found,
            library=options.library,
            includes=options.include,
            work=work,
            build=build_type(options.build),
            registrations=registration_kind(options.registrations),
            log=options.log,
        )


def _export(options: argparse.Namespace, graph: Graph, found: TflmFootprint) -> tuple[Path, ...]:
    if options.export is None:
        return ()
    from cubeai_auto.tflm.builds import registration_kind
    from cubeai_auto.tflm.export import export_sources

    return export_sources(
        options.export,
        graph,
        _content(options.model),
        found,
        name=options.name,
        registrations=registration_kind(options.registrations),
        language=options.language,
    )


def _content(model: Path) -> bytes:
    from cubeai_auto.files import refusals

    with refusals("read", model):
        return model.read_bytes()
