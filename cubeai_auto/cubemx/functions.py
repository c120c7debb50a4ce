"""``ProjectManager.functionlistsort``: which init function CubeMX calls, and in which order.

Grammar (real files, CubeMX 4.5 to 6.17):
``[false-]<rank>-<function or empty>-<instance>-<flag>-<HAL or LL>-<flag>[-<context>]``. The
instance of a pack holds dashes itself, so an entry is read from both ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["FunctionEntry", "parse_functions", "render_functions"]

_ENTRY = re.compile(
    r"(?P<lead>false-)?(?P<rank>\d{1,9})-(?P<function>[^-]*)-(?P<instance>.*)"
    r"-(?P<no_call>true|false)-(?P<driver>HAL|LL)-(?P<static>true|false)(?:-(?P<context>[^-]*))?"
)


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """One entry; ``text`` is set only for an entry that does not follow the grammar.

    Attributes:
        rank: its place in the order of calls; 0 comes before all.
        function: the C function, may be empty.
        instance: the peripheral or pack it initializes.
        no_call: whether the generated ``main`` leaves out the call.
        driver: ``HAL`` or ``LL``.
        static: whether the function is static.
        context: the project context, on MCUs with several.
        generated: ``False`` for an entry with the leading ``false-``.
    """

    rank: int
    function: str
    instance: str
    no_call: bool = False
    driver: str = "HAL"
    static: bool = True
    context: str | None = None
    generated: bool = True
    text: str | None = None

    def render(self) -> str:
        """The entry as it stands in the list."""
        if self.text is not None:
            return self.text
        flags = ["false" if not flag else "true" for flag in (self.no_call, self.static)]
        parts = [str(self.rank), self.function, self.instance, flags[0], self.driver, flags[1]]
        lead = [] if self.generated else ["false"]
        return "-".join([*lead, *parts, *([] if self.context is None else [self.context])])


def parse_functions(value: str) -> tuple[FunctionEntry, ...]:
    """The entries of a list, whatever they look like."""
    return tuple(_entry(text) for text in value.split(",")) if value else ()


def render_functions(entries: tuple[FunctionEntry, ...]) -> str:
    """The list of these entries."""
    return ",".join(entry.render() for entry in entries)


def _entry(text: str) -> FunctionEntry:
    match = _ENTRY.fullmatch(text)
    if match is None or match["rank"] != str(int(match["rank"])):
        return FunctionEntry(0, "", "", text=text)
    return FunctionEntry(
        rank=int(match["rank"]),
        function=match["function"],
        instance=match["instance"],
        no_call=match["no_call"] == "true",
        driver=match["driver"],
        static=match["static"] == "true",
        context=match["context"],
        generated=match["lead"] is None,
    )
