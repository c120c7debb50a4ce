"""A run as one HTML file: nothing to load, nothing to run, readable in light, dark and print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from cubeai_auto.compare.record import RunRecord, ToolVersion
from cubeai_auto.render.baseline_view import BaselineView, baseline_view
from cubeai_auto.render.fit_view import fit_groups
from cubeai_auto.render.footprint_chart import Chart, footprint_chart
from cubeai_auto.render.model_lines import shape_text
from cubeai_auto.render.names import engine_name
from cubeai_auto.render.summary import BudgetRow, Group, budget_rows, variant_groups
from cubeai_auto.render.text import LEGEND, Notes, mark, number, one_line
from cubeai_auto.render.variant_page import VariantPage, variant_page
from cubeai_auto.render.verdict import STATE_WORDS, State, Verdict, verdicts

__all__ = ["Fact", "Page", "filled", "render_html", "tool_facts"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what it stands for; ``absent`` if the text is a reason instead of a value."""

    name: str
    text: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template lays out; its texts are plain, the template escapes them."""

    project: str
    board: str
    engine: str
    created: str
    key: str
    cached: bool
    headline: str
    variants: tuple[VariantPage, ...]
    groups: tuple[Group, ...]
    charts: tuple[Chart, ...]
    across: tuple[str, ...]
    budgets: tuple[BudgetRow, ...]
    baseline: BaselineView | None
    contract: tuple[Fact, ...]
    formula: str
    data: tuple[Fact, ...]
    tools: tuple[Fact, ...]
    notes: tuple[str, ...]


def render_html(record: RunRecord) -> str:
    """The page of a run; the same record gives the same text."""
    notes = Notes()
    page = _page(record, notes)
    footer = "Made by cubeai_auto from run.json, which holds the same values."
    return filled("run.html.j2", page, notes, f"{page.project}: {page.headline}", footer)


def filled(template: str, page: object, notes: Notes, title: str, footer: str) -> str:
    """A template of this room with its page; the notes are those that the page's cells made."""
    return _template(template).render(
        page=page,
        notes=notes,
        title=title,
        footer=footer,
        legend=LEGEND,
        mark=mark,
        number=number,
        plain=one_line,
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("cubeai_auto.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def _page(record: RunRecord, notes: Notes) -> Page:
    outcomes = verdicts(record, notes)
    groups = (*variant_groups(record.variants, notes), *fit_groups(record.variants, notes))
    charts = (
        footprint_chart("flash", record.variants, notes),
        footprint_chart("RAM", record.variants, notes),
    )
    budgets = budget_rows(record.budgets, notes)
    variants = tuple(
        variant_page(variant, position, outcome, record.dataset.classes, notes)
        for position, (variant, outcome) in enumerate(
            zip(record.variants, outcomes, strict=True), start=1
        )
    )
    return Page(
        project=one_line(record.project),
        board=one_line(record.board),
        engine=engine_name(record.engine),
        created=one_line(record.created),
        key=one_line(record.key),
        cached=record.cached,
        headline=_headline(outcomes),
        variants=variants,
        groups=groups,
        charts=tuple(chart for chart in charts if chart.groups),
        across=tuple(one_line(gap.sentence) for gap in record.across_variants),
        budgets=budgets,
        baseline=None if record.baseline is None else baseline_view(record.baseline, notes),
        contract=_contract(record),
        formula=_formula(record),
        data=_data(record),
        tools=tool_facts(record.tools),
        notes=tuple(map(one_line, record.notes)),
    )


def tool_facts(tools: Sequence[ToolVersion]) -> tuple[Fact, ...]:
    """The tools that took part, and those that were not there with the reason."""
    return tuple(
        Fact(one_line(tool.name), one_line(tool.reason) or "not there", absent=True)
        if tool.version is None
        else Fact(one_line(tool.name), one_line(tool.version))
        for tool in tools
    )


def _headline(outcomes: Sequence[Verdict]) -> str:
    """``1 of 3 variants passed, 1 FAILED, 1 refused``."""
    counts = Counter(outcome.state for outcome in outcomes)
    passed = f"{counts['passed']} of {len(outcomes)} variant{'' if len(outcomes) == 1 else 's'} passed"
    others: tuple[State, ...] = ("failed", "refused", "unproven")
    return ", ".join([passed, *(f"{counts[s]} {STATE_WORDS[s]}" for s in others if counts[s])])


def _contract(record: RunRecord) -> tuple[Fact, ...]:
    contract = record.contract
    facts = [
        Fact("what", one_line(contract.description)),
        Fact(
            "raw values",
            f"{one_line(contract.raw_dtype)}, {number(contract.raw_min)} to {number(contract.raw_max)}",
        ),
        Fact("shape", shape_text(contract.shape)),
        Fact("layout", one_line(contract.layout)),
    ]
    if (signal := contract.sensor) is not None:
        facts += [
            Fact(
                "sensor",
                f"{one_line(signal.quantity)}, axes {one_line(', '.join(signal.axes))}, "
                f"{number(signal.rate)} samples a second, full scale {number(signal.full_scale)} "
                f"{one_line(signal.unit)}",
            ),
            Fact("window", f"{signal.window} samples, a new one every {signal.step}"),
            Fact("units", f"raw: {one_line(signal.raw_unit)}; real: {one_line(signal.unit)}"),
            Fact("computed from it", one_line(signal.preparation)),
        ]
    if contract.background is not None:
        facts.append(Fact("empty pixel", number(contract.background)))
    return tuple(facts)


def _formula(record: RunRecord) -> str:
    contract = record.contract
    offset = f"{contract.offset:.9g}"
    return f"real = (raw - {offset}) * {contract.scale:.9g}".replace("- -", "+ ")


def _data(record: RunRecord) -> tuple[Fact, ...]:
    data = record.dataset
    classes = ", ".join(map(one_line, data.classes[:40])) + (
        ", \u2026" if len(data.classes) > 40 else ""
    )
    return (
        Fact("name", one_line(data.name)),
        Fact("source", one_line(data.source)),
        Fact("samples", f"{number(data.train)} for training, {number(data.test)} for the test"),
        Fact("classes", f"{len(data.classes)}: {classes}"),
        Fact("SHA-256", one_line(data.hash)),
        *(Fact("note", one_line(note)) for note in data.notes),
    )
