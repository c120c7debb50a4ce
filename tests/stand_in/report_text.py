"""The text report of a version, in the layout of the real ones, with this network's figures."""

from __future__ import annotations

import argparse
from pathlib import Path

from stand_in.grammar import Pack, banner
from stand_in.network import NetworkFacts

from cubeai_auto.tflite.graph import Tensor

__all__ = ["report_text"]

_AI_TYPES = {"float32": "ai_float", "int8": "ai_i8", "uint8": "ai_u8", "int16": "ai_i16"}
_NEW_TYPES = {"float32": "f32", "int8": "int8", "uint8": "uint8", "int16": "int16"}


def report_text(
    network: NetworkFacts,
    options: argparse.Namespace,
    pack: Pack,
    *,
    parameters: str,
    inside: bool,
    files: list[Path],
    evaluation: list[str],
    error: str = "",
) -> str:
    lines = [banner(pack)]
    width, colon = (19, ": ") if pack < (7,) else (22, ": ")
    lines += [f"{'Created date':<{width}}{colon}2026-01-02 03:04:05"]
    lines += [f"{'Parameters':<{width}}{colon}{parameters}"] if pack >= (5, 1) else []
    status = f" dur=0.10s err={-1 if error else 0}" if pack < (6,) else ""
    rule = "-" * 100
    lines += ["", f"Exec/report summary ({options.command}{status})", rule]
    if pack >= (7, 3):
        width, colon = 19, ":   "
    lines += [f"{'error':<{width}}{colon}{error}"] if error else []
    for name, value in _keys(network, options, pack, inside):
        lines.append(f"{name:<{width}}{colon}{value}" if name else value)
        if pack >= (7, 3) and name == "params #":
            lines.append(rule)
    lines += [rule] if pack >= (7, 3) else [""]
    lines += _layers(network, pack)
    io = sum(t.nbytes for t in (*network.inputs, *network.outputs))
    io = 0 if inside and pack >= (7, 1) else io
    if pack >= (6,):
        lines.append(
            f"model/c-model: macc={network.macc:,}/{network.macc:,}  "
            f"weights={network.original_weights:,}/{network.weights:,}  "
            f"activations=--/{network.activations:,} io=--/{io:,}"
        )
    lines += _c_graph(network, options.name, pack)
    if files and pack >= (6,):
        lines += ["", "", f"Generated files ({len(files)})", "-" * 60, *map(str, files)]
    if pack < (6,):
        evaluation = evaluation or ["Evaluation report (summary)", rule, "NOT EVALUATED", rule]
    return "\n".join([*lines, "", *evaluation]) + "\n"


def _keys(
    network: NetworkFacts, options: argparse.Namespace, pack: Pack, inside: bool
) -> list[tuple[str, str]]:
    model = Path(options.model[0]).absolute()
    keys = [("model file", str(model)), ("type", "tflite (tflite)" if pack < (6,) else "tflite")]
    keys.append(("c_name", options.name))
    compression = {"1": "None"}.get(options.compression, options.compression)
    keys += [("compression", compression)] if pack[:2] != (7, 0) else []
    flags = "allocate-inputs, allocate-outputs" if inside else ""
    if pack >= (7, 3):
        flags += ", use-st-ai" if getattr(options, "c_api", "") == "st-ai" else ""
        keys += [("options", flags.strip(", "))] if flags else []
        keys.append(("optimization", options.optimization))
    if getattr(options, "target", None) and pack >= (7, 3):
        keys.append(("target/series", options.target))
    keys += [("workspace dir", str(Path(options.workspace).absolute()))]
    keys += [("output dir", str(Path(options.output).absolute()))]
    if pack >= (7, 3):
        quantized = network.inputs[0].quantization is not None
        keys.append(("model_fmt", "ss/sa per channel" if quantized else "float"))
    if pack < (7,):
        keys.append(("", ""))
    keys.append(("model_name", model.stem.replace("-", "").replace("=", "").replace(".", "_")))
    keys.append(("model_hash", ("0x" if pack >= (9,) else "") + network.md5))
    params = ("params #", f"{network.params:,} items ({_size(network.original_weights)})")
    tensors = _tensors("input", network.inputs, pack, inside)
    tensors += _tensors("output", network.outputs, pack, inside)
    keys += [params, *tensors] if pack >= (7, 3) else [*tensors, params]
    i, o = (sum(t.nbytes for t in group) for group in (network.inputs, network.outputs))
    if inside:
        i = o = 0
    total = network.activations + i + o
    unit = "" if pack < (5, 1) else " B"
    segment = " (1 segment)" if pack >= (7, 1) else ""
    star = " *" if inside and pack >= (7, 2) else ""
    weights, acts = network.weights, network.activations
    keys.append(("macc", f"{network.macc:,}"))
    keys.append(("weights (ro)", f"{weights:,}{unit} ({_size(weights)}){segment}"))
    keys.append(("activations (rw)", f"{acts:,}{unit} ({_size(acts)}){segment}{star}"))
    keys.append(("ram (total)", f"{total:,}{unit} ({_size(total)}) = {acts:,} + {i:,} + {o:,}"))
    return keys


def _tensors(kind: str, tensors: tuple[Tensor, ...], pack: Pack, inside: bool) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number, tensor in enumerate(tensors, 1):
        shape = ",".join(map(str, tensor.shape))
        old = f"{tensor.elements} items, {_size(tensor.nbytes)}, {_AI_TYPES[tensor.dtype]}"
        quantization = tensor.quantization
        key = f"{kind} {number}/{len(tensors)}"
        if pack < (7, 1):
            form = "FLOAT32" if pack < (7,) else "float"
            detail = (
                form
                if quantization is None
                else (f"scale={quantization.scale!r}, zero_point={quantization.zero_point}")
            )
            found.append((kind, f"{tensor.name} [{old}, {detail}, ({shape.replace(',', ', ')})]"))
        elif pack < (9,):
            scale, zero = ("scale", "zero_point") if pack < (7, 3) else ("s", "zp")
            detail = (
                "float"
                if quantization is None
                else (f"{scale}={quantization.scale:.8f}, {zero}={quantization.zero_point}")
            )
            where = "activations/**default**" if inside else "user/"
            head = f"'{tensor.name}'" + (f" (domain:{where})" if pack >= (7, 3) else "")
            tail = f", domain:{where}" if pack < (7, 3) else ""
            found.append((key, head))
            before = " " * 24 if pack < (7, 3) else " " * 19 + ":   "
            found.append(("", f"{before}{old}, {detail}, ({shape}){tail}"))
        else:
            detail = (
                ""
                if quantization is None
                else (f"QLinear({quantization.scale:.9f},{quantization.zero_point},{tensor.dtype}), ")
            )
            size = f"{tensor.nbytes} Bytes"
            kind_text = f"{_NEW_TYPES[tensor.dtype]}({shape.replace(',', 'x')})"
            where = "activations" if inside else "user"
            found.append((key, f"'{tensor.name}', {kind_text}, {size}, {detail}{where}"))
    return found  # fmt: skip


def _layers(network: NetworkFacts, pack: Pack) -> list[str]:
    """The table of layers; up to 7.3 under one rule, from 8.0 with a rule for each column."""
    short = pack < (6,)
    if short:
        head = ["id", "layer (type)", "output shape", "param #", "connected to", "macc", "rom"]
    else:
        head = ["m_id" if pack >= (8,) else "id", "layer (type,original)"]
        head += ["oshape", "param/size", "macc", "connected to"]
        head += ["|", "c_size", "c_macc", "c_type"]
        if pack < (7, 2):
            head[1] = "layer (type)"
    rows, before = [], network.inputs[0].name
    for number, layer in enumerate(network.layers):
        named = f"{layer.name} ({layer.type.title()}"
        named += f", {layer.type})" if pack >= (7, 2) else ")"
        shape = _shape(layer.shape, pack)
        params = f"{layer.params:,}" if layer.params else ""
        macc = f"{layer.macc:,}" if layer.macc else ""
        if short:
            rom = f"{layer.weight_bytes:,}" if layer.weight_bytes else ""
            rows.append([str(number), named, shape, params, before, macc, rom])
        else:
            size = f"{layer.params:,}/{layer.weight_bytes:,}" if layer.params else ""
            kind = f"{layer.type.title()}_[{number}]"
            rows.append([str(number), named, shape, size, macc, before, "|", "", "", kind])
        before = layer.name
    first = [str(0), f"{network.inputs[0].name} (Input{', )' if pack >= (7, 2) else ')'}"]
    first += [_shape(network.inputs[0].shape, pack)]
    rows.insert(0, first + [""] * (len(head) - 3))
    if rows and not short:
        rows[0][6] = "|"
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    rule = (
        " ".join("-" * w for w in widths) + " "
        if pack >= (8,)
        else "-" * (sum(widths) + 3 * len(widths))
    )
    gap = " " if pack >= (8,) else "   "
    title = f"Model name - {network.graph.name}"
    if (6,) <= pack < (9,):
        title += f" ['{network.inputs[0].name}'] ['{network.outputs[0].name}']"
    lines = [] if short else [title]
    lines += [rule, gap.join(c.ljust(w) for c, w in zip(head, widths, strict=True)), rule]
    for row in rows:
        lines += [gap.join(c.ljust(w) for c, w in zip(row, widths, strict=True)), rule]
    if short:
        lines.append(
            f"{network.graph.name} p={network.params}({network.original_weights / 1024:.2f} KBytes)"
            f" macc={network.macc} rom={network.weights / 1024:.2f} KBytes ram={network.activations} B"
        )
    return lines


def _shape(shape: tuple[int, ...], pack: Pack) -> str:
    if pack < (6,):
        return f"({', '.join(map(str, shape))})"
    names = {1: "c", 2: "bc", 3: "bhc", 4: "bhwc"}.get(len(shape), "")
    named = [f"{n}:{d}" for n, d in zip(names, shape, strict=False)]
    return f"({', '.join(named)})" if pack < (7, 1) else (
        f"({','.join(map(str, shape))})" if pack < (7, 2) else f"[{','.join(named)}]"
    )  # fmt: skip


def _c_graph(network: NetworkFacts, name: str, pack: Pack) -> list[str]:
    if pack < (5, 1):
        return []
    values = [
        ("model name", network.graph.name), ("c-name", name), ("c-node #", len(network.layers)),
        ("c-array #", 0), ("activations size", network.activations),
        ("weights size", network.weights), ("macc", network.macc),
        ("inputs", [f"{t.name}_output" for t in network.inputs]),
        ("outputs", [f"{t.name}_output" for t in network.outputs]),
    ]  # fmt: skip
    width = 19 if pack < (7,) else 22
    return [
        "", "", "", "Generated C-graph summary", "-" * 100,
        *(f"{key:<{width}}: {value}" for key, value in values), "", "-" * 100,
    ]  # fmt: skip


def _size(count: int) -> str:
    return f"{count} B" if count < 1024 else f"{count / 1024:.2f} KiB"
