"""All project files of a folder edited together: planned as values, then written all or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cubeai_auto.cubemx.ide.cmake import add_to_cmake, remove_from_cmake
from cubeai_auto.cubemx.ide.cproject import add_to_cproject, remove_from_cproject
from cubeai_auto.cubemx.ide.edit import IdeChange, IdeEdit, OtherKindError, edited
from cubeai_auto.cubemx.ide.folder import IdeFile, IdeFolder
from cubeai_auto.cubemx.ide.journal import (
    JOURNAL_NAME,
    FileRecord,
    Journal,
    read_journal,
    record_of,
)
from cubeai_auto.cubemx.ide.links import USER_FOLDER, Link, add_links, link_to, remove_links
from cubeai_auto.cubemx.ide.makefile import add_to_makefile, remove_from_makefile
from cubeai_auto.cubemx.ide.runtime import IdeAdditions
from cubeai_auto.cubemx.transaction import Replacement, replace_all
from cubeai_auto.errors import InputError, MissingPathError, UsageError
from cubeai_auto.files import refusals

__all__ = ["IdeFileEdit", "IdePlan", "apply_plan", "plan_add", "plan_remove"]

_READ = 64 * 1024 * 1024 + 1


@dataclass(frozen=True, slots=True)
class IdeFileEdit:
    """What shall become of one project file.

    Attributes:
        file: its path relative to the project folder, with ``/``.
        path: where it is.
        before: its bytes now.
        after: its bytes then; the same where nothing changes.
        changes: every value that differs.
    """

    file: str
    path: Path
    before: bytes
    after: bytes
    changes: tuple[IdeChange, ...]


@dataclass(frozen=True, slots=True)
class IdePlan:
    """An edit of a project that has been worked out; nothing is written yet."""

    folder: Path
    files: tuple[IdeFileEdit, ...]
    notes: tuple[str, ...]
    journal_before: bytes | None
    journal_after: bytes | None

    @property
    def journal(self) -> Path:
        """Where the journal stands."""
        return self.folder / JOURNAL_NAME

    @property
    def changed(self) -> tuple[IdeFileEdit, ...]:
        """The files that will differ."""
        return tuple(file for file in self.files if file.before != file.after)


def plan_add(project: IdeFolder, additions: IdeAdditions) -> IdePlan:
    """What adding a network changes. An earlier ``add`` is taken back first, so that the last counts.

    Args:
        project: the project.
        additions: as seen from the project's root.

    Raises:
        InputError: a file is damaged, or none of them can take the additions.
        MissingPathError: sources outside the IDE's folder need a ``.project``, and there is none.
        RefusedError: a file cannot be read.
        UsageError: a path cannot stand in one of the files.
    """
    old, journal = _journal(project)
    planned: list[IdeFileEdit] = []
    records: list[FileRecord] = []
    notes: list[str] = []
    foreign: list[OtherKindError] = []
    for file in project.files:
        data = _read(file.path)
        name = _name(project, file)
        if file.kind == "project" and foreign:
            continue
        seen = additions.seen_from(file.way)
        try:
            record = journal.of(name) if journal and journal.additions == additions else None
            if (
                record
                and record.original(data) is None
                and _added(project, file, data, seen).after == data
            ):
                # Edited since, but all is still there.
                planned.append(IdeFileEdit(name, file.path, data, data, ()))
                records.append(record)
                continue
            undone = _undone(project, file, data, journal, notes)
            edit = _added(project, file, undone.after, seen)
        except OtherKindError as error:
            foreign.append(error)
            notes.append(f"{name} was left alone: {error.message}")
            continue
        except InputError as error:
            _prefix(error, name)
            raise
        changes = _chained(undone.changes, edit.changes) if edit.after != data else ()
        planned.append(IdeFileEdit(name, file.path, data, edit.after, changes))
        notes += (f"{name}: {note}" for note in edit.notes)
        if edit.after != edit.before:
            records.append(record_of(name, edit))
    builds = [file for file in project.files if file.kind != "project"]
    if len(foreign) == len(builds):
        raise foreign[0]
    after = Journal(additions, tuple(records)).to_bytes() if records else None
    return IdePlan(project.folder, tuple(planned), tuple(dict.fromkeys(notes)), old, after)


def plan_remove(project: IdeFolder, additions: IdeAdditions, *, names: Sequence[str] = ()) -> IdePlan:
    """What taking a network out changes: by the journal, or without one by what is there.

    Args:
        project: the project.
        additions: what to look for where there is no journal, as seen from the project's root.
        names: the networks that shall go; they must be those of the journal.

    Raises:
        InputError: a file is damaged.
        RefusedError: a file cannot be read.
        UsageError: the journal is of other networks.
    """
    old, journal = _journal(project)
    planned: list[IdeFileEdit] = []
    notes: list[str] = []
    if journal is not None:
        known = journal.additions.names
        if names and set(names) != set(known):
            msg = f"the project has {', '.join(known)}, not {', '.join(names)}"
            raise UsageError(msg, hint="leave --name away, or add again with the networks that stay")
        files = {_name(project, file) for file in project.files}
        gone = [record.file for record in journal.files if record.file not in files]
        notes += (f"{file} is gone, so nothing is taken out of it" for file in gone)
    else:
        notes.append("no journal: every entry of this network and every runtime library is taken out")
    for file in project.files:
        data = _read(file.path)
        name = _name(project, file)
        try:
            if journal is None:
                edit = _removed(file, data, additions.seen_from(file.way), None)
            else:
                edit = _undone(project, file, data, journal, notes)
        except OtherKindError as error:
            notes.append(f"{name} was left alone: {error.message}")
            continue
        except InputError as error:
            _prefix(error, name)
            raise
        planned.append(IdeFileEdit(name, file.path, data, edit.after, edit.changes))
        notes += (f"{name}: {note}" for note in edit.notes)
    return IdePlan(project.folder, tuple(planned), tuple(dict.fromkeys(notes)), old, None)


def apply_plan(plan: IdePlan) -> None:
    """Write what was planned: all files and the journal, or nothing.

    Raises:
        RefusedError: the operating system refused, or a file changed since it was read.
    """
    items = [Replacement(file.path, file.before, file.after) for file in plan.changed]
    if plan.journal_before != plan.journal_after:
        items.append(Replacement(plan.journal, plan.journal_before, plan.journal_after))
    replace_all(items)


def _name(project: IdeFolder, file: IdeFile) -> str:
    return file.path.relative_to(project.folder).as_posix()


def _prefix(error: InputError, name: str) -> None:
    """Name the file in an error that only knows its content."""
    error.message = f"{name}: {error.message}"
    error.args = (error.message,)


def _read(path: Path) -> bytes:
    with refusals("read", path), path.open("rb") as stream:
        return stream.read(_READ)


def _journal(project: IdeFolder) -> tuple[bytes | None, Journal | None]:
    path = project.folder / JOURNAL_NAME
    with refusals("read", path):
        data = _read(path) if path.is_file() else None
    return data, None if data is None else read_journal(data)


def _added(project: IdeFolder, file: IdeFile, data: bytes, additions: IdeAdditions) -> IdeEdit:
    match file.kind:
        case "cproject":
            links = tuple(_links(additions))
            if links and project.of("project") is None:
                msg = f"{file.path.parent} has no .project to link sources from outside into"
                raise MissingPathError(msg, hint="copy the sources into the project")
            return add_to_cproject(data, _as_shown(additions))
        case "project":
            return add_links(data, tuple(_links(additions)))
        case "cmake":
            generated = _read(project.generated) if project.generated else None
            return add_to_cmake(data, additions, generated)
        case "makefile":
            return add_to_makefile(data, additions)


def _removed(
    file: IdeFile,
    data: bytes,
    additions: IdeAdditions,
    added: tuple[IdeChange, ...] | None,
) -> IdeEdit:
    match file.kind:
        case "cproject":
            return remove_from_cproject(data, _as_shown(additions), added)
        case "project":
            if added is not None:
                links = tuple(Link(change.key, change.after or "") for change in added)
            else:
                links = tuple(_links(additions))
            return remove_links(data, links)
        case "cmake":
            return remove_from_cmake(data)
        case "makefile":
            return remove_from_makefile(data, additions, added)


def _undone(
    project: IdeFolder, file: IdeFile, data: bytes, journal: Journal | None, notes: list[str]
) -> IdeEdit:
    """The edit that takes back what the journal has for a file."""
    name = _name(project, file)
    record = journal.of(name) if journal else None
    if journal is None or record is None:
        return edited(data, [], [])
    original = record.original(data)
    back = tuple(IdeChange(change.key, change.after, change.before) for change in record.changes)
    if original is not None:
        return IdeEdit(data, original, back)
    notes.append(f"{name} was changed since: only what add wrote is taken out of it")
    try:
        return _removed(file, data, journal.additions.seen_from(file.way), record.changes)
    except OtherKindError:
        return edited(data, [], [])
    except UsageError as error:
        raise InputError(error.message, hint=error.hint) from error


def _chained(first: tuple[IdeChange, ...], second: tuple[IdeChange, ...]) -> tuple[IdeChange, ...]:
    """The changes of two edits after each other: what cancels out is left out, the rest is joined."""
    later = list(second)
    found: list[IdeChange] = []
    for change in first:
        back = IdeChange(change.key, change.after, change.before)
        if back in later:
            later.remove(back)
            continue
        follower = next((n for n in later if (n.key, n.before) == (change.key, change.after)), None)
        if follower is None:
            found.append(change)
        else:
            later.remove(follower)
            found.append(IdeChange(change.key, change.before, follower.after))
    return (*found, *later)


def _outside(path: str) -> bool:
    return path.startswith(("../", "/"))


def _folder_shown(path: str) -> str:
    """Where Eclipse shows a file from outside: its folders below ``Application/User``."""
    steps = [step for step in path.split("/")[:-1] if step not in {"..", ""}]
    return "/".join([USER_FOLDER, *steps])


def _links(additions: IdeAdditions) -> Iterator[Link]:
    """The links that sources outside the IDE's folder need."""
    for path in additions.sources:
        if _outside(path):
            yield link_to(path, _folder_shown(path))
    for path in additions.documents:
        if _outside(path):
            yield link_to(path, "Doc")


def _as_shown(additions: IdeAdditions) -> IdeAdditions:
    """The additions with the source folder that Eclipse shows."""
    if additions.sources and _outside(additions.source_folder):
        return replace(additions, source_folder=_folder_shown(additions.sources[0]))
    return additions
