"""Flash and RAM of a generated network, from a program that is really linked for the target.

The linker script gives network, weights, library and application output sections of their own, so
the attribution is exact: it is the linker's, read back from the ELF file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.errors import ToolFailedError
from cubeai_auto.files import refusals, templates_dir
from cubeai_auto.firmware.compile import (
    HARNESS_FLAGS,
    compile_sources,
    fresh_folder,
    harness_definitions,
    network_flags,
    network_sources,
)
from cubeai_auto.firmware.elf import ElfImage, read_elf
from cubeai_auto.firmware.link import link
from cubeai_auto.firmware.toolchain import LINK_SPECS, arm_gcc, check_newlib
from cubeai_auto.target import Target

__all__ = ["LinkedFootprint", "link_footprint"]


@dataclass(frozen=True, slots=True)
class LinkedFootprint:
    """Bytes of a linked program, each counted once.

    Alignment gaps within a group count as the group's; gaps between groups are not counted.

    Attributes:
        code: machine code of the network, with its literal pools.
        rodata: constants of the network outside ``<name>_data.c`` (descriptors, names).
        weights: all constants of ``<name>_data.c``.
        weight_symbols: of these, symbols that end in ``_weights``.
        bias_symbols: of these, symbols that end in ``_bias``.
        channel_symbols: of these, symbols that end in ``_multiplier`` or ``_shift``.
        data: initialized memory of the network: RAM, and flash for the initial values.
        bss: zeroed memory of the network.
        activations: the activations array.
        states: what a recurrent network keeps between runs.
        context: the network context.
        io: inputs and outputs outside the activations.
        library_code: C library and compiler run-time code that the network needs.
        library_rodata: their constants and unwinding tables.
        library_data: their initialized memory (RAM and flash).
        library_bss: their zeroed memory.
        application_code: code of the measuring application, with its vector table.
        application_rodata: its constants.
        application_data: its initialized memory (RAM and flash).
        application_bss: its zeroed memory.
        target: the target's name.
        flags: target and language flags of the generated code.
        compiler: the compiler's own name for itself.
        warnings: the compiler's and linker's warnings.
        elf: the linked program.
    """

    code: int
    rodata: int
    weights: int
    weight_symbols: int
    bias_symbols: int
    channel_symbols: int
    data: int
    bss: int
    activations: int
    states: int
    context: int
    io: int
    library_code: int
    library_rodata: int
    library_data: int
    library_bss: int
    application_code: int
    application_rodata: int
    application_data: int
    application_bss: int
    target: str
    flags: tuple[str, ...]
    compiler: str
    warnings: tuple[str, ...]
    elf: Path

    @property
    def network_flash(self) -> int:
        """Flash of the network itself: code, constants, weights, initial values."""
        return self.code + self.rodata + self.weights + self.data

    @property
    def library_flash(self) -> int:
        """Flash of the library functions that the network needs."""
        return self.library_code + self.library_rodata + self.library_data

    @property
    def network_ram(self) -> int:
        """RAM of the network itself: its memory, activations, states, context, inputs and outputs."""
        return self.data + self.bss + self.activations + self.states + self.context + self.io

    @property
    def library_ram(self) -> int:
        """RAM of the library functions that the network needs."""
        return self.library_data + self.library_bss

    @property
    def total_flash(self) -> int:
        """Flash of the whole program."""
        application = self.application_code + self.application_rodata + self.application_data
        return self.network_flash + self.library_flash + application

    @property
    def total_ram(self) -> int:
        """RAM of the whole program, without the stack."""
        return self.network_ram + self.library_ram + self.application_data + self.application_bss


def link_footprint(
    sources: Path,
    name: str,
    *,
    target: Target,
    work: Path,
    opt_level: str = "O2",
    fast_float: bool = False,
    c_api: str = "st-ai",
    extra_flags: Sequence[str] = (),
) -> LinkedFootprint:
    """Link the smallest application that runs the network, and read its sizes.

    The generated code is compiled with the same flags as for the emulator. The library is
    newlib-nano, as in projects of STM32CubeIDE and CubeMX.

    Args:
        sources: the folder of generated C files.
        name: the network's C name.
        target: selects the compiler flags.
        work: a scratch folder; ``work/footprint`` is made anew and keeps program and log.
        opt_level: ``"O2"``, ... for the generated code.
        fast_float: allow fused multiply-add.
        c_api: the API that the harness calls, ``st-ai`` or ``legacy``.
        extra_flags: for the generated code.

    Raises:
        UsageError: the network name or optimization level makes no sense.
        MissingPathError: the sources are not there.
        ToolMissingError: compiler or C library are not there.
        ToolFailedError: the code does not compile or link, or places something in a section
            that the attribution does not know.
    """
    files = network_sources(sources, name)
    compiler = arm_gcc()
    check_newlib(compiler.path, target.flags)
    build = fresh_folder(work / "footprint")
    log = build / "build.log"
    harness = templates_dir() / "harness"
    includes = (sources.absolute(), harness)
    flags = (*target.flags, *network_flags(opt_level, fast_float=fast_float, extra_flags=extra_flags))
    network = compile_sources(
        compiler, files, build, "network", flags=flags, includes=includes, log=log
    )
    application = compile_sources(
        compiler,
        [harness / "application.c"],
        build,
        "application",
        flags=(*target.flags, *HARNESS_FLAGS, *harness_definitions(name, c_api)),
        includes=includes,
        log=log,
    )
    script = build / "footprint.ld"
    constants = f"{name}_core" if c_api == "legacy" else name
    with refusals("write", script):
        text = (harness / "footprint.ld").read_text("utf-8").replace("@NAME@", constants)
        script.write_text(text, "utf-8", newline="\n")
    elf, link_warnings = link(
        compiler,
        [*application.objects, *network.objects],
        "application.elf",
        build,
        flags=(*target.flags, *LINK_SPECS, "-nostartfiles", "-Wl,--gc-sections", "-T", script.name),
        log=log,
    )
    warnings = (*network.warnings, *application.warnings, *link_warnings)
    return _attribute(read_elf(elf), target.name, flags, compiler.banner, warnings, elf, log)


def _attribute(
    image: ElfImage,
    target: str,
    flags: tuple[str, ...],
    compiler: str,
    warnings: tuple[str, ...],
    elf: Path,
    log: Path,
) -> LinkedFootprint:
    """Read the sections of ``footprint.ld`` back."""
    unread = {section.name for section in image.sections if section.allocated and section.size}

    def size(*names: str) -> int:
        unread.difference_update(names)
        return sum(image.size_of(name) for name in names)

    def constants(*endings: str) -> int:
        return sum(
            symbol.size
            for symbol in image.symbols
            if symbol.section == ".network_weights" and symbol.name.endswith(endings)
        )

    footprint = LinkedFootprint(
        code=size(".network_code"),
        rodata=size(".network_rodata"),
        weights=size(".network_weights"),
        weight_symbols=constants("_weights"),
        bias_symbols=constants("_bias"),
        channel_symbols=constants("_multiplier", "_shift"),
        data=size(".network_data"),
        bss=size(".network_bss"),
        activations=size(".network_activations"),
        states=size(".network_states"),
        context=size(".network_context"),
        io=size(".network_io"),
        library_code=size(".library_code"),
        library_rodata=size(".library_rodata", ".library_extab", ".library_exidx"),
        library_data=size(".library_data"),
        library_bss=size(".library_bss"),
        application_code=size(".application_vectors", ".application_code"),
        application_rodata=size(".application_rodata"),
        application_data=size(".application_data"),
        application_bss=size(".application_bss"),
        target=target,
        flags=flags,
        compiler=compiler,
        warnings=warnings,
        elf=elf,
    )
    if unread:
        msg = f"the generated code uses sections that cannot be attributed: {', '.join(sorted(unread))}"
        raise ToolFailedError(
            msg, command="ld -T footprint.ld", log=log, hint="remove section attributes"
        )
    return footprint
