"""Children that misbehave in the place of the one that runs TFLM."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.tflm import host_child


@pytest.fixture
def fake_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a script in the place of the child; ``folder`` is what it was given."""

    def install(body: str) -> None:
        script = tmp_path / "fake_child.py"
        head = "import json, os, sys, time\nfrom pathlib import Path\nfolder = Path(sys.argv[1])\n"
        script.write_text(head + body, "utf-8")
        monkeypatch.setattr(host_child, "_WORKER", script)

    return install
