"""Finding the wheel without importing it."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

import pytest

from cubeai_auto import process
from cubeai_auto.errors import ToolMissingError
from cubeai_auto.tflm import host_version, require_host
from cubeai_auto.tflm.wheel import host_source


def hide_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)


@pytest.mark.oracle
def test_the_installed_version_is_the_one_the_figures_name() -> None:
    version = host_version()
    assert version == metadata.version("tflite-micro")
    assert require_host() == version
    assert host_source(version) == (
        f"tflite_micro {version} on the x86-64 host (not the Cortex-M figure)"
    )


def test_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_wheel(monkeypatch)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert host_version() is None
    with pytest.raises(ToolMissingError, match="not installed") as caught:
        require_host()
    assert caught.value.exit_code == 3
    assert caught.value.hint == 'pip install "cubeai-auto[oracle]"'


@pytest.mark.parametrize(
    ("system", "machine"), [("darwin", "arm64"), ("win32", "AMD64"), ("linux", "aarch64")]
)
def test_other_platforms_learn_that_there_is_no_wheel_for_them(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    hide_wheel(monkeypatch)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(ToolMissingError, match=f"Linux x86-64 only.*{machine}") as caught:
        require_host()
    assert "Linux x86-64 machine" in (caught.value.hint or "")


def test_the_room_is_imported_without_numpy_or_the_wheel() -> None:
    script = (
        "import sys, cubeai_auto.tflm, cubeai_auto.tflm.values, cubeai_auto.tflm.wheel;"
        "heavy = {'numpy', 'tflite_micro', 'tflite', 'tensorflow'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    process.run([sys.executable, "-c", script], timeout=60)
