"""Instructions, code and activations of the digits network, for every optimization and -O level.

Run: ``python benchmarks/digits_kernels.py [MODEL.tflite]``. Without a model one is made: the digits'
shapes, random weights. The published figure for TFLM + CMSIS-NN stands beside ours; it was measured
with the same shapes and other weights.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np

from cubeai_auto.compare.sides import network_signature
from cubeai_auto.engines import EngineRequest, ValidationRequest, find_engine, random_inputs
from cubeai_auto.files import write_atomic
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import JsonValue, Quantity
from cubeai_auto.target import find_target
from cubeai_auto.tflite.reader import load_model

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
OPTIMIZATIONS = ("balanced", "time", "ram", "size")
LEVELS = ("Os", "O2", "O3")
VECTORS = 20
SEED = 1


def main(arguments: list[str]) -> None:
    """Print a row a build; write ``bench-results/digits_kernels.json``."""
    with tempfile.TemporaryDirectory(prefix="cubeai-auto-") as temporary:
        work = Path(temporary)
        model = Path(arguments[0]) if arguments else _made_model(work / "digits_int8.tflite")
        published = _published(model)
        print(f"{arguments[0] if arguments else 'made model'}, {VECTORS} random vectors, QEMU -icount")
        if published is not None:
            print(f"TFLM + CMSIS-NN, same shapes, -O2, published: {published:,} instructions")
        print(
            f"{'optimization':<13} {'level':<6} {'instructions':>12} {'published/ours':>15}"
            f" {'code':>8} {'activations':>12} {'differ':>10}"
        )
        rows = [
            _row(model, optimization, level, published, work / f"{optimization}_{level}")
            for optimization, level in itertools.product(OPTIMIZATIONS, LEVELS)
        ]
    result: JsonValue = {
        "model": arguments[0] if arguments else f"made, seed {SEED}",
        "published_tflm_cmsis_nn": published,
        "rows": list(rows),
    }
    write_atomic(ROOT / "bench-results" / "digits_kernels.json", json_text(result))


def _row(
    model: Path, optimization: str, level: str, published: int | None, work: Path
) -> dict[str, JsonValue]:
    """Build, run in the emulator, compare with TFLM, and print."""
    engine = find_engine("builtin")
    request = EngineRequest(model, find_target("stm32f4"), optimization=optimization, opt_level=level)
    footprint = engine.generate(request, work / "generated").report.footprint
    inputs = random_inputs(load_model(model), VECTORS, SEED)
    result = engine.validate(request, ValidationRequest("emulator", inputs, work / "run")).result
    instructions = result.instructions.value
    ratio = None if published is None or instructions is None else published / instructions
    differ = f"{result.mismatches} of {result.outputs_compared}" if result.oracle else "no oracle"
    print(
        f"{optimization:<13} -{level:<5} {_text(result.instructions):>12}"
        f" {'-' if ratio is None else f'{ratio:.2f}x':>15} {_text(footprint.kernel_flash) + ' B':>8}"
        f" {_text(footprint.activations) + ' B':>12} {differ:>10}"
    )
    return {
        "optimization": optimization,
        "level": level,
        "instructions": result.instructions.to_json(),
        "ratio": ratio,
        "code": footprint.kernel_flash.to_json(),
        "activations": footprint.activations.to_json(),
        "mismatches": result.mismatches,
    }


def _text(quantity: Quantity) -> str:
    return "-" if quantity.value is None else f"{quantity.value:,}"


def _published(model: Path) -> int | None:
    """TFLM + CMSIS-NN's instructions for a network of the same shapes, if they are known."""
    text = (files("cubeai_auto") / "resources" / "published.toml").read_text("utf-8")
    signature = network_signature(load_model(model))
    found = (row["value"] for row in tomllib.loads(text)["instructions"] if row["network"] == signature)
    return next(found, None)


def _made_model(path: Path) -> Path:
    """The digits network with random weights, written with the builder that the tests use."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build

    random = np.random.default_rng(SEED)
    sizes = (784, 128, 128, 10)
    tensors = [TensorSpec("t0", (1, sizes[0]), "int8", scales=(1 / 255,), zero_points=(-128,))]
    operators = []
    for index, (depth, rows) in enumerate(itertools.pairwise(sizes), start=1):
        weights = random.normal(0, 30, (rows, depth)).clip(-127, 127).round().astype(np.int8)
        zero_point = -128 if index < len(sizes) - 1 else 0
        tensors += [
            TensorSpec(f"w{index}", (rows, depth), "int8", weights, scales=(0.003,) * rows),
            TensorSpec(f"b{index}", (rows,), "int32", np.zeros(rows), scales=(1e-5,) * rows),
            TensorSpec(f"t{index}", (1, rows), "int8", scales=(0.02,), zero_points=(zero_point,)),
        ]
        operators.append(
            OperatorSpec(
                "FULLY_CONNECTED",
                [f"t{index - 1}", f"w{index}", f"b{index}"],
                [f"t{index}"],
                {"fused_activation_function": "RELU" if index < len(sizes) - 1 else "NONE"},
            )
        )
    tensors.append(TensorSpec("y", (1, 10), "int8", scales=(1 / 256,), zero_points=(-128,)))
    operators.append(OperatorSpec("SOFTMAX", ["t3"], ["y"], {"beta": 1.0}))
    path.write_bytes(build(ModelSpec(tensors, operators, ["t0"], ["y"])))
    return path


if __name__ == "__main__":
    main(sys.argv[1:])
