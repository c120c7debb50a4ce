"""ST's tool, run and judged: exit status, files and report must agree that it succeeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.engines.stedgeai.arguments import build
from cubeai_auto.engines.stedgeai.discovery import StTool
from cubeai_auto.engines.stedgeai.errors import ConsentError, error_for
from cubeai_auto.engines.stedgeai.merging import merged
from cubeai_auto.engines.stedgeai.messages import (
    ToolMessage,
    clean_console,
    find_messages,
    looks_like_a_prompt,
)
from cubeai_auto.engines.stedgeai.options import supports
from cubeai_auto.engines.stedgeai.outputs import report_names, required_files
from cubeai_auto.engines.stedgeai.requests import (
    GenerateRequest,
    ModelRequest,
    SupportedOpsRequest,
    ToolRequest,
)
from cubeai_auto.errors import InputError, ToolFailedError, ToolTimeoutError, UsageError
from cubeai_auto.files import existing_file, new_directory
from cubeai_auto.reports.load import load_report
from cubeai_auto.reports.report import CubeReport

__all__ = ["ToolRun", "run_tool"]

_LINES = 12
_LISTS_FILES = (6, 0)
_PROMPT_HINT = "start the tool once by hand in a terminal and answer its question"
_TIMEOUT_HINT = "read the log; a first run may wait for consent: start the tool once by hand"


@dataclass(frozen=True, slots=True)
class ToolRun:
    """A run that succeeded.

    Attributes:
        command: the copyable command line.
        output: the folder with what the tool wrote.
        files: names of the files there.
        report: what the tool reported; ``None`` if it was told to write none.
        console: its console output without colors and progress bars.
        seconds: how long it took.
        log: everything it printed.
    """

    command: str
    output: Path
    files: tuple[str, ...]
    report: CubeReport | None
    console: tuple[str, ...]
    seconds: float
    log: Path


def run_tool(
    tool: StTool,
    request: ToolRequest,
    *,
    work: Path,
    timeout: float = 600.0,
    tell: Callable[[str], None] | None = None,
) -> ToolRun:
    """Run one command.

    Args:
        tool: an installed tool.
        request: workspace and output folder in it are replaced by folders in ``work``.
        work: receives ``stedgeai.log``, ``<command>-workspace`` and, only after a success,
            ``<command>-output``.
        timeout: seconds.
        tell: hears what is being done.

    Raises:
        UsageError: the version cannot honor the request (nothing was started), or it refused an
            option.
        MissingPathError: the model does not exist.
        UnsupportedModelError: the tool does not take the model.
        ToolFailedError: board trouble, a crash, missing files, or a report of failure.
        ToolTimeoutError: it ran too long, or waits for an answer.
        ToolMissingError: it cannot be started, or wants its license accepted.
    """
    version = tool.version
    work = work.absolute()
    log = work / "stedgeai.log"
    output = work / f"{request.command}-output"
    if isinstance(request, ModelRequest):
        _check_paths(request)
    with new_directory(output) as part:
        if isinstance(request, ModelRequest):
            request = replace(
                request,
                no_workspace=False,
                workspace=str(work / f"{request.command}-workspace"),
                output=str(part),
                quiet=supports("quiet", request.command, version),
            )
        arguments = build(request, version)
        if tell is not None:
            tell(f"{version}: {request.command}")
        try:
            done = process.run(
                [tool.path, *arguments], timeout=timeout, cwd=work, log=log, ok_codes=None
            )
        except ToolTimeoutError as error:
            raise _timed_out(error) from error
        report = _judge(request, tool, done, part, log)
        console = tuple(clean_console(done.stdout + done.stderr))
        files = tuple(sorted(p.relative_to(part).as_posix() for p in part.rglob("*") if p.is_file()))
    return ToolRun(done.command, output, files, report, console, done.seconds, log)


def _check_paths(request: ModelRequest) -> None:
    for model in request.models:
        existing_file(Path(model), "the model")
    if request.name is not None and Path(request.name).suffix:
        msg = f"the C name {request.name!r} looks like a file name"
        raise UsageError(msg, hint="use letters, digits and _")


def _timed_out(error: ToolTimeoutError) -> ToolTimeoutError:
    asked = looks_like_a_prompt("\n".join(error.tail))
    if not asked:
        error.hint = _TIMEOUT_HINT
        return error
    msg = f"ST's tool waits for an answer: {asked}"
    consent = ConsentError(
        msg, command=error.command, tail=error.tail, log=error.log, hint=_PROMPT_HINT
    )
    consent.said = ToolMessage(asked, "", "", "consent", _PROMPT_HINT)
    return consent


def _judge(
    request: ToolRequest, tool: StTool, done: process.Completed, output: Path, log: Path
) -> CubeReport | None:
    """The report of a run that succeeded by every sign.

    Raises:
        CubeAIError: a sign of failure, as the error of its kind.
    """
    printed = done.stdout + "\n" + done.stderr
    messages = find_messages(printed)
    tail = tuple(line for line in clean_console(printed) if line.strip())[-_LINES:]
    if done.returncode != 0 or messages:
        raise error_for(messages, command=done.command, returncode=done.returncode, tail=tail, log=log)
    missing = [
        name
        for name in required_files(request, tool.version)
        if not (output / name).is_file() or (output / name).stat().st_size == 0
    ]
    if missing:
        msg = f"{tool.version} ended without an error, and did not write {', '.join(missing)}"
        raise _failed(msg, done, tail, log)
    if isinstance(request, SupportedOpsRequest) or request.no_report:
        return None
    report = _report(request, tool, output, done, log)
    if report.status != "ok":
        # The report repeats the tool's own line, which may not have been on the console.
        said = find_messages("\n".join(report.errors))
        if said:
            raise error_for(said, command=done.command, returncode=0, tail=tail, log=log)
        msg = f"the report of {tool.version} says that it failed"
        raise _failed(msg, done, tail, log)
    listed = [name.replace("\\", "/").rpartition("/")[2] for name in report.generated_files]
    gone = [name for name in listed if not any(output.rglob(name))]
    if gone and not (isinstance(request, GenerateRequest) and request.dll):
        msg = f"the report of {tool.version} lists files that are not there: {', '.join(gone)}"
        raise _failed(msg, done, tail, log)
    return report


def _report(
    request: ToolRequest, tool: StTool, output: Path, done: process.Completed, log: Path
) -> CubeReport:
    text, *beside = report_names(request, tool.version)
    try:
        report = load_report(output / text)
        lost = _lost(request, tool, report)
        if lost:
            msg = f"{tool.version} left a report without {lost}"
            raise _failed(msg, done, (), log)
        for name in beside:
            if (output / name).is_file():
                report = merged(report, load_report(output / name))
    except InputError as error:
        msg = f"{tool.version} left a report that cannot be read: {error.message}"
        raise _failed(msg, done, (), log) from error
    return report


def _lost(request: ToolRequest, tool: StTool, report: CubeReport) -> str:
    """What a complete text report has and this one lacks; empty if nothing."""
    if not report.footprint.weights.known and not report.macc.known:
        return "figures"
    npu = isinstance(request, ModelRequest) and request.neural_art is not None
    listed = isinstance(request, GenerateRequest) and tool.version.grammar >= _LISTS_FILES
    return "its list of files" if listed and not npu and not report.generated_files else ""


def _failed(message: str, done: process.Completed, tail: tuple[str, ...], log: Path) -> ToolFailedError:
    return ToolFailedError(
        message,
        command=done.command,
        returncode=done.returncode,
        tail=tail,
        log=log,
        hint="read the log; check free disk space; try a newer version of the tool",
    )
