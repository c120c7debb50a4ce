"""The linter of CubeMX projects: the invariants of real files, as findings with rule ids.

It is pure: what lies beside the file is handed in, collected by
:func:`~cubeai_auto.cubemx.linting.generated.collect_generated`.
"""

from __future__ import annotations

from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.kind import require_project
from cubeai_auto.cubemx.linting.files import check_paths, check_text
from cubeai_auto.cubemx.linting.finding import RULES, Finding, Rule, Severity
from cubeai_auto.cubemx.linting.generated import Generated, collect_generated
from cubeai_auto.cubemx.linting.outputs import check_generated
from cubeai_auto.cubemx.linting.pack import check_pack
from cubeai_auto.cubemx.linting.parameters import check_parameters
from cubeai_auto.cubemx.linting.rows_and_pins import check_pins, check_rows
from cubeai_auto.cubemx.linting.view import View

__all__ = ["RULES", "Finding", "Generated", "Rule", "Severity", "collect_generated", "lint"]


def lint(document: IocDocument, *, generated: Generated | None = None) -> tuple[Finding, ...]:
    """Check a project against the rules that real files keep.

    Args:
        document: the project; merge markers and duplicate keys are findings, not errors.
        generated: what lies beside the file; without it the rules on it are silent.

    Returns:
        The findings by line; those about the file as a whole come first.

    Raises:
        IocFormatError: the document is no CubeMX project.
    """
    require_project(document)
    view = View(document)
    check_text(view)
    check_rows(view)
    check_pins(view)
    check_parameters(view)
    check_pack(view)
    check_paths(view)
    if generated is not None:
        check_generated(view, generated)
    return tuple(sorted(view.findings, key=lambda finding: finding.line or 0))
