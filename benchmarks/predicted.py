"""How far predicted Cube.AI figures are from known ones, each network left out of its own fit.

Run: ``python benchmarks/predicted.py [CORPUS]``; without an argument ``CUBEAI_CORPUS`` names the
folder. Fits again and writes ``bench-results/predicted.json``; the shipped file stays as it is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cubeai_auto.engines.predicted.fit.fitting import fit
from cubeai_auto.engines.predicted.fit.text import leave_one_out_table, summary_table
from cubeai_auto.files import write_atomic
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str]) -> None:
    """Print every known figure with its prediction, then the errors of each kind."""
    corpus = Path(arguments[0] if arguments else os.environ["CUBEAI_CORPUS"])
    found = fit(corpus)
    print(leave_one_out_table(found.residuals))
    print(f"\n{summary_table(found.coefficients)}")
    rows: list[JsonValue] = [
        {
            "figure": residual.figure,
            "network": residual.row.network,
            "pack": list(residual.row.version),
            "source": residual.row.source,
            "known": residual.stated,
            "predicted": round(residual.predicted),
            "error": residual.error,
        }
        for residual in found.residuals
    ]
    write_atomic(ROOT / "bench-results" / "predicted.json", json_text({"rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1:])
