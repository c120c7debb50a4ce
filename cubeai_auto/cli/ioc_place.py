"""Where an edited ``.ioc`` goes, and how it gets there whole, with its backup and its journal."""

from __future__ import annotations

import argparse
import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cubeai_auto.errors import MissingPathError, UsageError

if TYPE_CHECKING:
    from cubeai_auto.cubemx import Edit, Journal

__all__ = ["Place", "Written", "add_place_arguments", "place_from", "write_edit"]


@dataclass(frozen=True, slots=True)
class Place:
    """What the arguments say.

    Attributes:
        source: the file as the user named it.
        target: where the result goes; ``None`` for a dry run that names no output.
        in_place: whether that is the source itself.
        dry_run: whether nothing may be written.
    """

    source: Path
    target: Path | None
    in_place: bool
    dry_run: bool

    @property
    def anchor(self) -> Path:
        """The file whose folder model paths are relative to; of a link, what it leads to."""
        path = self.source if self.target is None else self.target
        return path.resolve() if path.is_symlink() else path


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written or, the last one, removed."""

    output: Path | None = None
    backup: Path | None = None
    journal: Path | None = None
    removed: Path | None = None


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--output``, ``--in-place`` and ``--dry-run``."""
    place = parser.add_argument_group("where the result goes")
    place.add_argument("--output", type=Path, metavar="FILE", help="write the result there")
    place.add_argument(
        "--in-place", action="store_true", help="replace the file; the old one stays as FILE.bak"
    )
    place.add_argument("--dry-run", action="store_true", help="print what would change, write nothing")


def place_from(options: argparse.Namespace) -> Place:
    """The place that the arguments describe.

    Raises:
        UsageError: none, two, or the source itself as output.
        MissingPathError: the output is a folder.
    """
    source: Path = options.file
    output: Path | None = options.output
    if output is not None and options.in_place:
        msg = "--output and --in-place exclude each other"
        raise UsageError(msg, hint="give one of them")
    if output is None and not options.in_place and not options.dry_run:
        msg = "where shall the result go?"
        raise UsageError(msg, hint="give --output FILE, --in-place (keeps a backup) or --dry-run")
    target = source if options.in_place else output
    if output is not None:
        if output.is_dir():
            msg = f"the output is a folder, not a file: {output}"
            raise MissingPathError(msg, hint="name the .ioc file to write")
        if output.exists() and source.exists() and output.samefile(source):
            msg = f"the output is the file itself: {output}"
            raise UsageError(msg, hint="use --in-place, which keeps a backup")
    return Place(source, target, options.in_place, options.dry_run)


def write_edit(place: Place, edit: Edit, journal: Journal | None, *, end_journal: bool) -> Written:
    """Write the result of an edit: all of its files, or none.

    A link stays a link. Permissions stay, and like a version control system's checkout this also
    replaces a read-only file. In place nothing is written if nothing changed.

    Args:
        place: where.
        edit: the edit.
        journal: to write beside the result.
        end_journal: the journal beside the file has served its purpose: remove it, in place.

    Raises:
        RefusedError: disk full, no permission, ...; everything is as it was.
    """
    from cubeai_auto.cubemx import journal_path
    from cubeai_auto.files import refusals, write_files

    if place.target is None or place.dry_run or (place.in_place and not edit.changes):
        return Written()
    target = place.target.resolve()
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    files: dict[str, str | bytes] = {}
    backup = None
    if place.in_place:
        backup = _free_backup(target)
        files[backup.name] = edit.before.to_bytes()
    if journal is not None:
        files[journal_path(target).name] = journal.to_json()
    files[target.name] = edit.after.to_bytes()
    write_files(target.parent, files)
    if mode is not None:
        with refusals("set the permissions of", target):
            target.chmod(mode)
    removed = journal_path(target) if end_journal and place.in_place else None
    if removed is not None:
        with contextlib.suppress(OSError):  # a journal that stays does no harm
            removed.unlink()
    return Written(
        output=place.target,
        backup=None if backup is None else place.target.with_name(backup.name),
        journal=None if journal is None else journal_path(place.target),
        removed=removed,
    )


def _free_backup(target: Path) -> Path:
    """``FILE.bak``, or the first of ``FILE.bak.1``, ``FILE.bak.2``, ... that is free."""
    backup = target.with_name(f"{target.name}.bak")
    number = 0
    while os.path.lexists(backup):
        number += 1
        backup = target.with_name(f"{target.name}.bak.{number}")
    return backup
