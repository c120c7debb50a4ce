"""A model's deployments side by side as one HTML file, in the style of a run's page."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.compare.compared import ComparedModel
from cubeai_auto.render.footprint_chart import Chart, sides_chart
from cubeai_auto.render.html import Fact, filled, tool_facts
from cubeai_auto.render.judgment import Judgment, judgment
from cubeai_auto.render.macc_chart import macc_chart
from cubeai_auto.render.model_lines import LayerLine, layer_lines
from cubeai_auto.render.names import side_name
from cubeai_auto.render.summary import Group, side_groups
from cubeai_auto.render.svg import Svg
from cubeai_auto.render.text import Notes, number, one_line
from cubeai_auto.render.variant_page import MemoryView, memory_view

__all__ = ["ComparePage", "render_compared_html"]


@dataclass(frozen=True, slots=True)
class ComparePage:
    """All that the template lays out; its texts are plain, the template escapes them."""

    name: str
    target: str
    created: str
    sides: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    judgment: Judgment
    charts: tuple[Chart, ...]
    memory: MemoryView | None
    work: Svg | None
    layers: tuple[LayerLine, ...]
    model: tuple[Fact, ...]
    tools: tuple[Fact, ...]


def render_compared_html(compared: ComparedModel) -> str:
    """The page of a comparison; the same value gives the same text."""
    notes = Notes()
    page = _page(compared, notes)
    headline = page.judgment.sentence or "deployments side by side"
    footer = "Made by cubeai_auto; its JSON holds the same values."
    return filled("compare.html.j2", page, notes, f"{page.name}: {headline}", footer)


def _page(compared: ComparedModel, notes: Notes) -> ComparePage:
    comparison, report = compared.comparison, compared.report
    named = [("", comparison.sides)]
    charts = (sides_chart("flash", named, notes), sides_chart("RAM", named, notes))
    return ComparePage(
        name=one_line(compared.name),
        target=one_line(compared.target),
        created=one_line(compared.created),
        sides=tuple((side_name(side.name), one_line(side.version)) for side in comparison.sides),
        groups=side_groups(comparison, notes),
        notes=tuple(map(one_line, (*comparison.notes, *compared.notes))),
        judgment=judgment(comparison, notes),
        charts=tuple(chart for chart in charts if chart.groups),
        memory=None if compared.memory is None else memory_view(compared.memory, compared.name, notes),
        work=None if report is None else macc_chart(report.layers, compared.name),
        layers=() if report is None else layer_lines(report, notes),
        model=(
            Fact("file", one_line(compared.model_path)),
            Fact("size", f"{number(compared.model_bytes)} B"),
            Fact("SHA-256", one_line(compared.model_sha256)),
            *(() if report is None else (Fact("work of layers", one_line(report.tool.label)),)),
        ),
        tools=tool_facts(compared.tools),
    )
