"""What options may not be combined: known refusals of ST's tool, found before it runs."""

from __future__ import annotations

from typing import Literal, NoReturn

from cubeai_auto.engines.stedgeai.requests import (
    GenerateRequest,
    ModelRequest,
    ToolRequest,
    ValidateRequest,
)
from cubeai_auto.engines.stedgeai.versions import ToolVersion
from cubeai_auto.errors import UsageError

__all__ = ["check_rules", "effective_api"]

_ST_AI_DEFAULT = (11, 0)
_HOST_REFUSES = {"stm32n6": "Cortex-M55", "stm32v8": "Cortex-M85"}


def effective_api(request: ModelRequest, version: ToolVersion) -> Literal["st-ai", "legacy"]:
    """The C API that generated code has: as asked for, or the version's default.

    ``legacy`` up to Core 2.2, ``st-ai`` from Core 3.0 on (release note of 3.0).
    """
    if request.c_api is not None:
        return "st-ai" if request.c_api == "st-ai" else "legacy"
    return "st-ai" if version.grammar >= _ST_AI_DEFAULT else "legacy"


def check_rules(request: ToolRequest, version: ToolVersion) -> None:
    """Refuse what the tool is known to refuse, or to do something else with.

    Raises:
        UsageError: the message names the options and the version.
    """
    if not isinstance(request, ModelRequest):
        return
    if not request.models:
        _refuse(f"{request.command} needs a model", "give --model FILE")
    if request.no_workspace and request.workspace is not None:
        _refuse(f"{version}: --no-workspace contradicts --workspace", "leave one of them out")
    api = effective_api(request, version)
    for asked, name in (
        (request.allocate_activations, "--allocate-activations"),
        (request.allocate_states, "--allocate-states"),
    ):
        if asked and api != "st-ai":
            _refuse(f"{version}: {name} needs the st-ai API", "add --c-api st-ai")
    if request.neural_art is not None and request.target not in {None, "stm32n6"}:
        _refuse(
            f"{version}: --st-neural-art is for stm32n6, not {request.target}",
            "use --target stm32n6, or leave --st-neural-art out",
        )
    if request.hsp is not None and request.target not in {None, "stm32u3"}:
        _refuse(f"{version}: --hsp is for stm32u3, not {request.target}", "leave --hsp out")
    if request.device is not None and request.target not in {None, "ispu", "mlc"}:
        _refuse(
            f"{version}: --device is for sensors, not {request.target}",
            "leave --device out, or use --target ispu",
        )
    if request.neural_art is not None and not all(model.isascii() for model in request.models):
        _refuse(
            f"{version}: the Neural-ART compiler aborts on model paths that are not ASCII",
            "move the model to a path of plain letters",
        )
    if isinstance(request, GenerateRequest):
        _check_generate(request, version, api)
    if isinstance(request, ValidateRequest):
        _check_validate(request, version)


def _check_generate(request: GenerateRequest, version: ToolVersion, api: str) -> None:
    placed = [
        name
        for value, name in (
            (request.address, "--address"),
            (request.copy_weights_at, "--copy-weights-at"),
        )
        if value is not None
    ]
    if placed and api == "st-ai":
        _refuse(
            f"{version}: {' and '.join(placed)} cannot be combined with the st-ai API",
            "use --c-api legacy, or place the weights with the linker script",
        )


def _check_validate(request: ValidateRequest, version: ToolVersion) -> None:
    mode = request.mode or "host"
    core = _HOST_REFUSES.get(request.target or "")
    if mode.startswith("host") and core is not None:
        _refuse(
            f"{version}: {request.target} ({core}) cannot be validated on the host",
            "use mode target with a board, or validate for stm32h7",
        )
    if request.range and len(request.range) % 2:
        _refuse(f"{version}: --range takes pairs of numbers", "give MIN MAX for each input")
    if request.connection is not None and mode.startswith("host") and request.connection.is_serial:
        _refuse(
            f"{version}: --desc {request.connection.text()} is a board, and the mode is {mode}",
            "use mode target",
        )


def _refuse(message: str, hint: str) -> NoReturn:
    raise UsageError(message, hint=hint)
