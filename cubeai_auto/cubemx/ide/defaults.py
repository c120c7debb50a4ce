"""``option.defaults``: STM32CubeIDE's memory of what CubeMX generated, a string of 28 fields.

The fields stand between `` || ``, the parts of a field between `` | ``. Measured on real files:
field 10 is the include paths, 15 the source folders, 17 the libraries. CubeMX compares with it when
it generates again; the build does not read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from cubeai_auto.cubemx.ide.edit import IdeChange
from cubeai_auto.cubemx.ide.runtime import IdeAdditions, find_runtimes
from cubeai_auto.cubemx.xmltext import escape_xml

__all__ = ["part_changes", "with_additions", "with_parts_restored", "without_additions"]

_KEYS = {10: "defaults include paths", 15: "defaults source folders", 17: "defaults libraries"}
_FIELDS = 28
_INCLUDES, _SOURCES, _LIBRARIES = _KEYS
_FIRST = "com.st.stm32cube.ide.common.services.build.inputs.rev"


def with_additions(raw: str, additions: IdeAdditions) -> str:
    """The raw attribute value with the additions; as it is if it has another form."""
    fields = _fields(raw)
    if fields is None:
        return raw
    includes = _parts(fields[_INCLUDES])
    paths = [escape_xml(f"../{path}") for path in additions.include_paths]
    fields[_INCLUDES] = " | ".join([*includes, *(path for path in paths if path not in includes)])
    folder, sources = escape_xml(additions.source_folder), _parts(fields[_SOURCES])
    # An empty field of source folders is the whole project.
    if sources and not any(folder == part or folder.startswith(f"{part}/") for part in sources):
        fields[_SOURCES] = " | ".join([folder, *sources])
    if additions.library is not None:
        library = escape_xml(f"../{additions.library.folder}/{additions.library.file}")
        libraries = _parts(fields[_LIBRARIES])
        others = [number for number, part in enumerate(libraries) if find_runtimes(part)]
        if not others:
            libraries.append(library)
        elif library not in libraries:
            libraries[others[0]] = library
        fields[_LIBRARIES] = " | ".join(libraries)
    return " || ".join(fields)


def without_additions(raw: str, additions: IdeAdditions) -> str:
    """The raw attribute value without the additions; as it is if it has another form."""
    fields = _fields(raw)
    if fields is None:
        return raw
    gone = {escape_xml(f"../{path}") for path in additions.include_paths}
    fields[_INCLUDES] = " | ".join(part for part in _parts(fields[_INCLUDES]) if part not in gone)
    folder = escape_xml(additions.source_folder)
    fields[_SOURCES] = " | ".join(part for part in _parts(fields[_SOURCES]) if part != folder)
    kept = (part for part in _parts(fields[_LIBRARIES]) if not find_runtimes(part))
    fields[_LIBRARIES] = " | ".join(kept)
    return " || ".join(fields)


def with_parts_restored(raw: str, changes: Sequence[IdeChange]) -> str:
    """The raw attribute value with changes of :func:`part_changes` taken back."""
    fields = _fields(raw)
    if fields is None:
        return raw
    for number, key in _KEYS.items():
        parts = _parts(fields[number])
        for change in changes:
            if change.key == key and change.after in parts:
                place = parts.index(change.after)
                parts[place : place + 1] = [] if change.before is None else [change.before]
        fields[number] = " | ".join(parts)
    return " || ".join(fields)


def part_changes(before: str, after: str) -> Iterator[IdeChange]:
    """What differs between two raw values, part by part."""
    old, new = _fields(before), _fields(after)
    if old is None or new is None:
        return
    for number, key in _KEYS.items():
        was, now = _parts(old[number]), _parts(new[number])
        gone = [part for part in was if part not in now]
        come = [part for part in now if part not in was]
        for lost, won in zip_longest(gone, come):
            yield IdeChange(key, lost, won)


def _fields(raw: str) -> list[str] | None:
    fields = raw.split(" || ")
    return fields if len(fields) == _FIELDS and fields[0].startswith(_FIRST) else None


def _parts(field: str) -> list[str]:
    return field.split(" | ") if field else []
