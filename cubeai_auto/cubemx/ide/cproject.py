"""STM32CubeIDE's ``.cproject``: networks in and out of every configuration, byte-exact elsewhere.

What CubeMX itself writes for X-CUBE-AI is the model: include paths of the compilers, library path
and library of the linker, a source folder, and its own memory of all this, ``option.defaults``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from functools import partial

from cubeai_auto.cubemx.ide.cdt import (
    COMPILERS,
    Configuration,
    canonical_path,
    is_covered,
    option_of,
    read_cproject,
    runtimes_of,
)
from cubeai_auto.cubemx.ide.defaults import (
    part_changes,
    with_additions,
    with_parts_restored,
    without_additions,
)
from cubeai_auto.cubemx.ide.edit import IdeChange, IdeEdit, IdeFormatError, edited
from cubeai_auto.cubemx.ide.hardware import hardware_notes
from cubeai_auto.cubemx.ide.listoptions import OptionEditor, OptionKind, named_values
from cubeai_auto.cubemx.ide.runtime import IdeAdditions, find_runtimes
from cubeai_auto.cubemx.xmltext import XmlElement, escape_xml

__all__ = ["add_to_cproject", "remove_from_cproject"]

_C_INCLUDES = OptionKind("includepaths", "includePath", "include paths C")
_CPP_INCLUDES = OptionKind("includepaths", "includePath", "include paths C++")
_DIRECTORIES = OptionKind("directories", "libPaths", "library paths")
_LIBRARIES = OptionKind("libraries", "libs", "libraries")
_ENTRIES = "source folders"


def add_to_cproject(data: bytes, additions: IdeAdditions) -> IdeEdit:
    """Add to every configuration what it does not have yet.

    Args:
        data: the ``.cproject``.
        additions: with paths relative to its folder.

    Raises:
        XmlFormatError: the file is damaged or unsafe.
        OtherKindError: it is no managed build of STM32CubeIDE.
        IdeFormatError: a configuration has no compiler, or no linker for the library.
    """
    document, configurations = read_cproject(data)
    editor = OptionEditor(document)
    _note_inconsistency(editor, configurations)
    for configuration in configurations:
        _add_includes(editor, configuration, additions)
        if additions.library is not None:
            _add_library(editor, configuration, additions)
        _add_source_folder(editor, configuration, additions)
        if additions.generated:
            _edit_defaults(editor, configuration, partial(with_additions, additions=additions))
        editor.notes += hardware_notes(configuration, additions)
    return edited(data, editor.splices, editor.changes, editor.notes)


def remove_from_cproject(
    data: bytes, additions: IdeAdditions, added: Sequence[IdeChange] | None = None
) -> IdeEdit:
    """Take out of every configuration what :func:`add_to_cproject` puts in.

    Args:
        data: the ``.cproject``.
        additions: with paths relative to its folder.
        added: the changes of the edit that is undone. Only these are taken back, and a runtime
            library that was replaced returns. Without them everything of ``additions`` goes, and
            every ``NetworkRuntime`` library.

    Raises:
        XmlFormatError: the file is damaged or unsafe.
        OtherKindError: it is no managed build of STM32CubeIDE.
    """
    document, configurations = read_cproject(data)
    editor = OptionEditor(document)
    for configuration in configurations:
        own = None if added is None else _of_configuration(added, configuration)
        _remove_values(editor, configuration, additions, own)
        _remove_source_folder(editor, configuration, additions, own)
        if own is not None:
            _edit_defaults(editor, configuration, partial(with_parts_restored, changes=own))
        elif additions.generated:
            _edit_defaults(editor, configuration, partial(without_additions, additions=additions))
    return edited(data, editor.splices, editor.changes, editor.notes)


def _of_configuration(
    changes: Sequence[IdeChange], configuration: Configuration
) -> tuple[IdeChange, ...]:
    prefix = f"{configuration.name}/"
    return tuple(
        IdeChange(change.key.removeprefix(prefix), change.before, change.after)
        for change in changes
        if change.key.startswith(prefix)
    )


def _record(
    editor: OptionEditor, configuration: Configuration, key: str, before: str | None, after: str | None
) -> None:
    editor.changes.append(IdeChange(f"{configuration.name}/{key}", before, after))


def _includes_of(tool: XmlElement) -> OptionKind:
    return _C_INCLUDES if tool.get("superClass") == COMPILERS[0] else _CPP_INCLUDES


def _path_value(path: str) -> str:
    """A path of the project as an option has it: from the build folder, in quotes if it must be."""
    value = path if posixpath.isabs(path) else f"../{path}"
    return f'"{value}"' if " " in value else value


def _add_includes(editor: OptionEditor, configuration: Configuration, additions: IdeAdditions) -> None:
    if not configuration.compilers:
        msg = f"the configuration {configuration.name} has no compiler with include paths"
        raise IdeFormatError(msg, hint="open and save the project in STM32CubeIDE")
    for tool in configuration.compilers:
        kind = _includes_of(tool)
        paths = [_path_value(path) for path in additions.include_paths]
        _add_paths(editor, configuration, tool, kind, paths)


def _add_paths(
    editor: OptionEditor,
    configuration: Configuration,
    tool: XmlElement,
    kind: OptionKind,
    paths: Sequence[str],
) -> None:
    project = configuration.project
    known = {canonical_path(value, project) for _, value in named_values(option_of(tool, kind.name))}
    missing = [path for path in paths if canonical_path(path, project) not in known]
    editor.append_values(tool, kind, missing, configuration.id)
    for path in missing:
        _record(editor, configuration, kind.key, None, path)


def _add_library(editor: OptionEditor, configuration: Configuration, additions: IdeAdditions) -> None:
    library, tool = additions.library, configuration.linker
    if library is None:
        return
    if tool is None:
        msg = f"the configuration {configuration.name} has no linker that could take the library"
        raise IdeFormatError(msg, hint="a library project needs --engine builtin")
    _add_paths(editor, configuration, tool, _DIRECTORIES, [_path_value(library.folder)])
    wanted = f":{library.file}"
    present = [
        (element, value)
        for element, value in named_values(option_of(tool, _LIBRARIES.name))
        if find_runtimes(value)
    ]
    if not present:
        editor.append_values(tool, _LIBRARIES, [wanted], configuration.id)
        _record(editor, configuration, _LIBRARIES.key, None, wanted)
    elif all(find_runtimes(value)[0].file != library.file for _, value in present):
        element, value = present[0]
        editor.set_attribute(element, "value", wanted)
        _record(editor, configuration, _LIBRARIES.key, value, wanted)
        editor.notes.append(
            f"{configuration.name}: {value} was replaced by {wanted}; check that no include path "
            "leads to the headers of the old version"
        )
    if len(present) > 1:
        names = ", ".join(value for _, value in present)
        editor.notes.append(f"{configuration.name} links more than one runtime library: {names}")


def _add_source_folder(
    editor: OptionEditor, configuration: Configuration, additions: IdeAdditions
) -> None:
    entries, folder = configuration.source_entries, additions.source_folder
    if entries is not None and not is_covered(entries, folder):
        text = (
            '<entry flags="VALUE_WORKSPACE_PATH|RESOLVED" kind="sourcePath"'
            f' name="{escape_xml(folder)}"/>'
        )
        editor.insert_first(entries, text)
        _record(editor, configuration, _ENTRIES, None, folder)
        return
    excluded = [path for path in additions.sources if not is_covered(entries, path)]
    if excluded and all(path.startswith(f"{folder}/") for path in excluded):
        names = ", ".join(excluded)
        editor.notes.append(f"{configuration.name} excludes from the build: {names}")


def _edit_defaults(
    editor: OptionEditor, configuration: Configuration, change: Callable[[str], str]
) -> None:
    option = configuration.option("defaults")
    place = editor.document.attribute_place(option, "value") if option else None
    if place is None:
        return
    old = editor.document.data[slice(*place)].decode(editor.document.encoding)
    new = change(old)
    for difference in part_changes(old, new):
        _record(editor, configuration, difference.key, difference.before, difference.after)
    if new != old:
        editor.replace(*place, new)


def _remove_values(
    editor: OptionEditor,
    configuration: Configuration,
    additions: IdeAdditions,
    own: tuple[IdeChange, ...] | None,
) -> None:
    project = configuration.project
    tools = [(tool, _includes_of(tool)) for tool in configuration.tools(*COMPILERS)]
    linker = configuration.linker
    if linker is not None:
        tools += [(linker, _DIRECTORIES), (linker, _LIBRARIES)]
    for tool, kind in tools:
        option = option_of(tool, kind.name)
        if option is None:
            continue
        gone: list[XmlElement] = []
        for element, value in named_values(option):
            change = _removal(kind, value, project, additions, own)
            if change is None:
                continue
            if change.before is not None:
                editor.set_attribute(element, "value", change.before)
            else:
                gone.append(element)
            _record(editor, configuration, kind.key, value, change.before)
        if gone:
            # What CubeMX makes has no name; what a user makes in the IDE has one.
            nameless = own is None and option.get("name") is None
            editor.remove_values(option, gone, own=nameless or editor.is_own(option, configuration.id))


def _removal(
    kind: OptionKind,
    value: str,
    project: str,
    additions: IdeAdditions,
    own: tuple[IdeChange, ...] | None,
) -> IdeChange | None:
    """What shall become of a value: nothing (``None``), or gone, or the one it replaced."""
    path = canonical_path(value, project)
    if own is not None:
        fitting = (
            change
            for change in own
            if change.key == kind.key and path == canonical_path(change.after or "", project)
        )
        return next(fitting, None)
    if kind is _LIBRARIES:
        doomed = additions.library is not None and bool(find_runtimes(value))
    elif kind is _DIRECTORIES:
        folder = additions.library.folder if additions.library else None
        doomed = folder is not None and path == canonical_path(_path_value(folder), project)
    else:
        paths = (canonical_path(_path_value(p), project) for p in additions.include_paths)
        doomed = path in set(paths)
    return IdeChange(kind.key, None, value) if doomed else None


def _remove_source_folder(
    editor: OptionEditor,
    configuration: Configuration,
    additions: IdeAdditions,
    own: tuple[IdeChange, ...] | None,
) -> None:
    folder = additions.source_folder
    if own is not None and not any(c.key == _ENTRIES and c.after == folder for c in own):
        return
    entries = configuration.source_entries
    for entry in entries.all("entry", kind="sourcePath", name=folder) if entries else ():
        editor.remove(entry)
        _record(editor, configuration, _ENTRIES, folder, None)
    if entries and len(entries.children) == 1 and entries.first("entry", name=folder):
        editor.notes.append(f"{configuration.name} now compiles the whole project folder")


def _note_inconsistency(editor: OptionEditor, configurations: Sequence[Configuration]) -> None:
    found = {
        configuration.name: tuple(runtime.file for runtime in runtimes_of(configuration))
        for configuration in configurations
    }
    if len(set(found.values())) > 1:
        text = "; ".join(f"{name}: {', '.join(files) or 'none'}" for name, files in found.items())
        editor.notes.append(f"the configurations link different runtime libraries: {text}")
