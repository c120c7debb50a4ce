"""Flash and static RAM as quantities that say what they rest on, and how exact they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cubeai_auto.quantity import Quantity, missing, predicted
from cubeai_auto.tflm.builds import Build, Delta, Registrations, delta, measured_operators
from cubeai_auto.tflm.flash import Opt, linked_flash, without_table
from cubeai_auto.tflm.operators import COMMIT, Kernels
from cubeai_auto.tflm.tail import up
from cubeai_auto.tflm.values import TflmFlash

__all__ = ["COMPILER", "FlashRequest", "no_flash", "predict_flash"]

COMPILER = "arm-none-eabi-gcc 12.2.1, newlib-nano"
_FPU: Mapping[str, str] = {"cortex-m4": "single", "cortex-m7": "double", "cortex-m33": "single"}
"""The floating-point unit of each core as it was measured (``-mfpu=auto``)."""

_KNOWN_ERROR, _OTHER_ERROR = 50, 300
_FITTED_OPERATORS, _FURTHER_ERROR = 5, 20
_WORD = 4
_DELTA_CORE = "cortex-m4"

_BSS, _BSS_A_REGISTRATION, _BSS_OF_LOGS = 284, 36, 16
_DATA: Mapping[str, int] = {"cortex-m4": 104, "cortex-m7": 100, "cortex-m33": 104}
_DATA_OF_LOGS = 100


@dataclass(frozen=True, slots=True)
class FlashRequest:
    """What to predict: the build, and the core's floating-point unit if it is known."""

    core: str
    opt: Opt
    kernels: Kernels
    build: Build = "release"
    registrations: Registrations = "default"
    fpu: str | None = None


def no_flash(reason: str) -> TflmFlash:
    """No figure, and why."""
    gap = missing(reason)
    return TflmFlash(gap, gap, gap, gap)


def predict_flash(operators: frozenset[str], model_bytes: int, request: FlashRequest) -> TflmFlash:
    """Flash and static RAM of a firmware with nothing but TFLM and one model.

    Args:
        operators: the distinct operators of the model.
        model_bytes: size of the ``.tflite`` file.
        request: the build.
    """
    differences = _differences(operators, request)
    table: Opt = "Os" if request.opt == "O3" else request.opt
    reason = _obstacle(operators, request, table)
    if not reason and differences is None:
        reason = "its difference to a release build was not measured for these operators"
    if reason or differences is None:
        return no_flash(f"flash of TFLM {COMMIT} with {COMPILER} is not predicted: {reason}")
    linked = linked_flash(request.core, table, request.kernels, operators)
    more = sum(difference.size for difference in differences)
    source = _source(operators, request, table, differences)
    total = linked.code + more + up(model_bytes, _WORD)
    return TflmFlash(
        core=predicted(linked.core, "B", f"{source}; TFLM, C library and startup without an operator"),
        kernels=predicted(linked.kernels + more, "B", f"{source}; what the operators add"),
        total=predicted(total, "B", f"{source}; core, kernels and the model file"),
        static_ram=_static_ram(operators, request),
    )


def _obstacle(operators: frozenset[str], request: FlashRequest, table: Opt) -> str:
    """Why there is no figure; empty if there is one."""
    measured = _FPU.get(request.core)
    if request.opt == "O3" and request.core != _DELTA_CORE:
        return f"-O3 was measured for {_DELTA_CORE} only"
    if reason := without_table(request.core, table, request.kernels, operators):
        return reason
    if request.fpu is not None and request.fpu != measured:
        return (
            f"{request.core} was measured with a {measured}-precision FPU, and this one has "
            f"{'none' if request.fpu == 'none' else f'a {request.fpu}-precision one'}"
        )
    return ""


def _differences(operators: frozenset[str], request: FlashRequest) -> tuple[Delta, ...] | None:
    """What is added to the release build; ``None`` if something was not measured."""
    found: list[Delta | None] = []
    table: Opt = "Os" if request.opt == "O3" else request.opt
    if request.opt == "O3":
        found.append(delta("O3", "Os", request.kernels, operators))
    if request.build != "release":
        found.append(delta(request.build, "Os", request.kernels, operators))
    if request.registrations == "int8":
        found.append(delta("int8", table, request.kernels, operators))
    known = tuple(difference for difference in found if difference is not None)
    return known if len(known) == len(found) else None


def _source(
    operators: frozenset[str], request: FlashRequest, table: Opt, differences: tuple[Delta, ...]
) -> str:
    level = "core -Os, kernels -O2" if table == "mixed" else f"-{table}"
    base = (
        f"TFLM {COMMIT}, section groups measured for {request.core}, {level}, {request.kernels}, "
        f"release, {COMPILER}"
    )
    parts = [base, *(difference.text for difference in differences)]
    if differences and request.core != _DELTA_CORE:
        parts.append(f"differences were measured on {_DELTA_CORE}")
    error = _error(operators, table) + sum(difference.error for difference in differences)
    return f"{'; '.join(parts)}; known error about ±{error:,} B"


def _error(operators: frozenset[str], table: Opt) -> int:
    error = _KNOWN_ERROR if operators <= measured_operators() else _OTHER_ERROR
    beyond = max(0, len(operators) - _FITTED_OPERATORS)
    return error + (0 if table == "Os" else _FURTHER_ERROR * beyond)


def _static_ram(operators: frozenset[str], request: FlashRequest) -> Quantity:
    """Zeroed and initialized memory, without arena and stack."""
    logs = request.build != "release"
    bss = _BSS + _BSS_A_REGISTRATION * max(0, len(operators) - 1) + (_BSS_OF_LOGS if logs else 0)
    data = _DATA[request.core]
    if operators <= {"ADD"} or operators <= {"FULLY_CONNECTED"}:
        data = _DATA_OF_LOGS if logs else 0
    source = (
        f"TFLM {COMMIT}, {_BSS} B and {_BSS_A_REGISTRATION} B for every operator after the first, "
        f"and the C library's data ({COMPILER}); without arena, stack and heap"
    )
    return predicted(bss + data, "B", source)
