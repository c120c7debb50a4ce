"""A generated network compiled but for its kernels, so that each wrong kernel takes a moment."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from support.engine_cases import Collection
from support.engine_runs import output_specs, write_network
from support.mutation import replaced

from cubeai_auto import process
from cubeai_auto.codegen import CompileOptions
from cubeai_auto.files import templates_dir
from cubeai_auto.firmware.compile import compile_sources, harness_definitions
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.host import run_on_host
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.firmware.vectors import read_outputs, write_inputs
from cubeai_auto.target import find_target

__all__ = ["KernelBench", "make_bench", "mutant_on_emulator", "sanitized"]

Outputs = tuple[npt.NDArray[np.generic], ...]


@dataclass(frozen=True)
class KernelBench:
    """The sources of a network, and the objects of all but its kernels."""

    cases: Collection
    sources: Path
    objects: Path

    def run(self, work: Path, file: str, old: str, new: str) -> Outputs:
        """The outputs with one text of one kernel file replaced."""
        shutil.copytree(self.sources, work / "generated")
        mutated = work / "generated" / file
        mutated.write_text(replaced(mutated.read_text("utf-8"), old, new), "utf-8")
        kernels = sorted((work / "generated").glob("cai_*.c"))
        compiler = host_compiler()
        built = compile_sources(compiler, kernels, work, "kernels", flags=("-O0", "-std=c99"))
        objects = [*built.objects, *sorted(self.objects.rglob("*.o"))]
        program, _ = link(compiler, objects, "network.exe", work, flags=())
        count = write_inputs(work / "inputs.bin", self.cases.inputs)
        done = process.run([program, "inputs.bin", "outputs.bin"], timeout=20, cwd=work)
        specs = output_specs(self.cases.graph)
        return read_outputs(work / "outputs.bin", specs, count, done.command)


def make_bench(cases: Collection, work: Path, *, dsp: bool) -> KernelBench:
    """Generate and compile once."""
    sources, harness = work / "generated", templates_dir() / "harness"
    write_network(cases.graph, sources, CompileOptions(dsp=dsp))
    flags = ("-O0", "-std=c99", *harness_definitions("network"))
    own = [*sorted(sources.glob("network*.c")), harness / "host_main.c"]
    compile_sources(host_compiler(), own, work, "objects", flags=flags, includes=(sources, harness))
    return KernelBench(cases, sources, work / "objects")


def mutant_on_emulator(cases: Collection, work: Path, file: str, old: str, new: str) -> Outputs:
    """The emulator's outputs with one text of one kernel file replaced."""
    write_network(cases.graph, work / "generated", CompileOptions())
    kernel = work / "generated" / file
    kernel.write_text(replaced(kernel.read_text("utf-8"), old, new), "utf-8")
    ran = run_on_emulator(
        work / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        target=find_target("stm32f4"),
        work=work,
    )
    return ran.outputs


def sanitized(cases: Collection, work: Path, *, dsp: bool) -> Outputs:
    """The outputs on this machine under address and undefined-behavior sanitizers; no warnings.

    Without optimization: sanitizers take long to compile a network of a hundred outputs with it.
    """
    write_network(cases.graph, work / "generated", CompileOptions(dsp=dsp))
    ran = run_on_host(
        work / "generated",
        "network",
        cases.inputs,
        output_specs(cases.graph),
        work=work,
        opt_level="O0",
        sanitize=True,
    )
    assert ran.warnings == ()
    return ran.outputs
