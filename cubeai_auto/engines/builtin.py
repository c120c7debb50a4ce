"""The built-in engine: our own compiler, this machine's C compilers, and an emulated STM32.

It is not Cube.AI and never says so; its code follows the same st-ai API, so that an application
builds on either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto import __version__
from cubeai_auto.codegen import CompileOptions, GeneratedNetwork, compile_network
from cubeai_auto.codegen.lowering import SUPPORTED
from cubeai_auto.codegen.prepare import has_half_constants
from cubeai_auto.engines.base import EngineRequest, EngineResult, Validation, ValidationRequest
from cubeai_auto.engines.builtin_layers import Counted, layer_infos
from cubeai_auto.engines.builtin_report import (
    SINGLE_ROUNDING,
    build_report,
    memory_map,
    report_json,
)
from cubeai_auto.errors import ToolMissingError, UsageError
from cubeai_auto.files import temporary_folder, write_files
from cubeai_auto.firmware.emulator import run_on_emulator
from cubeai_auto.firmware.footprint import LinkedFootprint, link_footprint
from cubeai_auto.firmware.host import run_on_host
from cubeai_auto.firmware.vectors import OutputSpec
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import Quantity, missing, simulated
from cubeai_auto.reports.metrics import compare_outputs
from cubeai_auto.reports.text import report_text
from cubeai_auto.reports.validation import ValidationResult, not_validated
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflite.reader import load_model
from cubeai_auto.tflite.support import OperatorSupport
from cubeai_auto.tflite.vectors import batched_inputs
from cubeai_auto.tflm.host import run_host

__all__ = ["FAST_FLOAT_RELATIVE", "SOFTMAX_ULP", "BuiltinEngine"]

SOFTMAX_ULP = 4
"""Float outputs behind a softmax may be so many units in the last place apart: expf differs."""

FAST_FLOAT_RELATIVE = 1e-5
"""With fused multiply-add, float outputs may differ by this share of the largest one; also where a
result of ``expf`` or ``tanhf`` is computed with."""

_REFERENCE = "the reference is LiteRT's reference kernels, which are not run here"
_RECURRENT = "UNIDIRECTIONAL_SEQUENCE_LSTM"
_LIBRARY_FUNCTIONS = frozenset({"LOGISTIC", "SOFTMAX", "TANH", _RECURRENT})
"""Operators that call the C library's ``expf`` or ``tanhf`` for float32."""


class BuiltinEngine:
    """The engine that needs nothing of ST's."""

    name = "builtin"
    title = "cubeai_auto built-in engine"
    version = __version__

    def supported_operators(self) -> tuple[OperatorSupport, ...]:
        """The operators it compiles, with their limits."""
        return SUPPORTED

    def analyze(self, request: EngineRequest) -> EngineResult:
        """The report, without leaving files.

        Raises:
            UnsupportedModelError: the model uses something the engine does not compile.
            ModelFormatError: the file is not a readable model.
        """
        with temporary_folder() as temporary:
            result = self.generate(request, temporary / "generated")
        return EngineResult(result.report, None, result.memory)

    def generate(self, request: EngineRequest, directory: Path) -> EngineResult:
        """Write C sources, ``<name>_report.txt`` and ``<name>_report.json``.

        Raises:
            UnsupportedModelError: the model uses something the engine does not compile.
            ModelFormatError: the file is not a readable model.
            RefusedError: the folder cannot be written; it stays as it was.
        """
        graph = load_model(request.model)
        network = _compile(graph, request)
        linked, reason = _measure(network, request)
        names = (*(f.name for f in network.files), *_report_names(request.name))
        report = build_report(request, graph, network, linked, reason, names)
        text, document = _report_names(request.name)
        memory = memory_map(graph, network)
        write_files(
            directory,
            {f.name: f.content for f in network.files}
            | {
                text: report_text(report, memory),
                document: json_text(report_json(report, request, memory)),
            },
        )
        return EngineResult(report, directory, memory)

    def validate(self, request: EngineRequest, validation: ValidationRequest) -> Validation:
        """Run the generated code on every vector and compare each output element with TFLM's.

        Without TFLM's host wheel the code still runs; the result then has no oracle, and says why.

        Raises:
            ToolMissingError: the compiler or the emulator is not there.
            InputError: the vectors do not fit the network.
            UnsupportedModelError: the engine or the oracle refuses the model.
            UsageError: a board was asked for.
        """
        if validation.on == "board":
            msg = "the built-in engine runs on the host and in the emulator, not on boards"
            raise UsageError(msg, hint="use --on emulator")
        graph = load_model(request.model)
        batched_inputs(graph, validation.inputs)
        network = _compile(graph, request)
        sources = validation.work / "generated"
        write_files(sources, {f.name: f.content for f in network.files})
        ran = _run(graph, request, validation, sources)
        result = self._judge(graph, request, validation, ran)
        if ran.layers is not None:
            result = replace(result, layers=layer_infos(request, graph, network, ran.layers))
        return Validation(result, ran.outputs)

    def _judge(
        self, graph: Graph, request: EngineRequest, validation: ValidationRequest, ran: _Ran
    ) -> ValidationResult:
        """Compare what the code computed with the oracle."""
        engine = self.name
        reason = _without_oracle(graph, request)
        if reason:
            return _unjudged(validation, ran, engine, reason)
        try:
            oracle = run_host(
                request.model,
                validation.inputs,
                independent=validation.independent,
                timeout=validation.timeout,
                log=validation.work / "tflm.log",
            )
        except ToolMissingError as error:
            return _unjudged(validation, ran, engine, error.message)
        order = _order(graph, validation)
        ulp, inexact = _float_tolerance(graph)
        relative = FAST_FLOAT_RELATIVE if request.fast_float or inexact else 0.0
        compared = compare_outputs(
            ran.outputs,
            oracle.outputs,
            [graph.tensor(index).quantization for index in graph.outputs],
            ulp=ulp,
            relative=relative,
        )
        return ValidationResult(
            on=validation.on,
            engine=engine,
            oracle=f"TFLM (tflite_micro {oracle.version}, reference kernels, x86-64 host{order})",
            vectors=compared.vectors,
            outputs_compared=compared.outputs_compared,
            mismatches=compared.mismatches,
            max_abs_error=compared.max_abs_error,
            metrics=compared.metrics,
            tolerance=_tolerance(graph, ulp, request.fast_float, inexact),
            instructions=ran.instructions,
            stack=ran.stack,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Ran:
    """Outputs of generated code, wherever it ran, and what was measured on the way."""

    outputs: tuple[npt.NDArray[np.generic], ...]
    instructions: Quantity
    stack: Quantity
    layers: Counted | None = None


def _compile(graph: Graph, request: EngineRequest) -> GeneratedNetwork:
    if request.compression != "none":
        msg = f"the built-in engine does not compress weights ({request.compression})"
        raise UsageError(msg, hint="use --compression none")
    if request.c_api not in {"st-ai", "legacy"}:
        msg = f"there is no C API {request.c_api!r}"
        raise UsageError(msg, hint="use --c-api st-ai or --c-api legacy")
    return compile_network(
        graph,
        CompileOptions(
            name=request.name,
            dsp=request.target.dsp,
            optimization=request.optimization,
            io_in_activations=request.io_in_activations,
            fast_float=request.fast_float,
            rounding=request.rounding,
            contract=request.contract,
            c_api="legacy" if request.c_api == "legacy" else "st-ai",
        ),
    )


def _measure(network: GeneratedNetwork, request: EngineRequest) -> tuple[LinkedFootprint | None, str]:
    """Sizes from a linked program, or why there are none."""
    with temporary_folder() as temporary:
        sources = temporary / "sources"
        write_files(sources, {f.name: f.content for f in network.files})
        try:
            linked = link_footprint(
                sources,
                request.name,
                target=request.target,
                work=temporary,
                opt_level=request.opt_level,
                fast_float=request.fast_float,
                c_api=request.c_api,
            )
        except ToolMissingError as error:
            return None, error.message.partition("\n")[0]
    return linked, ""


def _run(graph: Graph, request: EngineRequest, validation: ValidationRequest, sources: Path) -> _Ran:
    outputs: Sequence[OutputSpec] = [
        OutputSpec(graph.tensor(index).dtype, graph.tensor(index).vector_shape)
        for index in graph.outputs
    ]
    if validation.on == "host":
        host = run_on_host(
            sources,
            request.name,
            validation.inputs,
            outputs,
            work=validation.work,
            fast_float=request.fast_float,
            independent=validation.independent,
            c_api=request.c_api,
            timeout=validation.timeout,
        )
        return _Ran(
            host.outputs,
            missing("instructions are counted in the emulator only"),
            missing("stack is measured in the emulator only"),
        )
    emulator = run_on_emulator(
        sources,
        request.name,
        validation.inputs,
        outputs,
        target=request.target,
        work=validation.work,
        opt_level=request.opt_level,
        fast_float=request.fast_float,
        independent=validation.independent,
        c_api=request.c_api,
        timeout=validation.timeout,
    )
    source = f"{emulator.machine}; {emulator.compiler}, -{request.opt_level}"
    spread = f"largest of {len(validation.inputs[0]):,} vectors (least {emulator.instructions_min:,})"
    return _Ran(
        emulator.outputs,
        simulated(emulator.instructions_max, "instructions", f"{source}; {spread}"),
        simulated(emulator.stack_bytes, "B", f"{source}; by painting, without interrupts"),
        Counted(emulator.layers, source) if emulator.layers else None,
    )


def _without_oracle(graph: Graph, request: EngineRequest) -> str:
    """Why there is nothing to compare the outputs with; empty if TFLM computes the same."""
    integer = any(tensor.dtype == "int8" and not tensor.is_constant for tensor in graph.tensors)
    if request.rounding == "single" and integer:
        return f"unverified: {SINGLE_ROUNDING}"
    if has_half_constants(graph):
        return f"unverified: TFLM takes no float16 constants; {_REFERENCE}"
    if any(operator.name == "RELU_N1_TO_1" for operator in graph.operators):
        return f"unverified: TFLM has no RELU_N1_TO_1; {_REFERENCE}"
    return ""


def _order(graph: Graph, validation: ValidationRequest) -> str:
    """How code and oracle took the vectors, where that matters."""
    if not any(tensor.is_variable for tensor in graph.tensors):
        return ""
    return "; reset before every vector" if validation.independent else "; one sequence from a reset"


def _unjudged(validation: ValidationRequest, ran: _Ran, engine: str, reason: str) -> ValidationResult:
    """The result of a run whose outputs were compared with nothing."""
    return replace(
        not_validated(validation.on, engine, reason),
        vectors=len(validation.inputs[0]),
        instructions=ran.instructions,
        stack=ran.stack,
    )


def _float_tolerance(graph: Graph) -> tuple[int, bool]:
    """Units in the last place for results of the C library, and whether others compute with such."""
    ulp, inexact = 0, False
    for operator in graph.operators:
        if operator.name in _LIBRARY_FUNCTIONS and graph.tensor(operator.inputs[0]).dtype == "float32":
            ulp = SOFTMAX_ULP
            inexact |= any(operator.outputs[0] in other.inputs for other in graph.operators)
            inexact |= operator.name == _RECURRENT  # its own results come back to it
    return ulp, inexact


def _tolerance(graph: Graph, ulp: int, fast: bool, inexact: bool) -> str:
    kinds = {graph.tensor(index).dtype for index in graph.outputs}
    if "float32" not in kinds:
        return "equal values"
    floats = f"{ulp} units in the last place (expf)" if ulp else "equal bits"
    if fast or inexact:
        why = "fused multiply-add" if fast else "expf inside the network"
        floats = f"{FAST_FLOAT_RELATIVE:g} of the largest output ({why})"
    return floats if len(kinds) == 1 else f"equal values; float32: {floats}"


def _report_names(name: str) -> tuple[str, str]:
    return f"{name}_report.txt", f"{name}_report.json"
