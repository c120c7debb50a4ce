"""A variant's CubeMX project in one line, for every view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cubeai_auto.compare.deployment import CubeMXProject
from cubeai_auto.compare.record import VariantRecord
from cubeai_auto.render.text import number, one_line

__all__ = ["CubeMXLine", "cubemx_lines", "cubemx_text"]


@dataclass(frozen=True, slots=True)
class CubeMXLine:
    """What was written for a variant; without ``path``, ``text`` says why nothing was."""

    variant: str
    path: str
    text: str


def cubemx_lines(variants: Sequence[VariantRecord]) -> tuple[CubeMXLine, ...]:
    """A line a project, then one for each reason why variants have none."""
    lines = [
        CubeMXLine(one_line(v.name), one_line(v.cubemx.ioc), cubemx_text(v))
        for v in variants
        if v.cubemx is not None
    ]
    without: dict[str, list[str]] = {}
    for v in variants:
        if v.cubemx is None and v.no_cubemx:
            without.setdefault(cubemx_text(v), []).append(one_line(v.name))
    return (*lines, *(CubeMXLine(", ".join(names), "", text) for text, names in without.items()))


def cubemx_text(variant: VariantRecord) -> str:
    """The project without its path, or the reason why there is none; empty if neither is known."""
    project = variant.cubemx
    if project is None:
        return f"none: {one_line(variant.no_cubemx)}" if variant.no_cubemx else ""
    parts = [
        f"X-CUBE-AI {one_line(project.pack)}, {one_line(project.application or 'Core only')}",
        f"{number(len(project.changed))} keys changed, {_untouched(project)}",
        "figures of ST's report" if project.analyzed else "not analyzed",
        _lint(project),
    ]
    return "; ".join(parts)


def _untouched(project: CubeMXProject) -> str:
    moved = [
        name
        for name, kept in (
            ("pins", project.pins),
            ("clocks", project.clocks),
            ("peripherals", project.peripherals),
        )
        if not kept
    ]
    return f"MOVED: {', '.join(moved)}" if moved else "nothing else moved"


def _lint(project: CubeMXProject) -> str:
    count = len(project.findings)
    errors = sum(finding.severity == "error" for finding in project.findings)
    if not count:
        return "lint clean"
    return f"lint: {number(count)} finding{'' if count == 1 else 's'} (errors: {number(errors)})"
