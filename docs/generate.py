"""Writes the generated parts of the documentation, or checks that they are fresh.

``python docs/generate.py`` rewrites them; with ``--check`` nothing is written, and the exit code is
1 if a file is stale. Generated are: the table of exit codes in ``errors.md``, the table of verbs in
``README.md``, of boards in ``boards.md``, ``supported-ops.md``, and reference page and JSON schema of
the project file.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from cubeai_auto import errors
from cubeai_auto.board import boards
from cubeai_auto.cli.main import build_parser
from cubeai_auto.compare.fits import spans
from cubeai_auto.engines import find_engine
from cubeai_auto.files import write_atomic
from cubeai_auto.project.schema import project_schema, reference_markdown, reference_path, schema_path

__all__ = [
    "between_markers",
    "board_table",
    "exit_code_table",
    "generated",
    "main",
    "operators_page",
    "verb_table",
]

_ROOT = Path(__file__).resolve().parent.parent
_COMMAND = "python docs/generate.py"


def generated() -> dict[Path, str]:
    """Every file with generated parts, and what it should hold."""
    errors_page, readme = _ROOT / "docs" / "errors.md", _ROOT / "README.md"
    boards_page = _ROOT / "docs" / "boards.md"
    return {
        errors_page: between_markers(errors_page.read_text("utf-8"), "exit codes", exit_code_table()),
        readme: between_markers(readme.read_text("utf-8"), "verbs", verb_table()),
        boards_page: between_markers(boards_page.read_text("utf-8"), "boards", board_table()),
        _ROOT / "docs" / "supported-ops.md": operators_page(),
        reference_path(): reference_markdown(),
        schema_path(): project_schema(),
    }


def between_markers(page: str, name: str, content: str) -> str:
    """The page with the part between its markers ``<!-- name -->`` and ``<!-- /name -->`` replaced.

    Raises:
        ValueError: a marker is missing.
    """
    opening, closing = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    head, found, rest = page.partition(opening)
    _, ended, tail = rest.partition(closing)
    if not (found and ended):
        msg = f"the page has no markers {opening.strip()} and {closing}"
        raise ValueError(msg)
    return f"{head}{opening}{content}{closing}{tail}"


def exit_code_table() -> str:
    """The exit codes with the errors that lead to each, from the error tree's docstrings."""
    rows = [(0, "-", "The work is done, and all checks passed.")]
    rows += sorted(_error_rows(), key=lambda row: row[0])
    rows.append((130, "-", "Interrupted by Ctrl-C."))
    lines = ["| exit code | error | meaning |", "| --- | --- | --- |"]
    lines += [f"| {code} | {name} | {meaning} |" for code, name, meaning in rows]
    return "\n".join(lines) + "\n"


def _error_rows() -> Iterator[tuple[int, str, str]]:
    for name in errors.__all__:
        kind: type[errors.CubeAIError] = getattr(errors, name)
        if kind is not errors.CubeAIError:
            meaning = inspect.cleandoc(kind.__doc__ or "").partition("\n")[0]
            yield kind.exit_code, f"`{name}`", meaning.replace("``", "`")


def verb_table() -> str:
    """The verbs of the command line with their one-line help."""
    verbs = next(
        action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    lines = ["| verb | does |", "| --- | --- |"]
    lines += [f"| `{verb.dest}` | {verb.help} |" for verb in verbs._get_subactions()]
    return "\n".join(lines) + "\n"


def board_table() -> str:
    """The boards of the catalogue; sizes in KiB."""
    lines = [
        "| board | aliases | chip | core, FPU | MHz | flash | RAM | buffer | VCP | not verified |",
        "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for board in boards():
        vcp = "-" if board.vcp is None else f"{board.vcp.name} {board.vcp.tx}/{board.vcp.rx}"
        cells = (
            board.name,
            ", ".join(board.aliases) or "-",
            board.mcu,
            f"{board.core}, {board.fpu}",
            f"{board.clock_hz // 1_000_000}",
            f"{board.flash_bytes // 1024:,}",
            f"{board.ram_bytes // 1024:,}",
            f"{max(span.size for span in spans(board)) // 1024:,}",
            vcp,
            ", ".join(board.unverified) or "-",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def operators_page() -> str:
    """The operators that the built-in engine compiles."""
    engine = find_engine("builtin")
    lines = [
        "# Operators of the built-in engine",
        "",
        f"<!-- Generated from the engine itself by: {_COMMAND} -->",
        "",
        "A model with any other operator is refused with the operator's name and index and what would",
        "help. `cubeai-auto supported-ops` prints this list; `--json -` gives it to programs.",
        "",
        "| operator | types | limits |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {op.name} | {_cell(', '.join(op.dtypes))} | {_cell(op.limits) or '-'} |"
        for op in engine.supported_operators()
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="Writes the generated parts of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a file is stale")
    check = parser.parse_args().check
    stale = [
        (path, text)
        for path, text in generated().items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path, text in stale:
        name = path.relative_to(_ROOT)
        if check:
            sys.stderr.write(f"{name} is stale: run {_COMMAND}\n")
        else:
            write_atomic(path, text)
            sys.stdout.write(f"{name} rewritten\n")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
