"""C for a model of 300 kB in less than a second, from the start of the process, without TensorFlow."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.tiny_models import tiny_model

from cubeai_auto import process

LIMIT = 1.0
GENERATE = """
import sys
from pathlib import Path
from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.files import write_files
from cubeai_auto.tflite import load_model

network = compile_network(load_model(Path(sys.argv[1])), CompileOptions(optimization=sys.argv[2]))
write_files(Path(sys.argv[3]), {file.name: file.content for file in network.files})
heavy = {"tensorflow", "keras", "tflite_micro", "sklearn"} & set(sys.modules)
sys.exit(f"loaded {heavy}" if heavy else 0)
"""


@pytest.mark.parametrize("optimization", ["balanced", "time", "ram", "size"])
def test_less_than_a_second(optimization: str, tmp_path: Path) -> None:
    """The fastest of up to five processes: others may be busy on this machine."""
    model = tmp_path / "mobilenet.tflite"
    model.write_bytes(tiny_model("mobilenet_v1_025"))
    assert model.stat().st_size > 290_000
    seconds = []
    for k in range(5):
        folder = tmp_path / f"generated_{k}"
        command = [sys.executable, "-c", GENERATE, model, optimization, folder]
        seconds.append(process.run(command, timeout=60).seconds)
        assert (folder / "network_data.c").stat().st_size > 290_000
        if seconds[-1] < LIMIT:
            return
    pytest.fail(f"took {', '.join(f'{s:.2f}' for s in seconds)} s")
