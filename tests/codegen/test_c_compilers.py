"""Generated code under several compilers and languages: no warning anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.engine_cases import Collection
from support.engine_runs import write_network
from support.small_models import graph_of, mlp, two_in_two_out

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions
from cubeai_auto.contract import InputContract
from cubeai_auto.discovery import Tool
from cubeai_auto.firmware.compile import compile_sources, network_flags, network_sources
from cubeai_auto.firmware.toolchain import arm_gcc, host_compiler
from cubeai_auto.target import find_target

Collections = Callable[[str], Collection]

TARGETS = ("stm32f0", "stm32f1", "stm32f4", "stm32f7", "stm32u5")
CORES = ("cortex-m0", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33")
STRICT = (
    "-Werror", "-pedantic", "-Wshadow", "-Wundef", "-Wcast-align", "-Wstrict-prototypes",
    "-Wmissing-prototypes", "-Wwrite-strings", "-Wdouble-promotion",
)  # fmt: skip
CONTRACT = InputContract(
    'gray "pixels" */ ??/', "uint8", 0, 255, 0.0, 1 / 255, (10,), "row by row", background=0
)


def compiled(compiler: Tool, folder: Path, work: Path, flags: tuple[str, ...]) -> tuple[str, ...]:
    files = network_sources(folder, "network")
    return compile_sources(
        compiler, files, work, "objects", flags=(*flags, *network_flags()), includes=(folder,)
    ).warnings


def all_kernels(collection: Collections, work: Path, *, dsp: bool) -> list[Path]:
    """Folders whose networks use every kernel."""
    folders = []
    for kind in ("dense", "softmax", "conversions", "dense_f32", "softmax_f32"):
        write_network(collection(kind).graph, work / kind, CompileOptions(dsp=dsp, contract=CONTRACT))
        folders.append(work / kind)
    return folders


def test_the_host_compiler_has_nothing_to_say(collection: Collections, tmp_path: Path) -> None:
    for folder in all_kernels(collection, tmp_path, dsp=True):
        assert compiled(host_compiler(), folder, folder / "build", STRICT) == ()


@pytest.mark.arm
@pytest.mark.parametrize("name", TARGETS)
def test_the_cross_compiler_has_nothing_to_say(
    name: str, collection: Collections, tmp_path: Path
) -> None:
    target = find_target(name)
    assert target.core == CORES[TARGETS.index(name)]
    flags = (*target.flags, *STRICT)
    for folder in all_kernels(collection, tmp_path, dsp=target.dsp):
        assert compiled(arm_gcc(), folder, folder / "build", flags) == ()


def header_program(folder: Path, names: list[str]) -> Path:
    source = folder / "application.cpp"
    includes = "\n".join(f'#include "{name}"' for name in names)
    source.write_text(
        f"{includes}\n{includes}\n"
        "STAI_NETWORK_CONTEXT_DECLARE(context, STAI_NETWORK_CONTEXT_SIZE);\n"
        "int main() { return static_cast<int>(stai_network_init(context))"
        " + STAI_NETWORK_IN_1_SIZE + static_cast<int>(NETWORK_RAW_MAX); }\n",
        "utf-8",
    )
    return source


def cxx_of(compiler: Tool, tmp_path: Path) -> Path | None:
    """The C++ compiler beside a GCC, if there is one that works."""
    name = compiler.path.name.replace("gcc", "g++") if "gcc" in compiler.path.name else "g++"
    beside = compiler.path.with_name(name)
    return beside if beside.exists() else None


CXX_FLAGS = ("-std=c++11", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-c")


def check_cxx(compiler: Tool, flags: tuple[str, ...], tmp_path: Path) -> None:
    cxx = cxx_of(compiler, tmp_path)
    if cxx is None:
        pytest.skip(f"no C++ compiler beside {compiler.path}")
    for spec in (mlp(), two_in_two_out()):
        folder = tmp_path / f"{len(spec.tensors)}"
        write_network(graph_of(spec), folder, CompileOptions(contract=CONTRACT))
        source = header_program(folder, ["network.h", "network_data.h", "stai.h", "cai_kernels.h"])
        process.run([cxx, *flags, *CXX_FLAGS, source.name], timeout=60, cwd=folder)


def test_the_headers_are_cxx(tmp_path: Path) -> None:
    check_cxx(host_compiler(), (), tmp_path)


@pytest.mark.arm
def test_the_headers_are_cxx_for_the_target(tmp_path: Path) -> None:
    check_cxx(arm_gcc(), find_target("stm32f4").flags, tmp_path)
