"""Accuracy on MNIST through the generated C, for several seeds: the whole line each time.

Run: ``python benchmarks/mnist_accuracy.py PATH_TO_MNIST [SEED ...]`` (seeds 1, 2 and 3 by default).
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from cubeai_auto import load_project
from cubeai_auto.compare.record import RunRecord
from cubeai_auto.files import write_atomic
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> None:
    """Print a row a seed and the medians; write ``bench-results/mnist_accuracy.json``."""
    if not arguments:
        sys.exit("usage: mnist_accuracy.py PATH_TO_MNIST [SEED ...]")
    seeds = [int(text) for text in arguments[1:]] or [1, 2, 3]
    rows: list[JsonValue] = []
    reached: dict[str, list[float]] = {"float32": [], "int8": []}
    print(f"{'seed':>4} {'float32':>9} {'int8':>9} {'differ, host':>22} {'differ, emulator':>22}")
    for seed in seeds:
        settings = ['dataset.name="mnist"', f"dataset.path={arguments[0]}", f"model.seed={seed}"]
        record = load_project(ROOT / "projects" / "digits", settings).run(
            "builtin", variants=["float32", "int8"]
        )
        found = {variant: _accuracy(record, variant) for variant in reached}
        for variant, value in found.items():
            reached[variant].append(value)
        host, emulator = _differ(record, "host"), _differ(record, "emulator")
        print(f"{seed:>4} {found['float32']:>9.2%} {found['int8']:>9.2%} {host:>22} {emulator:>22}")
        rows.append({"seed": seed, **found, "host": host, "emulator": emulator, "run": record.key})
    medians = {variant: statistics.median(values) for variant, values in reached.items()}
    print(f"{'med':>4} {medians['float32']:>9.2%} {medians['int8']:>9.2%}")
    result: JsonValue = {"rows": rows, "medians": dict(medians)}
    write_atomic(ROOT / "bench-results" / "mnist_accuracy.json", json_text(result))


def _accuracy(record: RunRecord, name: str) -> float:
    """The variant's accuracy through the generated C."""
    deployed = next(v for v in record.variants if v.name == name).accuracy.deployed
    if deployed.value is None:
        sys.exit(f"{name}: {deployed.reason}")
    return float(deployed.value)


def _differ(record: RunRecord, place: str) -> str:
    """Outputs that differ from TFLM's, float32 and int8 together."""
    results = [r for v in record.variants for r in v.validation if r.on == place]
    if any(r.mismatches is None for r in results):
        return "not compared"
    differ = sum(r.mismatches or 0 for r in results)
    return f"{differ} of {sum(r.outputs_compared for r in results):,}"


if __name__ == "__main__":
    main(sys.argv[1:])
