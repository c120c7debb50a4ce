"""A user's own library of TensorFlow Lite Micro, linked with the generated resolver and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.discovery import Tool
from cubeai_auto.errors import MissingPathError, ToolFailedError, ToolMissingError, UsageError
from cubeai_auto.files import existing_file, refusals, templates_dir, write_files
from cubeai_auto.firmware.compile import compile_sources, fresh_folder
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import LINK_SPECS, arm_gcc, check_newlib
from cubeai_auto.target import targets
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm.attribution import Attribution
from cubeai_auto.tflm.builds import Build, Registrations
from cubeai_auto.tflm.cores import find_core
from cubeai_auto.tflm.export import sources
from cubeai_auto.tflm.map_attribution import attribute_map
from cubeai_auto.tflm.values import TflmFootprint

__all__ = ["CPP_LIBRARY_HINT", "link_with_library"]

CPP_LIBRARY_HINT = (
    "sudo apt-get install libstdc++-arm-none-eabi-newlib (Debian packs it apart), "
    "or use Arm's own toolchain through ARM_NONE_EABI_GCC"
)
_INTERPRETER = Path("tensorflow/lite/micro/micro_interpreter.h")
_LANGUAGE = (
    "-std=c++17", "-fno-rtti", "-fno-exceptions", "-fno-threadsafe-statics", "-ffunction-sections",
    "-fdata-sections", "-funsigned-char", "-Os", "-DTF_LITE_STATIC_MEMORY",
)  # fmt: skip
_BUILD_FLAGS: dict[str, tuple[str, ...]] = {
    "release": ("-DNDEBUG", "-DTF_LITE_STRIP_ERROR_STRINGS"),
    "release_with_logs": ("-DNDEBUG",),
    "default": (),
}
_NAME = "network"
_MAP = "firmware.map"
_PROBE = "#include <cstddef>\n#include <cstdint>\n#include <type_traits>\nint main() { return 0; }\n"


def link_with_library(
    graph: Graph,
    model: bytes,
    predicted: TflmFootprint,
    *,
    library: Path,
    includes: Sequence[Path],
    work: Path,
    build: Build = "release",
    registrations: Registrations = "default",
    log: Path | None = None,
) -> Attribution:
    """Link the smallest firmware for a model with a library of TFLM, and attribute its map.

    Args:
        graph: the model, read.
        model: the model file's content.
        predicted: core, kernels and arena size are taken from it.
        library: ``libtensorflow-microlite.a``, built for the same core and float ABI.
        includes: the folders of its headers: TFLM's root, flatbuffers, gemmlowp and so on.
        work: a scratch folder; ``work/tflm`` is made anew.
        build: the library's build type, for the macros that its headers read.
        registrations: which kernels the resolver adds.
        log: receives commands and messages.

    Raises:
        UsageError: no core is given, or none that a target here has.
        MissingPathError: library or headers do not exist.
        ToolMissingError: compiler, C library or C++ library are not there.
        UnsupportedModelError: TFLM has no kernel for an operator, or the program does not fit.
        ToolFailedError: the sources do not compile with these headers, or do not link.
    """
    existing_file(library, "the library")
    _require_headers(includes)
    flags = _core_flags(predicted.core or "")
    compiler = arm_gcc()
    check_newlib(compiler.path, flags)
    folder = fresh_folder(work / "tflm")
    folders = tuple(include.absolute() for include in includes)
    _check_cpp(compiler, flags, folders, folder)
    template = templates_dir() / "tflm"
    written = sources(graph, model, predicted, name=_NAME, registrations=registrations)
    generated = folder / "generated"
    with refusals("read", template):
        texts = {name: (template / name).read_text("utf-8") for name in ("main.cc", "tflm.ld")}
    write_files(generated, {**written, **texts})
    kernels = ("-DCMSIS_NN",) if predicted.kernels == "cmsis-nn" else ()
    compiled = compile_sources(
        compiler,
        [generated / "main.cc", generated / f"{_NAME}_model.cc"],
        folder,
        "application",
        flags=(*flags, *_LANGUAGE, *_BUILD_FLAGS[build], *kernels),
        includes=(generated, *folders),
        log=log,
    )
    link(
        compiler,
        compiled.objects,
        "firmware.elf",
        folder,
        flags=(
            *flags, *LINK_SPECS, "-nostartfiles", "-Wl,--gc-sections", f"-Wl,-Map={_MAP}",
            "-T", "generated/tflm.ld",
        ),
        libraries=(str(library.absolute()), *_cpp_library(compiler, flags), "-lm"),
        log=log,
    )  # fmt: skip
    found = attribute_map(folder / _MAP, len(model))
    note = f"linked here by {compiler.banner} for {' '.join(flags)}"
    return replace(found, file=str(library), kind="linked with your library", notes=(note,))


def _require_headers(includes: Sequence[Path]) -> None:
    for include in includes:
        if not include.is_dir():
            msg = f"the folder of headers does not exist: {include}"
            raise MissingPathError(msg)
    if not any((include / _INTERPRETER).is_file() for include in includes):
        msg = f"no folder of headers holds {_INTERPRETER.as_posix()}"
        raise MissingPathError(msg, hint="give TFLM's root folder: --include DIR")


def _core_flags(core: str) -> tuple[str, ...]:
    name = find_core(core).name
    for target in targets():
        if target.core == name:
            return target.flags
    msg = f"there are no compiler flags for {name} here"
    raise UsageError(msg, hint="choose a core of an STM32: --core")


def _check_cpp(compiler: Tool, flags: Sequence[str], includes: Sequence[Path], folder: Path) -> None:
    """Make sure that there are C++ headers; distributions pack them apart from the compiler."""
    probe = folder / "probe.cc"
    with refusals("write", probe):
        probe.write_text(_PROBE, encoding="utf-8")
    options = [item for include in includes for item in ("-I", include.as_posix())]
    command: list[str | Path] = [compiler.path, *flags, *options, "-fsyntax-only", probe.name]
    try:
        process.run(command, timeout=60, cwd=folder, env={"LC_ALL": "C"})
    except ToolFailedError as error:
        words = "\n".join(f"  | {line}" for line in error.tail)
        msg = f"{compiler.path} has no usable C++ library\n{words}"
        raise ToolMissingError(msg, hint=CPP_LIBRARY_HINT) from error


def _cpp_library(compiler: Tool, flags: Sequence[str]) -> tuple[str, ...]:
    """The C++ run-time library, if there is one; TFLM needs next to nothing of it."""
    command: list[str | Path] = [compiler.path, *flags, "-print-file-name=libstdc++_nano.a"]
    done = process.run(command, timeout=60, env={"LC_ALL": "C"})
    return ("-lstdc++",) if Path(done.stdout.strip()).is_absolute() else ()
