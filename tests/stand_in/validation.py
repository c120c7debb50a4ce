"""What the stand-in's ``validate`` computes: the model runs in TFLM, the "C code" beside it."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from stand_in.network import NetworkFacts

from cubeai_auto.reports.metrics import compare_outputs
from cubeai_auto.tflm.host import run_host

__all__ = ["evaluation_lines", "run_vectors"]

Array = npt.NDArray[np.generic]


def run_vectors(
    network: NetworkFacts, options: argparse.Namespace, faults: set[str]
) -> tuple[dict[str, Array], tuple[Array, ...], tuple[Array, ...]]:
    """Inputs, outputs of the model and of the code; ``one-step`` and ``wrong-output`` bend these."""
    inputs = _inputs(network, options)
    work = Path(options.workspace)
    outputs = run_host(Path(options.model[0]), inputs, timeout=60, log=work / "tflm.log").outputs
    bend = 1 if "one-step" in faults else 40 if "wrong-output" in faults else 0
    code = tuple(_bent(array, bend) for array in outputs)
    named: dict[str, Array] = {f"m_inputs_{k}": array for k, array in enumerate(inputs, 1)}
    named |= {f"m_outputs_{k}": array for k, array in enumerate(outputs, 1)}
    named |= {f"c_outputs_{k}": array for k, array in enumerate(code, 1)}
    return named, outputs, code


def evaluation_lines(
    network: NetworkFacts, outputs: tuple[Array, ...], code: tuple[Array, ...], old: bool
) -> list[str]:
    scales = [tensor.quantization for tensor in network.outputs]
    metrics = compare_outputs(code, outputs, scales).metrics
    names = ("rmse", "mae", "l2r", "nse", "cos")
    values = {name: getattr(metrics, name).value for name in names}
    text = {n: "n.a." if v is None else f"{v:.9f}" for n, v in values.items()}
    acc = "n.a." if metrics.acc.value is None else f"{100 * metrics.acc.value:.2f}%"
    if old:
        return ["Evaluation report (summary)", "-" * 60, f"L2r error : {text['l2r']}", "-" * 60]
    tensor = network.outputs[0]
    shape = "x".join(map(str, tensor.shape))
    cells = {
        "Output": "X-cross #1", "acc": acc, "rmse": text["rmse"], "mae": text["mae"],
        "l2r": text["l2r"], "mean": "0.000000", "std": "0.000000", "nse": text["nse"],
        "cos": text["cos"],
        "tensor": f"'{tensor.name}', {len(code[0])} x f32({shape}), m_id=[{len(network.layers)}]",
    }  # fmt: skip
    widths = {name: max(len(name), len(value)) + 3 for name, value in cells.items()}
    rule = "-" * sum(widths.values())
    head = "".join(name.ljust(widths[name]) for name in cells)
    row = "".join(value.ljust(widths[name]) for name, value in cells.items())
    return ["Evaluation report (summary)", rule, head, rule, row, rule, "", " acc  : Accuracy"]


def _inputs(network: NetworkFacts, options: argparse.Namespace) -> tuple[Array, ...]:
    tensors = network.inputs
    if options.valinput is None:
        generator = np.random.default_rng(options.seed)
        return tuple(
            generator.uniform(0, 1, (options.samples, *t.shape)).astype(t.dtype) for t in tensors
        )
    if options.valinput[0].endswith(".npz"):
        stored = np.load(options.valinput[0])
        arrays = [stored[f"m_inputs_{k}"] for k in range(1, len(tensors) + 1)]
        for array, tensor in zip(arrays, tensors, strict=True):
            if array.shape[1:] != tensor.vector_shape or array.dtype != tensor.dtype:
                raise ValueError(f"the vectors are {array.shape}, {array.dtype}")
        return tuple(a.reshape(-1, *t.shape) for a, t in zip(arrays, tensors, strict=True))
    return tuple(
        np.loadtxt(path, delimiter=",", ndmin=2).astype(t.dtype).reshape(-1, *t.shape)
        for path, t in zip(options.valinput, tensors, strict=True)
    )


def _bent(array: Array, steps: int) -> Array:
    if not steps:
        return array
    bent = array.copy()
    flat = bent.reshape(-1)
    if array.dtype.kind == "f":
        flat[0] += np.float32(steps * 1e-2)
    else:
        flat[0] = flat[0] - steps if int(flat[0]) > 0 else flat[0] + steps
    return bent
