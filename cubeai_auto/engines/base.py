"""What every engine takes and gives: the pipeline does not know which one runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from cubeai_auto.contract import InputContract
from cubeai_auto.reports.memory import MemoryMap
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.reports.validation import ValidationResult
from cubeai_auto.target import Target
from cubeai_auto.tflite.support import OperatorSupport

__all__ = ["Engine", "EngineRequest", "EngineResult", "Place", "Validation", "ValidationRequest"]

Place = Literal["host", "emulator", "board"]


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """A model and how it is to be deployed.

    Attributes:
        model: the ``.tflite`` file.
        target: the STM32 series.
        name: the network's C name.
        optimization: ``balanced``, ``time``, ``ram`` or ``size``.
        compression: ``none``, ``lossless``, ``low``, ``medium`` or ``high``.
        c_api: ``st-ai`` or ``legacy``.
        opt_level: the compiler's optimization level for every figure: ``Os``, ``O2``, ``O3``.
        io_in_activations: whether inputs and outputs share the activations buffer.
        fast_float: whether float results may differ in the last bits.
        rounding: of the built-in engine's requantization: ``double`` as its oracle, or ``single``.
        contract: the input contract, exported into the generated header.
        shown_model: the model's path as reports should state it, if not where it is read.
    """

    model: Path
    target: Target
    name: str = "network"
    optimization: str = "balanced"
    compression: str = "none"
    c_api: str = "st-ai"
    opt_level: str = "O2"
    io_in_activations: bool = True
    fast_float: bool = False
    rounding: Literal["double", "single"] = "double"
    contract: InputContract | None = None
    shown_model: str = ""


@dataclass(frozen=True, slots=True)
class EngineResult:
    """What an engine made.

    Attributes:
        report: in the one form of all reports.
        directory: the folder with the generated files; ``None`` after ``analyze``.
        memory: the plan of the activations, if the engine tells.
    """

    report: CubeReport
    directory: Path | None
    memory: MemoryMap | None


@dataclass(frozen=True, slots=True, eq=False)
class ValidationRequest:
    """Where and on what to run generated code.

    Attributes:
        on: ``host``, ``emulator`` or ``board``.
        inputs: one array per network input, (vectors, *shape) in the stored type.
        work: folder for builds and logs; kept.
        timeout: seconds for each external program.
        independent: code and oracle reset the states of a recurrent network before every vector;
            otherwise both take the vectors as one sequence that begins with a reset.
    """

    on: Place
    inputs: tuple[npt.NDArray[np.generic], ...]
    work: Path
    timeout: float = 600.0
    independent: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """A validation's result, and the outputs it saw: one array per output, (vectors, *shape)."""

    result: ValidationResult
    outputs: tuple[npt.NDArray[np.generic], ...]


class Engine(Protocol):
    """Something that turns a model into C and can prove it."""

    @property
    def name(self) -> str:
        """``builtin``, ``stedgeai`` or ``predicted``."""

    @property
    def title(self) -> str:
        """The engine's name for readers."""

    @property
    def version(self) -> str:
        """The engine's own version."""

    def supported_operators(self) -> tuple[OperatorSupport, ...]:
        """The operators it compiles, with types and limits."""

    def analyze(self, request: EngineRequest) -> EngineResult:
        """The report, without leaving files."""

    def generate(self, request: EngineRequest, directory: Path) -> EngineResult:
        """Write C sources and report into ``directory``, which appears whole or not at all."""

    def validate(self, request: EngineRequest, validation: ValidationRequest) -> Validation:
        """Run generated code and compare it with the oracle."""
