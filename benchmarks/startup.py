"""How long the command line and the import take: the median of five processes after a first one.

Run: ``python benchmarks/startup.py``. The limit is 0.2 s; ratios are limit / median.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from cubeai_auto import process
from cubeai_auto.files import write_atomic
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
LIMIT = 0.2


def main() -> None:
    """Print a row a command; write ``bench-results/startup.json``."""
    python = [sys.executable, "-c"]
    commands: dict[str, Sequence[str | Path]] = {
        "cubeai-auto --help": [Path(sys.executable).with_name("cubeai-auto"), "--help"],
        "import cubeai_auto": [*python, "import cubeai_auto"],
        "(python alone)": [*python, "pass"],
    }
    rows: list[JsonValue] = []
    print(f"{'command':<20} {'median':>9} {'limit':>7} {'ratio':>7}")
    for name, command in commands.items():
        seconds = _seconds(command)
        median = statistics.median(seconds)
        print(f"{name:<20} {median:>7.3f} s {LIMIT:>5.1f} s {LIMIT / median:>6.1f}x")
        rows.append({"command": name, "median_s": median, "runs_s": list(seconds), "limit_s": LIMIT})
    write_atomic(ROOT / "bench-results" / "startup.json", json_text({"rows": rows}))


def _seconds(command: Sequence[str | Path]) -> list[float]:
    """Wall-clock seconds of each run, without the first one, which warms the caches."""
    return [process.run(command, timeout=60).seconds for _ in range(RUNS + 1)][1:]


if __name__ == "__main__":
    main()
