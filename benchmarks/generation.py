"""How long C for a model of about 300 kB takes, each time in a new process, without TensorFlow.

Run: ``python benchmarks/generation.py [MODEL.tflite]``. Without a model, the MobileNet of MLPerf
Tiny's shape is made. The limit is 1 s from the start of the process to the written files; the
command line's ``generate`` also compiles and links for the size report, and has no limit.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.files import write_atomic
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
LIMIT = 1.0
GENERATE = """
import sys
from pathlib import Path
from cubeai_auto.codegen import CompileOptions, compile_network
from cubeai_auto.files import write_files
from cubeai_auto.tflite import load_model

network = compile_network(load_model(Path(sys.argv[1])), CompileOptions(optimization=sys.argv[2]))
write_files(Path(sys.argv[3]), {file.name: file.content for file in network.files})
if "tensorflow" in sys.modules:
    sys.exit("TensorFlow was loaded")
"""


def main(arguments: list[str]) -> None:
    """Print a row a command; write ``bench-results/generation.json``."""
    with tempfile.TemporaryDirectory(prefix="cubeai-auto-") as temporary:
        work = Path(temporary)
        model = Path(arguments[0]) if arguments else _made(work / "mobilenet.tflite")
        size = model.stat().st_size
        print(f"{arguments[0] if arguments else 'made MobileNet'}, {size:,} B")
        print(f"{'what':<22} {'median':>9} {'limit':>7} {'ratio':>7}")
        rows: list[JsonValue] = []
        for optimization in ("balanced", "time", "ram"):
            seconds = [
                _generate(model, optimization, work / f"{optimization}_{k}") for k in range(RUNS)
            ]
            rows.append(_row(f"C, {optimization}", seconds, LIMIT))
        command: list[str | Path] = [
            sys.executable,
            "-P",
            "-m",
            "cubeai_auto",
            "generate",
            model,
            "--output",
        ]
        seconds = [process.run([*command, work / f"cli_{k}"], timeout=60).seconds for k in range(2)]
        rows.append(_row("generate, with sizes", seconds, None))
    write_atomic(
        ROOT / "bench-results" / "generation.json", json_text({"model_bytes": size, "rows": rows})
    )


def _generate(model: Path, optimization: str, folder: Path) -> float:
    command: list[str | Path] = [sys.executable, "-c", GENERATE, model, optimization, folder]
    return process.run(command, timeout=60).seconds


def _row(what: str, seconds: list[float], limit: float | None) -> dict[str, JsonValue]:
    median = statistics.median(seconds)
    limited = f"{'-':>7} {'-':>7}" if limit is None else f"{limit:>5.1f} s {limit / median:>6.1f}x"
    print(f"{what:<22} {median:>7.2f} s {limited}")
    return {"what": what, "median_s": median, "runs_s": list(seconds), "limit_s": limit}


def _made(path: Path) -> Path:
    sys.path.insert(0, str(ROOT / "tests"))
    from support.tiny_models import tiny_model

    path.write_bytes(tiny_model("mobilenet_v1_025"))
    return path


if __name__ == "__main__":
    main(sys.argv[1:])
