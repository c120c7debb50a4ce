"""Which files a run leaves, by command, version and API."""

from __future__ import annotations

from cubeai_auto.engines.stedgeai.requests import (
    GenerateRequest,
    SupportedOpsRequest,
    ToolRequest,
    ValidateRequest,
)
from cubeai_auto.engines.stedgeai.rules import effective_api
from cubeai_auto.engines.stedgeai.versions import ToolVersion

__all__ = ["report_names", "required_files"]

_CONFIG = (6, 0)
_PARAMS = (7, 2)
_C_INFO = (9, 0)


def required_files(request: ToolRequest, version: ToolVersion) -> tuple[str, ...]:
    """The files in the output folder without which a run did not succeed.

    Only what every known version of that range leaves; the report's own list of generated files
    is checked besides.
    """
    if isinstance(request, SupportedOpsRequest):
        return ()
    name = request.name or "network"
    files = [] if request.no_report else [report_names(request, version)[0]]
    if isinstance(request, ValidateRequest) and not request.no_check:
        files.append(f"{name}_val_io.npz")
    if isinstance(request, GenerateRequest) and not (request.dll or request.no_c_files):
        files += _sources(request, version, name)
    return tuple(files)


def report_names(request: ToolRequest, version: ToolVersion) -> tuple[str, ...]:
    """The text report, and the JSON beside it where the version writes one there."""
    if isinstance(request, SupportedOpsRequest):
        return ()
    name = request.name or "network"
    text = f"{name}_{request.command}_report.txt"
    return (text, f"{name}_c_info.json") if version.grammar >= _C_INFO else (text,)


def _sources(request: GenerateRequest, version: ToolVersion, name: str) -> list[str]:
    if request.neural_art is not None:
        return [f"{name}.c"]
    files = [f"{name}.c", f"{name}.h", f"{name}_data.h"]
    if effective_api(request, version) == "st-ai":
        files.append(f"{name}_details.h")
    else:
        if version.grammar >= _CONFIG:
            files.append(f"{name}_config.h")
        if version.grammar >= _PARAMS:
            files += [f"{name}_data_params.h", f"{name}_data_params.c"]
    if request.binary:
        files.append(f"{name}_data.bin")
    else:
        files.append(f"{name}_data.c")
    return files
