"""Accuracy of the activity project through the generated C, on people who are new to it, several seeds.

Run: ``python benchmarks/har_accuracy.py NETWORK DATASET PATH [SEED ...]``: ``cnn`` or ``mlp``, and a
data set's name and files (seeds 1, 2 and 3 by default). The whole test part is run on the host and
compared with TFLM.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from cubeai_auto import load_project
from cubeai_auto.compare.record import RunRecord
from cubeai_auto.files import write_atomic
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> None:
    """Print a row a seed and the medians; write ``bench-results/har_accuracy.json``."""
    if len(arguments) < 3:
        sys.exit("usage: har_accuracy.py cnn|mlp DATASET PATH [SEED ...]")
    network, name, path = arguments[:3]
    seeds = [int(text) for text in arguments[3:]] or [1, 2, 3]
    fixed = [f"dataset.name={name}", f"dataset.path={path}", f"model.network={network}"]
    fixed += ["model.epochs=30", "model.batch_size=64", 'validate.on=["host"]']
    rows: list[JsonValue] = []
    reached: dict[str, list[float]] = {"float32": [], "int8": []}
    print(f"{'seed':>4} {'float32':>9} {'int8':>9} {'differ, host':>22} {'whole line':>12}")
    for seed in seeds:
        started = time.monotonic()
        project = load_project(ROOT / "projects" / "har", [*fixed, f"model.seed={seed}"])
        record = project.run("builtin", variants=["float32", "int8"])
        found = {variant: _accuracy(record, variant) for variant in reached}
        for variant, value in found.items():
            reached[variant].append(value)
        differ, seconds = _differ(record), time.monotonic() - started
        real, stored = found["float32"], found["int8"]
        print(f"{seed:>4} {real:>9.2%} {stored:>9.2%} {differ:>22} {seconds:>10.0f} s")
        rows.append({"seed": seed, **found, "host": differ, "run": record.key})
    medians = {variant: statistics.median(values) for variant, values in reached.items()}
    print(f"{'med':>4} {medians['float32']:>9.2%} {medians['int8']:>9.2%}")
    result: JsonValue = {"data": name, "network": network, "rows": rows, "medians": dict(medians)}
    write_atomic(ROOT / "bench-results" / "har_accuracy.json", json_text(result))


def _accuracy(record: RunRecord, name: str) -> float:
    """The variant's accuracy through the generated C."""
    deployed = next(v for v in record.variants if v.name == name).accuracy.deployed
    if deployed.value is None:
        sys.exit(f"{name}: {deployed.reason}")
    return float(deployed.value)


def _differ(record: RunRecord) -> str:
    """Outputs that differ from TFLM's, float32 and int8 together."""
    results = [result for variant in record.variants for result in variant.validation]
    if any(result.mismatches is None for result in results):
        return "not compared"
    differ = sum(result.mismatches or 0 for result in results)
    return f"{differ} of {sum(result.outputs_compared for result in results):,}"


if __name__ == "__main__":
    main(sys.argv[1:])
