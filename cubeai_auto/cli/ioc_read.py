"""``ioc show``, ``ioc lint`` and ``ioc diff``: what only reads."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cubeai_auto.cubemx import Finding, InstalledCubeAI, Overview
    from cubeai_auto.quantity import JsonValue, Quantity

__all__ = ["VERBS", "IocVerb"]

IocVerb: TypeAlias = tuple[
    str, str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]
]
"""Name, help, the function that declares arguments, and the one that does the work."""


def _declare_nothing(parser: argparse.ArgumentParser) -> None:
    del parser


def _declare_lint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--alone",
        action="store_true",
        help="do not look at the IDE project and the generated code beside the file",
    )


def _declare_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="A", type=Path, help="an .ioc file")
    parser.add_argument("after", metavar="B", type=Path, help="another one")


def _show(options: argparse.Namespace) -> int:
    """Print what a project is, at a glance."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cubemx import overview, read_project

    found = overview(read_project(options.file))
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/ioc-show/1",
        "file": str(options.file),
        **found.to_json(),
    }
    emit(options, payload, _overview_text(found))
    return 0


def _lint(options: argparse.Namespace) -> int:
    """Print the findings; 1 if one of them is an error."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cubemx import collect_generated, lint, read_project

    document = read_project(options.file)
    generated = None if options.alone else collect_generated(options.file)
    findings = lint(document, generated=generated)
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/ioc-lint/1",
        "file": str(options.file),
        "findings": [finding.to_json() for finding in findings],
        "looked_at": [] if generated is None else list(generated.looked_at),
        "notes": [] if generated is None else list(generated.notes),
    }
    emit(options, payload, _findings_text(options.file, findings))
    return int(any(finding.severity == "error" for finding in findings))


def _diff(options: argparse.Namespace) -> int:
    """Print what differs between two projects."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cubemx import read_project, semantic_diff
    from cubeai_auto.render.text import one_line

    diff = semantic_diff(read_project(options.before), read_project(options.after))
    payload: dict[str, JsonValue] = {
        "schema": "cubeai-auto/ioc-diff/1",
        "before": str(options.before),
        "after": str(options.after),
        "groups": diff.to_json(),
    }
    lines = [one_line(line) for line in diff.lines()] or ["no difference"]
    emit(options, payload, "\n".join(lines))
    return 0


VERBS: tuple[IocVerb, ...] = (
    (
        "show",
        "show what a project is: chip, toolchain, memory, clock, networks",
        _declare_nothing,
        _show,
    ),
    ("lint", "check a project against the rules that real ones keep", _declare_lint, _lint),
    (
        "diff",
        "compare two projects: pins, clocks, peripherals, X-CUBE-AI, project",
        _declare_diff,
        _diff,
    ),
)


def _findings_text(path: Path, findings: tuple[Finding, ...]) -> str:
    from cubeai_auto.render.text import one_line

    lines = []
    for finding in findings:
        place = str(path) if finding.line is None else f"{path}:{finding.line}"
        key = "" if finding.key is None else f"{_short(finding.key)}: "
        lines.append(
            one_line(f"{place}: {finding.severity}: {key}{_short(finding.message)} [{finding.rule}]")
        )
    count = {
        severity: sum(finding.severity == severity for finding in findings)
        for severity in ("error", "warning", "info")
    }
    lines.append(f"{count['error']} errors, {count['warning']} warnings, {count['info']} remarks")
    return "\n".join(lines)


def _overview_text(found: Overview) -> str:
    rows = [
        ("project", found.project),
        ("mcu", " ".join(text for text in (found.mcu, found.part_number, found.package) if text)),
        ("board", found.board),
        ("toolchain", found.toolchain),
        ("CubeMX", found.cubemx),
        ("firmware", found.firmware),
        ("contexts", ", ".join(found.contexts)),
        *((f"{name} clock", _amount(clock)) for name, clock in found.clocks.items()),
    ]
    for memory in found.memory:
        where = "" if memory.context is None else f" ({memory.context})"
        rows.append((f"heap, stack{where}", f"{_amount(memory.heap)}, {_amount(memory.stack)}"))
    rows += [
        ("pins", str(found.pins)),
        ("peripherals", ", ".join(found.peripherals)),
        ("packs", ", ".join(found.packs)),
    ]
    width = max(len(name) for name, text in rows if text)
    lines = [f"{name:<{width}}  {_line(text)}" for name, text in rows if text]
    for pack in found.cube_ai:
        lines += ["", *_pack_lines(pack)]
    return "\n".join(lines)


def _pack_lines(pack: InstalledCubeAI) -> list[str]:
    from cubeai_auto.cubemx.overview import network_figures

    where = "" if pack.context is None else f" in {pack.context}"
    uart = "" if pack.uart is None else f" over {pack.uart.instance}"
    lines = [f"X-CUBE-AI {pack.pack}{where}: {_line(pack.application or 'core only')}{uart}"]
    for network in pack.networks:
        figures = network_figures(pack, network)
        lines.append(_line(f"  {network.name}: {network.kind or '?'} {network.path or '?'}"))
        if network.analyzed:
            values = (figures.macc, figures.ram, figures.flash)
            macc, ram, flash = (_amount(value) for value in values)
            counted = f"{macc}, " if figures.macc.known else ""
            lines.append(f"    {counted}{ram} RAM, {flash} flash (cached by CubeMX)")
        else:
            lines.append("    not analyzed")
    if pack.orphan_slots:
        lines.append(f"  and keys of {len(pack.orphan_slots)} networks that are gone")
    return lines


def _amount(quantity: Quantity) -> str:
    if quantity.value is None:
        return "-"
    return f"{quantity.value:,} {quantity.unit}"


def _line(text: str) -> str:
    from cubeai_auto.render.text import one_line

    return one_line(text)


def _short(text: str) -> str:
    from cubeai_auto.cubemx.semantic_diff import abbreviated

    return abbreviated(text)
