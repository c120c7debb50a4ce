"""The Makefile that CubeMX generates: ``C_SOURCES``, ``C_INCLUDES``, ``LIBS`` and ``LIBDIR``.

New words stand on lines of their own, as CubeMX writes them, and can be taken out without a trace.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from cubeai_auto.cubemx.ide.edit import (
    IdeChange,
    IdeEdit,
    IdeFormatError,
    OtherKindError,
    Splice,
    edited,
    main_newline,
    plain_text,
)
from cubeai_auto.cubemx.ide.makesyntax import Assignment, Line, Word, assignments_of, lines_of
from cubeai_auto.cubemx.ide.runtime import IdeAdditions, find_runtimes
from cubeai_auto.errors import UsageError

__all__ = ["add_to_makefile", "remove_from_makefile"]

_SOURCES, _INCLUDES, _LIBRARIES, _DIRECTORIES = "C_SOURCES", "C_INCLUDES", "LIBS", "LIBDIR"
_PREFIXES = {_SOURCES: "", _INCLUDES: "-I", _LIBRARIES: "-l:", _DIRECTORIES: "-L"}
_GROUPED = re.compile(r"--start-group[^\n]*?\$[({]LIBS[)}]")


@dataclass(frozen=True, slots=True)
class _Makefile:
    """A Makefile's text, one character a byte."""

    data: bytes
    text: str
    lines: tuple[Line, ...]
    assignments: tuple[Assignment, ...]

    def of(self, name: str) -> tuple[Assignment, ...]:
        return tuple(found for found in self.assignments if found.name == name)

    def place_for(self, name: str) -> Assignment:
        """The assignment that takes new words: the one that sets the variable, if there is one.

        Raises:
            OtherKindError: there is no list of sources at all.
            IdeFormatError: another variable is missing.
        """
        found = self.of(name)
        if not found:
            kind = OtherKindError if name == _SOURCES else IdeFormatError
            msg = f"the Makefile has no variable {name}"
            raise kind(msg, hint=f"add a line `{name} =`, as the Makefile of CubeMX has it")
        return min(found, key=lambda item: (item.conditional, item.operator == "+="))


def add_to_makefile(data: bytes, additions: IdeAdditions) -> IdeEdit:
    """Add what the Makefile does not have yet.

    Args:
        data: the Makefile.
        additions: with paths relative to its folder.

    Raises:
        OtherKindError: it has no ``C_SOURCES``.
        IdeFormatError: it is binary, or has no ``C_INCLUDES``, ``LIBS`` or ``LIBDIR``.
        UsageError: a path has blanks, which make cannot handle.
    """
    makefile = _read(data)
    splices: list[Splice] = []
    changes: list[IdeChange] = []
    notes: list[str] = []
    for name, paths in _wanted(additions):
        target = makefile.place_for(name)
        words = [_bytewise(_PREFIXES[name] + path) for path in paths]
        if name == _LIBRARIES:
            other = _other_runtime(makefile, words[0])
            if other is not None:
                splices.append(_replacement(other, words[0]))
                changes.append(IdeChange(name, _readable(other.text), _readable(words[0])))
                notes.append(f"{_readable(other.text)} was replaced by {_readable(words[0])}")
                continue
        missing = [word for word in words if not _is_present(makefile, name, word)]
        if missing:
            splices.append(_insertion(makefile, target, missing))
        changes += (IdeChange(name, None, _readable(word)) for word in missing)
    return edited(data, splices, changes, [*notes, *_notes(makefile, additions)])


def remove_from_makefile(
    data: bytes, additions: IdeAdditions, added: Sequence[IdeChange] | None = None
) -> IdeEdit:
    """Take out what :func:`add_to_makefile` puts in.

    Args:
        data: the Makefile.
        additions: with paths relative to its folder.
        added: the changes of the edit that is undone; without them every source in the folders
            of ``additions`` goes, its include paths, and every ``NetworkRuntime`` library.

    Raises:
        IdeFormatError: it is binary.
    """
    makefile = _read(data)
    splices: list[Splice] = []
    changes: list[IdeChange] = []
    for name, paths in _wanted(additions):
        doomed = {_canonical(name, _bytewise(path)) for path in paths}
        if name == _SOURCES:
            # Which files a tool generated is not known any more; their folder is.
            doomed = {posixpath.dirname(path) for path in doomed}
        for assignment in makefile.of(name):
            gone: list[Word] = []
            for word in assignment.words:
                change = _removal(name, word, doomed, added)
                if change is None:
                    continue
                changes.append(IdeChange(name, _readable(word.text), change.before))
                if change.before is not None:
                    splices.append(_replacement(word, _bytewise(change.before)))
                else:
                    gone.append(word)
            splices += _removals(makefile.lines, assignment, gone)
    return edited(data, splices, changes)


def _read(data: bytes) -> _Makefile:
    text = plain_text(data, "the Makefile")
    lines = lines_of(text)
    return _Makefile(data, text, lines, tuple(assignments_of(lines)))


def _wanted(additions: IdeAdditions) -> list[tuple[str, tuple[str, ...]]]:
    wanted = [(_SOURCES, additions.sources), (_INCLUDES, additions.include_paths)]
    if additions.library is not None:
        wanted.append((_LIBRARIES, (additions.library.file,)))
        wanted.append((_DIRECTORIES, (additions.library.folder,)))
    for _, paths in wanted:
        for path in paths:
            if " " in path:
                msg = f"make cannot handle the blank in {path!r}"
                raise UsageError(msg, hint="move the sources to a folder without blanks")
    return wanted


def _bytewise(text: str) -> str:
    return text.encode().decode("latin-1")


def _readable(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")


def _canonical(name: str, word: str) -> str:
    """A word in one spelling: without quotes, prefix and ``./``."""
    text = word.replace('"', "").replace("'", "").removeprefix(_PREFIXES[name])
    return posixpath.normpath(text) if text else ""


def _is_present(makefile: _Makefile, name: str, word: str) -> bool:
    wanted = _canonical(name, word)
    for assignment in makefile.of(name):
        for known in assignment.words:
            text = _canonical(name, known.text)
            pattern = text.rstrip(")") if "*" in text else text
            if fnmatchcase(wanted, pattern) if "*" in text else wanted == text:
                return True
    return False


def _other_runtime(makefile: _Makefile, wanted: str) -> Word | None:
    """The runtime library of another version that the project links."""
    words = [word for assignment in makefile.of(_LIBRARIES) for word in assignment.words]
    found = [word for word in words if find_runtimes(word.text)]
    return found[0] if found and all(wanted not in word.text for word in found) else None


def _replacement(word: Word, text: str) -> Splice:
    return Splice(word.start, word.end, text.encode("latin-1"))


def _insertion(makefile: _Makefile, target: Assignment, words: Sequence[str]) -> Splice:
    first, last = makefile.lines[target.first], makefile.lines[target.last]
    newline = first.newline or main_newline(makefile.text)
    if target.commented:
        text = f"{newline}{target.name} += {' '.join(words)}"
        return Splice(last.end, last.end, text.encode("latin-1"))
    grouped = bool(_GROUPED.search(makefile.text))
    if target.name == _LIBRARIES and target.words and not grouped:
        # A linker looks a symbol up in later libraries only: -lm must stay behind.
        place = target.words[0].start
        return Splice(place, place, "".join(f"{word} " for word in words).encode("latin-1"))
    if last.continues or (target.last > target.first and not last.text.strip()):
        # The last word already has its backslash; an empty line ends the list.
        place = last.end + len(last.newline) if last.continues else last.start
        text = "".join(f"{word} \\{newline}" for word in words)
        if last.continues and not last.newline:
            text = newline + text.removesuffix(newline)
        return Splice(place, place, text.encode("latin-1"))
    text = "".join(f" \\{newline}{word}" for word in words)
    return Splice(last.end, last.end, text.encode("latin-1"))


def _removal(
    name: str, word: Word, doomed: set[str], added: Sequence[IdeChange] | None
) -> IdeChange | None:
    """What shall become of a word: nothing (``None``), or gone, or the one it replaced."""
    text = _canonical(name, word.text)
    if added is not None:
        for change in added:
            if change.key == name and text == _canonical(name, _bytewise(change.after or "")):
                return change
        return None
    place = posixpath.dirname(text) if name == _SOURCES else text
    if place in doomed or (name == _LIBRARIES and find_runtimes(word.text)):
        return IdeChange(name, None, word.text)
    return None


def _removals(lines: Sequence[Line], assignment: Assignment, gone: Sequence[Word]) -> Iterator[Splice]:
    """The splices that take words out, and the lines that then are empty."""
    if not gone:
        return
    first, last = lines[assignment.first], lines[assignment.last]
    if assignment.operator == "+=" and len(gone) == len(assignment.words) and assignment.first:
        yield Splice(first.start - len(lines[assignment.first - 1].newline), last.end, b"")
        return
    words: dict[int, list[Word]] = {}
    for word in assignment.words:
        words.setdefault(word.line, []).append(word)
    empty = {n for n, found in words.items() if n > assignment.first and all(w in gone for w in found)}
    end = assignment.last + 1
    while end - 1 in empty:
        end -= 1
    if end <= assignment.last and not last.newline and last.continues:
        yield Splice(lines[end - 1].end, last.end, b"")
    elif end <= assignment.last and not last.continues:
        before = lines[end - 1]
        text = before.text[:-1]
        cut = len(text) - 1 if text.endswith(" ") else len(text)
        yield Splice(before.start + cut, last.end, b"")
    else:
        end = assignment.last + 1
    for number, found in words.items():
        line = lines[number]
        if number >= end:
            continue
        if number in empty:
            yield Splice(line.start, line.end + len(line.newline), b"")
            continue
        for word in found:
            if word in gone:
                yield _without(line, word)


def _without(line: Line, word: Word) -> Splice:
    """A word and one of the blanks beside it."""
    after = line.text[word.end - line.start :]
    if after.startswith((" ", "\t")) and after.strip(" \t\\"):
        return Splice(word.start, word.end + 1, b"")
    before = line.text[: word.start - line.start]
    return Splice(word.start - (1 if before.endswith((" ", "\t")) else 0), word.end, b"")


def _notes(makefile: _Makefile, additions: IdeAdditions) -> Iterator[str]:
    for name in (_LIBRARIES, _DIRECTORIES) if additions.library else ():
        if f"$({name})" not in makefile.text and f"${{{name}}}" not in makefile.text:
            yield f"the Makefile sets {name}, but no rule uses it: add $({name}) to LDFLAGS"
    known = {
        posixpath.basename(word.text): word.text
        for assignment in makefile.of(_SOURCES)
        for word in assignment.words
    }
    for path in additions.sources:
        other = known.get(posixpath.basename(path))
        if other is not None and _canonical(_SOURCES, other) != path and "*" not in other:
            yield f"{other} and {path} would make the same object file"
