"""A CubeMX project in one line, in every view."""

from __future__ import annotations

from dataclasses import replace

from cubeai_auto.compare.deployment import LintLine
from cubeai_auto.compare.record import RunRecord
from cubeai_auto.render.cubemx_view import cubemx_lines, cubemx_text
from cubeai_auto.render.html import render_html
from cubeai_auto.render.markdown import render_markdown


def test_a_line_says_what_was_written(run_record: RunRecord) -> None:
    lines = {line.variant: line for line in cubemx_lines(run_record.variants)}
    assert lines["int8"].text == (
        "X-CUBE-AI 10.2.0, Core only; 34 keys changed, nothing else moved; not analyzed; lint clean"
    )
    assert lines["int8"].path.endswith("/cubemx/int8/nucleo_f446re.ioc")
    assert lines["float32"].text == (
        "X-CUBE-AI 10.2.0, ApplicationTemplate; 34 keys changed, nothing else moved;"
        " figures of ST's report; lint: 1 finding (errors: 0)"
    )
    assert lines["dynamic-range"].text == "none: the engine refused the model"
    assert lines["dynamic-range"].path == ""


def test_variants_without_a_project_share_their_reason(run_record: RunRecord) -> None:
    without = tuple(replace(v, cubemx=None, no_cubemx="no template") for v in run_record.variants)
    (line,) = cubemx_lines(without)
    assert (line.variant, line.text) == ("float32, int8, dynamic-range", "none: no template")


def test_an_old_record_has_no_line(run_record: RunRecord) -> None:
    old = tuple(replace(v, cubemx=None, no_cubemx="") for v in run_record.variants)
    assert cubemx_lines(old) == ()
    assert "CubeMX" not in render_markdown(replace(run_record, variants=old))
    assert "CubeMX project" not in render_html(replace(run_record, variants=old))


def test_what_moved_and_what_lint_says_is_not_hidden(run_record: RunRecord) -> None:
    int8 = next(v for v in run_record.variants if v.name == "int8")
    assert int8.cubemx is not None
    error = LintLine("rows.gap", "error", None, None, "a gap")
    bad = replace(int8.cubemx, clocks=False, pins=False, findings=(error, error))
    text = cubemx_text(replace(int8, cubemx=bad))
    assert "MOVED: pins, clocks" in text
    assert "lint: 2 findings (errors: 2)" in text


def test_every_view_mentions_it(run_record: RunRecord) -> None:
    assert "\n**CubeMX:** float32: X-CUBE-AI 10.2.0, ApplicationTemplate;" in render_markdown(
        run_record
    )
    page = render_html(run_record)
    assert page.count("CubeMX project:") == 3
    assert "cubemx/int8/nucleo_f446re.ioc" in page
