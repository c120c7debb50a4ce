"""What decides a run: every input, option and tool version, as one hash.

Two runs with the same key would do the same work, so the second is read back from its folder.
"""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cubeai_auto.compare.record import ToolVersion
from cubeai_auto.discovery import ToolSearch
from cubeai_auto.files import sha256_file, templates_dir
from cubeai_auto.firmware.toolchain import search_arm_gcc, search_host_compiler, search_qemu
from cubeai_auto.project.config import ProjectConfig

__all__ = ["run_key", "tool_versions"]

_PACKAGES = ("tensorflow-cpu", "tensorflow", "scikit-learn", "sktime", "tflite-micro", "numpy")


def tool_versions() -> tuple[ToolVersion, ...]:
    """The programs and packages that take part in a run, with their versions or why they cannot."""
    programs = tuple(
        _program(search()) for search in (search_host_compiler, search_arm_gcc, search_qemu)
    )
    packages = [_package(name) for name in _PACKAGES]
    if any(p.name == "tensorflow-cpu" and p.version for p in packages):
        packages = [p for p in packages if p.name != "tensorflow"]
    return (*programs, *packages, ToolVersion("python", platform.python_version()))


def run_key(
    config: ProjectConfig, dataset_digest: str, files: tuple[Path, ...], tools: tuple[ToolVersion, ...]
) -> str:
    """64 hex digits.

    Args:
        config: the resolved project file. Its baseline is left out: it is compared with a run's
            figures, and changes none of them.
        dataset_digest: hash of all samples and labels; empty without a data set.
        files: the recipe or the model, the ``.ioc`` and its journal.
        tools: from :func:`tool_versions`.
    """
    facts = {
        "config": config.model_dump(mode="json", by_alias=True, exclude={"baseline"}),
        "dataset": dataset_digest,
        "files": [sha256_file(path) for path in files],
        "tools": [[tool.name, tool.version] for tool in tools],
        "package": _own_digest(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _program(search: ToolSearch) -> ToolVersion:
    if search.found is not None:
        return ToolVersion(search.name, search.found.banner)
    reason = search.candidates[0].reason if search.candidates else "not looked for anywhere"
    return ToolVersion(search.name, None, reason)


def _package(name: str) -> ToolVersion:
    try:
        return ToolVersion(name, version(name))
    except PackageNotFoundError:
        return ToolVersion(name, None, "not installed")


def _own_digest() -> str:
    """Hash of this package's own code and data: a changed kernel is a changed tool."""
    digest = hashlib.sha256()
    for root in (Path(__file__).resolve().parent.parent, templates_dir()):
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and ".mypy_cache" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
