"""``ioc add-ai``, ``update-ai``, ``upgrade-ai`` and ``remove-ai``: what changes a project."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cubeai_auto.cli.ioc_place import Place, add_place_arguments, place_from, write_edit
from cubeai_auto.cli.ioc_read import IocVerb
from cubeai_auto.errors import UsageError

if TYPE_CHECKING:
    from cubeai_auto.cubemx import AddRequest, Edit, IocDocument, Journal
    from cubeai_auto.project.analysis import ReportedAnalysis
    from cubeai_auto.quantity import JsonValue

__all__ = ["VERBS"]

_APPLICATIONS = ("ApplicationTemplate", "SystemPerformance", "Validation", "none")


@dataclass(frozen=True, slots=True)
class _Work:
    """An edit that has been worked out, with the journal to write beside its result."""

    edit: Edit
    journal: Journal | None = None
    end_journal: bool = False
    notes: tuple[str, ...] = ()


def _declare_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", action="append", type=Path, required=True, metavar="MODEL",
        help="a .tflite, .h5, .keras or .onnx file; once for each network",
    )  # fmt: skip
    parser.add_argument("--pack", required=True, metavar="VERSION", help="such as 10.2.0")
    parser.add_argument(
        "--name", action="append", default=[], metavar="NAME",
        help="the network's C name (default: network, network_1, ...); once for each model",
    )  # fmt: skip
    parser.add_argument(
        "--report", action="append", default=[], type=Path, metavar="FILE",
        help="a report of ST's tool on the network: its figures are noted; once for each model",
    )  # fmt: skip
    parser.add_argument(
        "--application", choices=_APPLICATIONS, default="none", help="none is Core only (default)"
    )
    parser.add_argument("--uart", help="of SystemPerformance and Validation, such as USART2")
    parser.add_argument(
        "--heap", type=_size, metavar="BYTES", help="at least; 0x800 for packs from 6.0 on"
    )
    parser.add_argument(
        "--stack", type=_size, metavar="BYTES", help="at least; 0x800 for packs from 6.0 on"
    )
    parser.add_argument(
        "--no-caches", action="store_true", help="leave the caches of a Cortex-M7 as they are"
    )
    parser.add_argument(
        "--switches", choices=("both", "global", "slot"), default="both",
        help="where the allocation switches stand (CubeMX does all three)",
    )  # fmt: skip
    parser.add_argument(
        "--slot", action="append", default=[], metavar="HEX",
        help="the 64 hex digits of the network's keys (default: from name and model)",
    )  # fmt: skip
    parser.add_argument(
        "--neural-art", metavar="PROFILE",
        help="run on the NPU of an STM32N6, with this profile of its compiler (n6-allmems-O3)",
    )  # fmt: skip
    add_place_arguments(parser)


def _declare_update(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, metavar="NAME", help="the network's C name")
    parser.add_argument(
        "--report", required=True, type=Path, metavar="FILE", help="a report of ST's tool on it"
    )
    add_place_arguments(parser)


def _declare_upgrade(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", required=True, metavar="VERSION", help="such as 10.2.0")
    add_place_arguments(parser)


def _declare_remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--drop-crc", action="store_true", help="switch the CRC unit off where only the pack needed it"
    )
    parser.add_argument(
        "--no-journal", action="store_true", help="do not use the journal that add-ai wrote"
    )
    add_place_arguments(parser)


def _add(options: argparse.Namespace) -> int:
    from cubeai_auto.cubemx import Journal, add_cube_ai, installed_cube_ai

    place = place_from(options)
    request, notes = _request(options, place)

    def work(document: IocDocument) -> _Work:
        edit = add_cube_ai(document, request)
        known = _journal(place)
        if not edit.changes:
            return _Work(edit, notes=notes)
        if installed_cube_ai(document) is None:
            return _Work(edit, Journal.of(edit, request.pack), notes=notes)
        return _Work(edit, None if known is None else known.then(edit), notes=notes)

    return _perform(options, place, work)


def _update(options: argparse.Namespace) -> int:
    from cubeai_auto.cli.ioc_analysis import read_analysis
    from cubeai_auto.cubemx import installed_cube_ai, update_network

    place = place_from(options)

    def work(document: IocDocument) -> _Work:
        found = read_analysis(options.report)
        edit = update_network(document, options.name, found.analysis)
        installed = installed_cube_ai(document)
        notes = () if installed is None else tuple(found.notes(options.name, installed.pack))
        return _continued(edit, place, notes)

    return _perform(options, place, work)


def _upgrade(options: argparse.Namespace) -> int:
    from cubeai_auto.cubemx import upgrade_cube_ai

    place = place_from(options)
    return _perform(
        options, place, lambda document: _continued(upgrade_cube_ai(document, options.pack), place)
    )


def _remove(options: argparse.Namespace) -> int:
    from cubeai_auto.cubemx import remove_cube_ai

    place = place_from(options)

    def work(document: IocDocument) -> _Work:
        journal = None if options.no_journal else _journal(place)
        edit = remove_cube_ai(document, journal, drop_crc=options.drop_crc)
        return _Work(edit, end_journal=journal is not None)

    return _perform(options, place, work)


VERBS: tuple[IocVerb, ...] = (
    ("add-ai", "add X-CUBE-AI and networks to a project", _declare_add, _add),
    ("update-ai", "note the figures of a new analysis of a network", _declare_update, _update),
    ("upgrade-ai", "move a project to a newer X-CUBE-AI", _declare_upgrade, _upgrade),
    ("remove-ai", "take X-CUBE-AI out of a project", _declare_remove, _remove),
)


def _request(options: argparse.Namespace, place: Place) -> tuple[AddRequest, tuple[str, ...]]:
    """What is asked for, and what does not fit between reports and networks."""
    from cubeai_auto.cli.ioc_analysis import read_analysis
    from cubeai_auto.cubemx import AddRequest, NetworkRequest, NeuralArt, kind_of, model_reference
    from cubeai_auto.files import existing_file

    models: list[Path] = options.model
    given = {"--name": options.name, "--slot": options.slot, "--report": options.report}
    for option, values in given.items():
        _check_each(option, len(values), len(models))
    names = options.name or ["network", *(f"network_{k}" for k in range(1, len(models)))]
    reports = [read_analysis(path) for path in options.report]
    networks = []
    notes: list[str] = []
    for number, (model, name) in enumerate(zip(models, names, strict=True)):
        report: ReportedAnalysis | None = reports[number] if reports else None
        networks.append(
            NetworkRequest(
                name=name,
                model=model_reference(existing_file(model, "the model"), place.anchor),
                kind=kind_of(model),
                slot=options.slot[number].lower() if options.slot else None,
                analysis=None if report is None else report.analysis,
            )
        )
        if report is not None:
            notes += report.notes(name, options.pack)
    request = AddRequest(
        pack=options.pack,
        networks=tuple(networks),
        application=None if options.application == "none" else options.application,
        heap=options.heap,
        stack=options.stack,
        caches=not options.no_caches,
        uart=options.uart,
        switches=options.switches,
        neural_art=None if options.neural_art is None else NeuralArt(options.neural_art),
    )
    return request, tuple(notes)


def _check_each(option: str, count: int, models: int) -> None:
    """An option that is given once for each model, or not at all."""
    if count not in {0, models}:
        msg = f"{models} times --model, and {count} times {option}"
        raise UsageError(msg, hint=f"give {option} once for each model, in the same order, or never")


def _continued(edit: Edit, place: Place, notes: tuple[str, ...] = ()) -> _Work:
    """A later edit: its changes go into the journal, if there is one."""
    journal = _journal(place)
    if journal is None or not edit.changes:
        return _Work(edit, notes=notes)
    return _Work(edit, journal.then(edit), notes=notes)


def _journal(place: Place) -> Journal | None:
    from cubeai_auto.cubemx import Journal, journal_path

    path = journal_path(place.source.resolve())
    return Journal.read(path) if path.is_file() else None


def _perform(options: argparse.Namespace, place: Place, work: Callable[[IocDocument], _Work]) -> int:
    """Read, edit, prove, write, tell."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cubemx import read_project, semantic_diff, verify_edit

    done = work(read_project(options.file))
    edit = done.edit
    proof = verify_edit(edit)
    written = write_edit(place, edit, done.journal, end_journal=done.end_journal)
    notes = (*edit.notes, *done.notes)
    payload: dict[str, JsonValue] = {
        "schema": f"cubeai-auto/{options.verb}/1",
        "file": str(options.file),
        "changed": [
            {"key": change.key, "before": change.before, "after": change.after}
            for change in edit.changes
        ],
        "untouched": proof.to_json(),
        "notes": list(notes),
        "dry_run": place.dry_run,
        "output": _text(written.output),
        "backup": _text(written.backup),
        "journal": _text(written.journal),
    }
    lines = list(_key_diff(place, edit)) if place.dry_run else []
    lines += semantic_diff(edit.before, edit.after).lines() if edit.changes else ["nothing to change"]
    lines += [f"note: {note}" for note in notes]
    if written.output is not None:
        lines.append(f"written: {written.output}")
    for what, path in (("backup", written.backup), ("journal", written.journal)):
        if path is not None:
            lines.append(f"{what}: {path}")
    emit(options, payload, "\n".join(_line(line) for line in lines))
    return 0


def _key_diff(place: Place, edit: Edit) -> list[str]:
    """The changed keys as lines of the file, in the form of a unified diff."""
    from cubeai_auto.cubemx.escapes import escape_key, escape_value

    if not edit.changes:
        return []
    lines = [f"--- {place.source}", f"+++ {place.target or place.source}"]
    for change in edit.changes:
        for mark, value in (("-", change.before), ("+", change.after)):
            if value is not None:
                lines.append(f"{mark}{escape_key(change.key)}={escape_value(value)}")
    return [*lines, ""]


def _size(text: str) -> int:
    """A number of bytes, decimal or with ``0x``."""
    value = int(text, 0)
    if value < 0:
        msg = f"negative: {text}"
        raise argparse.ArgumentTypeError(msg)
    return value


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _line(text: str) -> str:
    from cubeai_auto.render.text import one_line

    return one_line(text)
