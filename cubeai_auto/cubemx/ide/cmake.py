"""The root ``CMakeLists.txt`` of a CubeMX project: one marked block at its end.

CubeMX writes the root file once and never again; ``cmake/stm32cubemx/CMakeLists.txt`` it writes
anew each time, so nothing is ever put there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cubeai_auto.cubemx.ide.cmakesyntax import Command, commands_of, resolved, variables_of
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
from cubeai_auto.cubemx.ide.runtime import IdeAdditions, find_runtimes

__all__ = ["CMakeTarget", "add_to_cmake", "find_target", "remove_from_cmake"]

_BEGIN = "# >>> cubeai-auto"
_END = "# <<< cubeai-auto"
_BLOCK = re.compile(
    rf"^{_BEGIN}[^\n]*\n(?P<body>(?:(?!{_BEGIN}|{_END})[^\n]*\n)*){_END}[^\n\r]*", re.MULTILINE
)
_MARKER = re.compile(rf"^(?:{_BEGIN}|{_END})", re.MULTILINE)
_PROJECT_NAMES = ("${CMAKE_PROJECT_NAME}", "${PROJECT_NAME}")
_KEYWORDS = {"PUBLIC", "PRIVATE", "INTERFACE"}
_NO_PROGRAM = {"ALIAS", "IMPORTED"}
_TEMPLATE = re.compile(r"AUTO GENERATED FROM THE TEMPLATE", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CMakeTarget:
    """The program that a file builds.

    Attributes:
        written: its name as in ``add_executable``: ``${CMAKE_PROJECT_NAME}``.
        name: the same with variables resolved, as far as they are known.
        keyword: whether ``target_link_libraries`` has keywords for it; CMake forbids to mix.
    """

    written: str
    name: str
    keyword: bool


def find_target(data: bytes, generated: bytes | None = None) -> CMakeTarget:
    """The program of a root ``CMakeLists.txt``.

    Args:
        data: the root file.
        generated: the file that CubeMX generates beside it, where there is one.

    Raises:
        OtherKindError: no program is built here, or the file is CubeMX's generated one.
        IdeFormatError: it is no CMake code, or builds several programs.
    """
    text = plain_text(data, "the CMakeLists.txt")
    commands = tuple(commands_of(text))
    values = variables_of(commands)
    programs = [
        command
        for command in commands
        if command.name == "add_executable"
        and not command.inner
        and command.arguments
        and not _NO_PROGRAM.intersection(command.arguments)
    ]
    if not programs:
        raise _no_program(commands)
    project = values.get("PROJECT_NAME")
    main = [
        command
        for command in programs
        if command.word(0) in _PROJECT_NAMES or resolved(command.word(0), values) == project
    ]
    chosen = main if len(main) == 1 else programs
    if len(chosen) != 1:
        names = ", ".join(resolved(command.word(0), values) for command in chosen)
        msg = f"the CMakeLists.txt builds several programs: {names}"
        raise IdeFormatError(msg, hint="name one of them like the project")
    written = chosen[0].word(0)
    name = resolved(written, values)
    linking = [
        *commands,
        *(commands_of(plain_text(generated, "the generated file")) if generated else ()),
    ]
    keyword = any(
        command.name == "target_link_libraries"
        and resolved(command.word(0), values) == name
        and command.word(1) in _KEYWORDS
        for command in linking
    )
    return CMakeTarget(written, name, keyword)


def _no_program(commands: tuple[Command, ...]) -> OtherKindError:
    for command in commands:
        if command.name == "add_library" and command.word(0) == "stm32cubemx":
            msg = "this CMakeLists.txt is written anew by CubeMX each time"
            return OtherKindError(msg, hint="pass the project's root folder, two levels up")
    hint = "pass the folder whose CMakeLists.txt has add_executable"
    return OtherKindError("the CMakeLists.txt builds no program", hint=hint)


def add_to_cmake(data: bytes, additions: IdeAdditions, generated: bytes | None = None) -> IdeEdit:
    """Put a block with the additions at the end, or bring the one that is there up to date.

    Args:
        data: the root ``CMakeLists.txt``.
        additions: with paths relative to its folder.
        generated: CubeMX's generated file, where there is one; what it adds is left out.

    Raises:
        OtherKindError: no program is built here, or the file is CubeMX's generated one.
        IdeFormatError: it is no CMake code, builds several programs, or a marker lacks its partner.
    """
    text = plain_text(data, "the CMakeLists.txt")
    old = _block(text)
    target = find_target(data, generated)
    newline = main_newline(text)
    notes: list[str] = []
    missing = _without_generated(additions, generated, notes)
    if missing is None:
        wanted: list[tuple[str, tuple[str, ...]]] = []
    else:
        wanted = _commands(missing, target)
    if _TEMPLATE.search(text):
        notes.append("this file is generated from a template: put the block there too")
    changes = _changes(old["body"] if old else "", wanted)
    if not wanted:
        return remove_from_cmake(data) if old else edited(data, [], [], notes)
    block = _rendered(additions, wanted, newline)
    encoded = block.encode("latin-1")
    if old is not None:
        if old[0] == block:
            return edited(data, [], [], notes)
        return edited(data, [Splice(old.start(), old.end(), encoded)], changes, notes)
    start = newline.encode()
    end = start if text.endswith("\n") else b""
    return edited(data, [Splice(len(data), len(data), start + encoded + end)], changes, notes)


def remove_from_cmake(data: bytes) -> IdeEdit:
    """Take the block out, with the empty line before it.

    Raises:
        IdeFormatError: the file is binary, or a marker lacks its partner.
    """
    text = plain_text(data, "the CMakeLists.txt")
    block = _block(text)
    if block is None:
        return edited(data, [], [])
    start, end = block.span()
    before = re.search(r"(?:\r?\n){0,2}\Z", text[:start][-4:])
    blanks = before[0] if before else ""
    newline = "\r\n" if blanks.endswith("\r\n") else "\n"
    start -= len(newline) if blanks else 0
    if blanks.count("\n") == 2 and text[end:].startswith(("\n", "\r\n")):
        # The block was put behind a line end and brought its own; without one it brought none.
        end += 2 if text[end:].startswith("\r\n") else 1
    changes = _changes(block["body"], [])
    return edited(data, [Splice(start, end, b"")], changes)


def _block(text: str) -> re.Match[str] | None:
    blocks = list(_BLOCK.finditer(text))
    if len(_MARKER.findall(text)) != 2 * len(blocks) or len(blocks) > 1:
        line = text.count("\n", 0, next(_MARKER.finditer(text)).start()) + 1
        msg = f"line {line}: the markers of cubeai-auto are not one pair"
        raise IdeFormatError(msg, hint=f"delete the lines from {_BEGIN!r} to {_END!r}")
    return blocks[0] if blocks else None


def _without_generated(
    additions: IdeAdditions, generated: bytes | None, notes: list[str]
) -> IdeAdditions | None:
    """What CubeMX's generated file does not add itself; ``None`` if that is nothing."""
    if generated is None:
        return additions
    text = generated.decode("latin-1")
    names = [runtime.file for runtime in find_runtimes(text)]
    if not names:
        return additions
    library = additions.library
    if library is not None and library.file not in names:
        notes.append(
            f"cmake/stm32cubemx links {names[0]} already: generate with CubeMX for {library.file}"
        )
    if all(_absolute(path)[1:-1].rpartition("}")[2] in text for path in additions.sources):
        notes.append("cmake/stm32cubemx, as CubeMX generated it, has the network already")
        return None
    return additions


def _commands(additions: IdeAdditions, target: CMakeTarget) -> list[tuple[str, tuple[str, ...]]]:
    """The commands of the block, each with its arguments behind the target."""
    library = additions.library
    commands = [
        ("target_sources", ("PRIVATE", *map(_absolute, additions.sources))),
        ("target_include_directories", ("PRIVATE", *map(_absolute, additions.include_paths))),
    ]
    if library is not None:
        commands.append(("target_link_directories", ("PRIVATE", _absolute(library.folder))))
        # The library needs libm, and a linker looks a symbol up in later libraries only.
        libraries = (f":{library.file}", "m")
        keyword = ("PRIVATE",) if target.keyword else ()
        commands.append(("target_link_libraries", (*keyword, *libraries)))
    return [(f"{name}({target.written}", arguments) for name, arguments in commands]


def _absolute(path: str) -> str:
    """A path as it stands in the file, one character a byte."""
    full = path if path.startswith("/") else f"${{CMAKE_CURRENT_SOURCE_DIR}}/{path}"
    return f'"{full}"'.encode().decode("latin-1")


def _rendered(
    additions: IdeAdditions, commands: list[tuple[str, tuple[str, ...]]], newline: str
) -> str:
    names = ", ".join(additions.names)
    lines = [f"{_BEGIN}: {names} (written by `cubeai-auto ide add`, taken out by `ide remove`)"]
    for opening, arguments in commands:
        keyword = arguments[0] if arguments[0] in _KEYWORDS else ""
        lines.append(f"{opening} {keyword}".rstrip())
        lines += [f"    {argument}" for argument in arguments[1 if keyword else 0 :]]
        lines.append(")")
    return newline.join([*lines, _END])


def _changes(old: str, new: list[tuple[str, tuple[str, ...]]]) -> list[IdeChange]:
    before = _arguments(commands_of(old))
    after = {
        (opening.partition("(")[0], argument)
        for opening, arguments in new
        for argument in arguments
        if argument not in _KEYWORDS
    }
    changes = [
        IdeChange(name, _readable(value), None) for name, value in before if (name, value) not in after
    ]
    known = set(before)
    for opening, arguments in new:
        name = opening.partition("(")[0]
        changes += [
            IdeChange(name, None, _readable(argument))
            for argument in arguments
            if argument not in _KEYWORDS and (name, argument) not in known
        ]
    return changes


def _readable(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")


def _arguments(commands: Iterable[Command]) -> list[tuple[str, str]]:
    return [
        (command.name, argument)
        for command in commands
        for argument in command.arguments[1:]
        if argument not in _KEYWORDS
    ]
