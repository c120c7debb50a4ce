"""The application C of ``cube_templates/application``, for a network of a given C name and API."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cubeai_auto.files import refusals, templates_dir
from cubeai_auto.reports.report import CubeReport

__all__ = ["application_files", "no_application"]

_SOURCES = {"st-ai": "app_stai.c", "legacy": "app_legacy.c"}
_HEADERS = ("app_network.h", "app_network_io.h")

# The templates are C for a network named network. These are the names with that name in them;
# the exceptions are names of the API itself.
_NAMES = (
    (re.compile(r"\bstai_network_(?!info\b)"), "stai_{n}_"),
    (re.compile(r"\bSTAI_NETWORK_(?!CONTEXT_DECLARE\b)"), "STAI_{N}_"),
    (re.compile(r"\bai_network_(?!params\b|report\b)"), "ai_{n}_"),
    (re.compile(r"\bAI_NETWORK_(?!PARAMS_INIT\b)"), "AI_{N}_"),
    (re.compile(r"\bNETWORK_(?=RAW_|FROM_RAW)"), "{N}_"),
    (re.compile(r'"network(?=\.h"|_data\.h")'), '"{n}'),
)


def application_files(name: str, c_api: str) -> Mapping[str, str]:
    """The application's files by their paths in a CubeMX project.

    Args:
        name: the network's C name.
        c_api: ``st-ai`` or ``legacy``.
    """
    paths = {**{header: f"Core/Inc/{header}" for header in _HEADERS}}
    paths[_SOURCES[c_api]] = f"Core/Src/{_SOURCES[c_api]}"
    folder = templates_dir() / "application"
    files: dict[str, str] = {}
    for file, path in paths.items():
        with refusals("read", folder / file):
            text = (folder / file).read_text("utf-8")
        for pattern, replacement in _NAMES:
            text = pattern.sub(replacement.format(n=name, N=name.upper()), text)
        files[path] = text
    return files


def no_application(name: str, report: CubeReport) -> str:
    """Why the application does not fit a network; empty if it does."""
    if len(report.inputs) != 1 or len(report.outputs) != 1:
        counts = f"{len(report.inputs)} inputs and {len(report.outputs)} outputs"
        return f"{name} has {counts}; the application is for one of each"
    if f"{name}.h" in _HEADERS:
        return f"{name}.h is also the name of a header of the application"
    return ""
