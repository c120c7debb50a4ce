"""ST's tool as an engine: the same requests as the built-in engine's, on ST's own code.

Generated code runs where ST's ``validate`` runs it: on this machine or on a board. It is never
executed in an emulator, because ST's license allows its runtime on ST's devices only.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tflite.BuiltinOperator import BuiltinOperator

from cubeai_auto.engines.base import EngineRequest, EngineResult, Validation, ValidationRequest
from cubeai_auto.engines.stedgeai.connection import Connection
from cubeai_auto.engines.stedgeai.discovery import StTool
from cubeai_auto.engines.stedgeai.requests import (
    SupportedOpsRequest,
    analyze_request,
    generate_request,
    validate_request,
)
from cubeai_auto.engines.stedgeai.runner import ToolRun, run_tool
from cubeai_auto.engines.stedgeai.vectors import read_saved_outputs, write_inputs
from cubeai_auto.errors import ToolFailedError, UsageError
from cubeai_auto.files import refusals, write_files
from cubeai_auto.quantity import missing
from cubeai_auto.reports.metrics import compare_outputs
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model
from cubeai_auto.tflite.support import OperatorSupport
from cubeai_auto.tflite.vectors import batched_inputs

__all__ = ["FLOAT_RELATIVE", "INTEGER_STEPS", "StEdgeAiEngine"]

INTEGER_STEPS = 1
"""Quantized outputs of ST's kernels may be so many steps from the original model's."""

FLOAT_RELATIVE = 1e-4
"""Float outputs may differ by this share of the largest one: ST's kernels sum in another order."""

_LICENSE = "ST's license allows its runtime on ST's devices only"
_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b")
_Array = npt.NDArray[np.generic]


class StEdgeAiEngine:
    """ST's stm32ai or stedgeai, as installed.

    Args:
        tool: the installed tool.
        connection: the board for validation on boards; without it the tool looks for one.
        timeout: seconds for each run without a limit of its own.
    """

    name = "stedgeai"

    def __init__(
        self, tool: StTool, *, connection: Connection | None = None, timeout: float = 600.0
    ) -> None:
        self.tool = tool
        self.connection = connection
        self.timeout = timeout

    @property
    def title(self) -> str:
        """The engine's name for readers."""
        old = self.tool.version.program == "stm32ai"
        return "ST X-CUBE-AI (stm32ai)" if old else "ST Edge AI Core (stedgeai)"

    @property
    def version(self) -> str:
        """The tool's version with its build, or ``unknown``."""
        version = self.tool.version
        if not version.number:
            return "unknown"
        return version.number if version.build is None else f"{version.number}-{version.build}"

    def supported_operators(self) -> tuple[OperatorSupport, ...]:
        """The TensorFlow Lite operators that the tool's ``supported-ops`` names.

        Raises:
            UsageError: the version has no such command.
            ToolFailedError: it failed, or named no operator.
        """
        with tempfile.TemporaryDirectory(prefix="cubeai-auto-") as temporary:
            run = run_tool(
                self.tool,
                SupportedOpsRequest(model_type="tflite"),
                work=Path(temporary),
                timeout=self.timeout,
            )
        known = {name for name in vars(BuiltinOperator) if name.isupper()}
        named = sorted({word for line in run.console for word in _NAME.findall(line)} & known)
        if not named:
            msg = f"{self.tool.version} named no operator"
            raise ToolFailedError(
                msg, command=run.command, tail=run.console[-12:], hint="run it by hand"
            )
        limits = f"named by {self.tool.version}; types and limits: its documentation"
        return tuple(OperatorSupport(name, ("not stated",), limits) for name in named)

    def analyze(self, request: EngineRequest) -> EngineResult:
        """The tool's report, without leaving files.

        Raises:
            CubeAIError: see :func:`cubeai_auto.engines.stedgeai.runner.run_tool`.
        """
        with tempfile.TemporaryDirectory(prefix="cubeai-auto-") as temporary:
            asked = analyze_request(request, self.tool.version)
            run = run_tool(self.tool, asked, work=Path(temporary), timeout=self.timeout)
        return EngineResult(_shown(_report(run), request, ()), None, None)

    def generate(self, request: EngineRequest, directory: Path) -> EngineResult:
        """Write ST's C sources, reports and ``stedgeai.log`` into the folder, all or nothing.

        Raises:
            CubeAIError: see :func:`cubeai_auto.engines.stedgeai.runner.run_tool`.
            RefusedError: the folder cannot be written; it stays as it was.
        """
        with tempfile.TemporaryDirectory(prefix="cubeai-auto-") as temporary:
            asked = generate_request(request, self.tool.version)
            run = run_tool(self.tool, asked, work=Path(temporary), timeout=self.timeout)
            with refusals("read", run.output):
                contents = {name: (run.output / name).read_bytes() for name in run.files}
                contents[run.log.name] = run.log.read_bytes()
            write_files(directory, {n: c for n, c in contents.items() if "/" not in n})
        names = tuple(name for name in contents if "/" not in name)
        return EngineResult(_shown(_report(run), request, names), directory, None)

    def validate(self, request: EngineRequest, validation: ValidationRequest) -> Validation:
        """Let ST's ``validate`` run the vectors through its code and through the original model.

        Raises:
            UsageError: the emulator was asked for, or the version cannot do it.
            InputError: the vectors do not fit the network, or what was saved is damaged.
            CubeAIError: see :func:`cubeai_auto.engines.stedgeai.runner.run_tool`.
        """
        if validation.on == "emulator":
            msg = f"code generated by ST's tool is not run in the emulator: {_LICENSE}"
            raise UsageError(msg, hint="use --on host or --on board, or --engine builtin")
        graph = load_model(request.model)
        inputs = batched_inputs(graph, validation.inputs)
        on_board = validation.on == "board"
        files = write_inputs(inputs, self.tool.version, validation.work)
        asked = validate_request(
            request,
            self.tool.version,
            mode="target" if on_board else "host",
            inputs=tuple(str(path.absolute()) for path in files),
            connection=self.connection if on_board else None,
        )
        run = run_tool(self.tool, asked, work=validation.work, timeout=validation.timeout)
        saved = run.output / f"{request.name}_val_io.npz"
        got = read_saved_outputs(saved, graph, "c")
        expected = read_saved_outputs(saved, graph, "m")
        return Validation(self._judge(graph, validation, got, expected), got)

    def _judge(
        self,
        graph: Graph,
        validation: ValidationRequest,
        got: tuple[_Array, ...],
        expected: tuple[_Array, ...],
    ) -> ValidationResult:
        compared = compare_outputs(
            got,
            expected,
            [graph.tensor(index).quantization for index in graph.outputs],
            relative=FLOAT_RELATIVE,
        )
        within = sum(
            int(np.count_nonzero((y != r) & (_steps(y, r) <= INTEGER_STEPS)))
            for y, r in zip(got, expected, strict=True)
            if y.dtype.kind in "iu"
        )
        reason = missing("ST's validate does not count instructions")
        return ValidationResult(
            on=validation.on,
            engine=self.name,
            oracle=f"the original model as {self.tool.version} runs it (validate, m_outputs)",
            vectors=compared.vectors,
            outputs_compared=compared.outputs_compared,
            mismatches=compared.mismatches - within,
            max_abs_error=compared.max_abs_error,
            metrics=compared.metrics,
            tolerance=_tolerance(graph),
            instructions=reason,
            stack=missing("not stated by ST's validate on the host"),
        )


def _report(run: ToolRun) -> CubeReport:
    if run.report is None:
        msg = "ST's tool wrote no report"
        raise ToolFailedError(msg, command=run.command, log=run.log, hint="read the log")
    return run.report


def _shown(report: CubeReport, request: EngineRequest, names: tuple[str, ...]) -> CubeReport:
    """The report as of this run: no temporary paths, the files that were kept."""
    return replace(
        report,
        file=None,
        model_path=request.shown_model or str(request.model),
        generated_files=names,
        parameters=report.parameters,
    )


def _steps(a: _Array, b: _Array) -> npt.NDArray[np.int64]:
    return np.abs(a.astype(np.int64) - b.astype(np.int64))


def _tolerance(graph: Graph) -> str:
    kinds = {graph.tensor(index).dtype for index in graph.outputs}
    if kinds == {"float32"}:
        return f"{FLOAT_RELATIVE:g} of the largest output (ST's kernels sum in another order)"
    return f"{INTEGER_STEPS} step of a quantized output, {FLOAT_RELATIVE:g} of the largest float one"
