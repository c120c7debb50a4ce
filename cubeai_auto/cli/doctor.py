"""``cubeai-auto doctor``: which tools are here, where each was looked for, and what is missing."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cubeai_auto.discovery import ToolSearch
    from cubeai_auto.quantity import JsonValue

__all__ = ["HELP", "NAME", "add_arguments", "run"]

NAME = "doctor"
HELP = "show which tools were found, where each was looked for, and why a candidate was refused"

_PACKAGES = (
    (
        "tensorflow",
        ("tensorflow-cpu", "tensorflow"),
        "train and convert: pip install 'cubeai-auto[train]'",
    ),
    ("scikit-learn", ("scikit-learn",), "the bundled digits: pip install 'cubeai-auto[train]'"),
    ("tflite-micro", ("tflite-micro",), "the oracle TFLM: pip install 'cubeai-auto[oracle]'"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb has no arguments of its own."""


def run(options: argparse.Namespace) -> int:
    """Show all tools; 0 whether they are here or not."""
    from cubeai_auto.cli.output import emit
    from cubeai_auto.cubemx.headless import search_cubemx
    from cubeai_auto.engines.stedgeai.discovery import search_st_tool
    from cubeai_auto.firmware.toolchain import search_arm_gcc, search_host_compiler, search_qemu

    searches = [
        search_st_tool().search,
        search_cubemx().search,
        search_host_compiler(),
        search_arm_gcc(),
        search_qemu(),
    ]
    packages = [_package(name, candidates, use) for name, candidates, use in _PACKAGES]
    tools: list[JsonValue] = [search.to_json() for search in searches]
    tools += [entry for entry, _ in packages]
    lines = [line for search in searches for line in _lines(search)]
    lines += [line for _, line in packages]
    emit(options, {"schema": "cubeai-auto/doctor/1", "tools": tools}, "\n".join(lines))
    return 0


def _lines(search: ToolSearch) -> list[str]:
    if search.found is not None:
        head = f"ok       {search.name:<20} {search.found.version:<12} {search.found.path}"
    else:
        head = f"missing  {search.name}"
    return [head, *(f"           {place.path}: {place.reason}" for place in search.candidates)]


def _package(name: str, candidates: tuple[str, ...], use: str) -> tuple[dict[str, JsonValue], str]:
    """A Python package as an entry like a tool's, and its line."""
    from importlib.metadata import PackageNotFoundError, distribution

    looked_at: list[JsonValue] = []
    for candidate in candidates:
        try:
            found = distribution(candidate)
        except PackageNotFoundError:
            looked_at.append({"path": candidate, "reason": "not installed in this Python"})
            continue
        path = str(found.locate_file(""))
        looked_at.append({"path": candidate, "reason": "taken (installed in this Python)"})
        return (
            {"name": name, "path": path, "version": found.version, "ok": True, "candidates": looked_at},
            f"ok       {name:<20} {found.version:<12} {path}",
        )
    return (
        {"name": name, "path": None, "version": None, "ok": False, "candidates": looked_at},
        f"missing  {name:<20} {use}",
    )
