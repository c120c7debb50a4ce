"""Wrong versions of a module: one text replaced, everything else as it is."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

__all__ = ["mutated_module", "replaced"]

_numbers = itertools.count()


def replaced(text: str, old: str, new: str) -> str:
    """The text with its only ``old`` replaced; a mutation that does not apply proves nothing."""
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
    assert old != new
    return text.replace(old, new)


@contextmanager
def mutated_module(module: ModuleType, old: str, new: str) -> Iterator[ModuleType]:
    """The module, executed again from its changed text under another name."""
    source = Path(str(module.__file__))
    name = f"_mutant_{next(_numbers)}"
    mutant = ModuleType(name)
    mutant.__file__ = module.__file__
    sys.modules[name] = mutant  # dataclasses look their module up
    try:
        exec(compile(replaced(source.read_text("utf-8"), old, new), str(source), "exec"), vars(mutant))
        yield mutant
    finally:
        del sys.modules[name]
