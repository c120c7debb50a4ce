"""Fixtures that every tier shares, and skips that are visible or forbidden.

``CUBEAI_REQUIRE=corpus,arm`` names markers whose tests may not be skipped: they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

# No test may fail because the machine is busy.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files that are never copied into the project."""
    folder = Path(os.environ.get("CUBEAI_CORPUS", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the corpus is not at {folder}; set CUBEAI_CORPUS")
    return folder


@pytest.fixture
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No compiler and no emulator anywhere."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing here"))
    monkeypatch.setenv("ARM_NONE_EABI_GCC", str(tmp_path / "no gcc"))
    monkeypatch.setenv("QEMU_SYSTEM_ARM", str(tmp_path / "no qemu"))
    monkeypatch.delenv("CC", raising=False)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


def _needs(program: str) -> str | None:
    return None if shutil.which(program) else f"{program} is not installed"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, visibly, what needs a tool that is not on this machine."""
    reasons = {
        "arm": _needs("arm-none-eabi-gcc"),
        "emulator": _needs("arm-none-eabi-gcc") or _needs("qemu-system-arm"),
        "browser": None if shutil.which("chromium") or shutil.which("google-chrome") else "no Chromium",
        "oracle": _module("tflite_micro"),
        "train": _module("tensorflow"),
    }
    for item in items:
        for marker, reason in reasons.items():
            if reason is not None and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure if the test has a marker (or fixture) that may not be skipped."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        required = os.environ.get("CUBEAI_REQUIRE", "").replace(",", " ").split()
        names = {mark.name for mark in item.iter_markers()} | set(getattr(item, "fixturenames", ()))
        # ST's own tool cannot be on such a machine, whatever else the test would need.
        demanded = set() if "real_tool" in names - set(required) else names.intersection(required)
        if broken := sorted(demanded):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            report.outcome = "failed"
            report.longrepr = f"{reason}, and CUBEAI_REQUIRE forbids to skip: {', '.join(broken)}"
    return report


def _module(name: str) -> str | None:
    from importlib.util import find_spec

    return None if find_spec(name) else f"the package {name} is not installed"
