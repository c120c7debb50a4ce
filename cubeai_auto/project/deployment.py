"""The CubeMX project of a run: a copy of an ``.ioc`` with the network in it, and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cubeai_auto.board import Board
from cubeai_auto.compare.deployment import ChangedKey, CubeMXProject, LintLine
from cubeai_auto.cubemx import (
    AddRequest,
    Analysis,
    Edit,
    Finding,
    IocDocument,
    Journal,
    NetworkRequest,
    Untouched,
    add_cube_ai,
    collect_generated,
    journal_path,
    lint,
    read_project,
    verify_edit,
)
from cubeai_auto.cubemx.cube_ai.journal import journal_after
from cubeai_auto.cubemx.mcu import PartError, find_part
from cubeai_auto.engines.base import EngineRequest, EngineResult
from cubeai_auto.errors import CubeAIError, InputError
from cubeai_auto.files import existing_file, refusals, templates_dir, write_atomic
from cubeai_auto.project.analysis import reported_analysis
from cubeai_auto.project.application import application_files, no_application
from cubeai_auto.project.config import CubeMXTable, ProjectConfig
from cubeai_auto.project.readme import readme

__all__ = ["CubeMXPlan", "board_template", "plan_cubemx", "write_cubemx"]

_APPLICATIONS = {
    "none": None,
    "template": "ApplicationTemplate",
    "system-performance": "SystemPerformance",
    "validation": "Validation",
}
_TALKING = ("SystemPerformance", "Validation")
_CODE = "X-CUBE-AI/App"
_README = "README.txt"
_CODE_SUFFIXES = (".c", ".h")
_ST = "stedgeai"


@dataclass(frozen=True, slots=True, eq=False)
class CubeMXPlan:
    """What every variant's project is made from.

    Attributes:
        file: the ``.ioc`` that is copied and patched.
        document: its content.
        source: the file in words.
        journal: the journal beside it, if there is one.
        pack: the version of X-CUBE-AI.
        application: the application of the pack; ``None`` for Core only.
        uart: the UART of an application that talks.
        board: the name of the board.
        notes: what does not fit between file and board.
    """

    file: Path
    document: IocDocument
    source: str
    journal: Journal | None
    pack: str
    application: str | None
    uart: str | None
    board: str
    notes: tuple[str, ...]

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that were read; they decide the result."""
        return (self.file,) if self.journal is None else (self.file, journal_path(self.file))


def board_template(board: Board) -> Path | None:
    """The ``.ioc`` that ships for a board; ``None`` if there is none."""
    found = sorted((templates_dir() / "boards" / board.name).glob("*.ioc"))
    return found[0] if found else None


def plan_cubemx(config: ProjectConfig, board: Board) -> CubeMXPlan | str:
    """Read the ``.ioc`` and try the edit on it, so that what is wrong is known before the training.

    Returns:
        The plan, or why there is nothing to patch.

    Raises:
        MissingPathError: the user's file does not exist.
        InputError: it is no CubeMX project, or one that cannot be edited.
        UsageError: application and UART do not go together.
    """
    table = config.cubemx or CubeMXTable()
    given = None if table.ioc is None else existing_file(Path(table.ioc), "the .ioc file")
    file = given or board_template(board)
    if file is None:
        return f"there is no template for {board.name}, and no cubemx.ioc is given"
    application = _APPLICATIONS.get(table.application, table.application)
    uart = table.uart
    if uart is None and application in _TALKING and board.vcp is not None:
        uart = board.vcp.name
    document = read_project(file)
    beside = journal_path(file)
    plan = CubeMXPlan(
        file=file,
        document=document,
        source=f"the template of {board.name}" if given is None else str(given),
        journal=Journal.read(beside) if given is not None and beside.is_file() else None,
        pack=table.pack,
        application=application,
        uart=uart,
        board=board.name,
        notes=_misfits(document, board),
    )
    _edit(plan, NetworkRequest(config.model.name, "Models/network.tflite", "TFLITE"))
    return plan


def write_cubemx(
    plan: CubeMXPlan,
    variant: str,
    request: EngineRequest,
    result: EngineResult,
    engine: str,
    *,
    folder: Path,
    shown: Path,
) -> CubeMXProject:
    """Write a variant's project.

    Args:
        plan: from :func:`plan_cubemx`.
        variant: its name.
        request: what the engine was asked for.
        result: what it generated.
        engine: its name; only figures of ST's tool go into the ``.ioc``.
        folder: the new folder.
        shown: the same folder as the record should state it.

    Raises:
        RefusedError: the disk is full, ...
    """
    copy = f"Models/{request.name}_{variant}.tflite"
    analysis, notes = _analysis(plan, request, result) if engine == _ST else (None, ())
    edit, proof = _edit(plan, NetworkRequest(request.name, copy, "TFLITE", analysis=analysis))
    with refusals("read", request.model):
        content = request.model.read_bytes()
    files: dict[str, str | bytes] = {plan.file.name: edit.after.to_bytes(), copy: content}
    journal = journal_after(plan.journal, edit)
    if journal is not None:
        files[journal_path(plan.file).name] = journal.to_json()
    files |= _sources(result)
    without = _without_application(plan, request, result)
    if not without:
        files |= application_files(request.name, result.report.c_api or request.c_api)
    for name, data in files.items():
        write_atomic(folder / name, data)
    written = folder / plan.file.name
    project = CubeMXProject(
        ioc=str(shown / plan.file.name),
        source=plan.source,
        pack=plan.pack,
        application=plan.application,
        analyzed=analysis is not None,
        changed=tuple(ChangedKey(one.key, one.before, one.after) for one in edit.changes),
        pins=proof.pins,
        clocks=proof.clocks,
        peripherals=proof.peripherals,
        files=tuple(sorted([*files, _README])),
        findings=_lines(lint(IocDocument.read(written), generated=collect_generated(written))),
        notes=(*plan.notes, *edit.notes, *notes, *([without] if without else [])),
    )
    write_atomic(folder / _README, readme(project, request.name, variant, plan.board, result.report))
    return project


def _edit(plan: CubeMXPlan, network: NetworkRequest) -> tuple[Edit, Untouched]:
    """The edit and its proof; errors name the file."""
    try:
        request = AddRequest(plan.pack, (network,), application=plan.application, uart=plan.uart)
        edit = add_cube_ai(plan.document, request)
        return edit, verify_edit(edit)
    except CubeAIError as error:
        error.message = f"{plan.file}: {error.message}"
        raise


def _analysis(
    plan: CubeMXPlan, request: EngineRequest, result: EngineResult
) -> tuple[Analysis | None, tuple[str, ...]]:
    """The figures that CubeMX caches, where the report of ST's tool has them all."""
    try:
        found = reported_analysis(result.report, f"the report of {request.name}")
    except InputError as error:
        return None, (error.message,)
    return found.analysis, tuple(found.notes(request.name, plan.pack))


def _sources(result: EngineResult) -> Mapping[str, bytes]:
    """The generated C files, where CubeMX puts its own."""
    if result.directory is None:
        return {}
    with refusals("read", result.directory):
        return {
            f"{_CODE}/{path.name}": path.read_bytes()
            for path in sorted(result.directory.iterdir())
            if path.suffix in _CODE_SUFFIXES and path.is_file()
        }


def _without_application(plan: CubeMXPlan, request: EngineRequest, result: EngineResult) -> str:
    """Why the project gets no application C; empty if it does."""
    if plan.application in _TALKING:
        return f"the pack's {plan.application} runs the network: no application C beside it"
    return no_application(request.name, result.report)


def _misfits(document: IocDocument, board: Board) -> tuple[str, ...]:
    """A project for another chip than the board's."""
    stated = document.get("Mcu.UserName") or document.get("Mcu.Name") or ""
    try:
        same = find_part(stated).ref_name == find_part(board.mcu).ref_name
    except PartError:
        same = stated == board.mcu
    return () if same else (f"the .ioc is for {stated or 'no chip'}, {board.name} has {board.mcu}",)


def _lines(findings: tuple[Finding, ...]) -> tuple[LintLine, ...]:
    return tuple(LintLine(one.rule, one.severity, one.key, one.line, one.message) for one in findings)
