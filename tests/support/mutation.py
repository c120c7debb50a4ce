"""Wrong versions of the code: one text of one module replaced, everything else as it is."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType

__all__ = ["mutated_room", "replaced"]


def replaced(text: str, old: str, new: str) -> str:
    """The text with its only ``old`` replaced; a mutation that does not apply proves nothing."""
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
    assert old != new
    return text.replace(old, new)


@contextmanager
def mutated_room(module: str, old: str, new: str) -> Iterator[None]:
    """Inside, importing the room of a module (``codegen/golden/dense``) gives its wrong version.

    The whole room is imported again, so that its types belong together; what was imported from
    it before keeps working as it is.
    """
    name = "cubeai_auto." + module.replace("/", ".")
    room = ".".join(name.split(".")[:2])
    before = _taken(room)
    finder = _Finder(name, old, new)
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module(name)
        yield
    finally:
        sys.meta_path.remove(finder)
        _taken(room)
        sys.modules.update(before)
        parent, _, last = room.rpartition(".")
        setattr(sys.modules[parent], last, before.get(room))


def _taken(room: str) -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name == room or name.startswith(f"{room}.")]
    return {name: sys.modules.pop(name) for name in names}


class _Finder(MetaPathFinder):
    """Finds one module, with its text changed."""

    def __init__(self, name: str, old: str, new: str) -> None:
        self._name, self._change = name, (old, new)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            sys.meta_path.insert(0, self)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, self._change)
        return spec


class _Loader(SourceFileLoader):
    """Reads a source file, changes it, and leaves compiled files alone."""

    def __init__(self, name: str, path: str, change: tuple[str, str]) -> None:
        super().__init__(name, path)
        self._change = change

    def path_stats(self, path: str) -> dict[str, int]:
        raise OSError

    def get_data(self, path: str) -> bytes:
        return replaced(super().get_data(path).decode("utf-8"), *self._change).encode("utf-8")
