"""``cubeai-auto boards``: the boards known here, or all that is known of one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.board import Board, Region

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "boards"
HELP = "list the boards known here, or show all that is known of one, with the source of each field"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's own arguments."""
    parser.add_argument("board", metavar="NAME", nargs="?", help="a board, in any case, or an alias")


def run(options: argparse.Namespace) -> int:
    """Print the list or the board.

    Raises:
        UsageError: there is no such board.
    """
    from cubeai_auto.board import boards, find_board
    from cubeai_auto.cli.output import emit

    chosen = boards() if options.board is None else (find_board(options.board),)
    emit(
        options,
        {"schema": "cubeai-auto/boards/1", "boards": [board.to_json() for board in chosen]},
        _list(chosen) if options.board is None else _detail(chosen[0]),
    )
    return 0


def _list(chosen: tuple[Board, ...]) -> str:
    head = f"{'board':<18} {'MCU':<16} {'core':<11} {'FPU':<7} {'MHz':>4} {'flash':>6} {'RAM':>5}  VCP"
    lines = [head]
    for board in chosen:
        vcp = "-" if board.vcp is None else f"{board.vcp.name} {board.vcp.tx}/{board.vcp.rx}"
        lines.append(
            f"{board.name:<18} {board.mcu:<16} {board.core:<11} {board.fpu:<7}"
            f" {board.clock_hz // 1_000_000:>4} {board.flash_bytes // 1024:>6}"
            f" {board.ram_bytes // 1024:>5}  {vcp}"
        )
    return "\n".join(
        [*lines, "", "Sizes in KiB, RAM that can hold data; cubeai-auto boards NAME has the regions."]
    )


def _detail(board: Board) -> str:
    vcp = f"none: {board.no_vcp}"
    if board.vcp is not None:
        vcp = f"{board.vcp.name}, TX {board.vcp.tx}, RX {board.vcp.rx}"
    inside = "boot flash, programs lie outside" if board.boot_flash else "internal"
    facts = [
        ("aliases", ", ".join(board.aliases) or "-"),
        ("MCU", board.mcu),
        ("part number", board.cpn or "not known"),
        ("core", ", ".join((board.core, *board.other_cores)) + f"; FPU {board.fpu}"),
        ("target", board.target),
        ("clock", f"up to {board.clock_hz // 1_000_000} MHz"),
        ("flash", f"{board.flash_bytes // 1024} KiB, {inside}" if board.flash_bytes else "none inside"),
        ("VCP", vcp),
    ]
    if board.note:
        facts.append(("note", board.note))
    lines = [board.name, ""]
    lines += [f"{name:<12} {text}" for name, text in facts]
    lines += ["", "memories"]
    lines += [_memory(region) for region in (*board.ram, *board.external)]
    lines += ["", "where it comes from"]
    lines += [
        f"  {source.field:<22} {source.source}{'' if source.verified else ' (NOT VERIFIED)'}"
        for source in board.sources
    ]
    return "\n".join(lines)


def _memory(region: Region) -> str:
    notes: list[str] = [region.kind]
    if region.alias is not None:
        notes.append(f"also at 0x{region.alias:08X}")
    if region.shared:
        notes.append("not for a network")
    if region.note:
        notes.append(region.note)
    return f"  0x{region.origin:08X} {region.size // 1024:>7} KiB  {region.name:<16} {'; '.join(notes)}"
