"""The files that a version leaves beside its report."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from stand_in.grammar import Pack, banner
from stand_in.network import NetworkFacts

from cubeai_auto.tflite.graph import Tensor

__all__ = ["c_info", "generated_files", "is_st_ai"]

_FORMATS = {"float32": "FLOAT", "int8": "S8", "uint8": "U8", "int16": "S16"}


def is_st_ai(options: argparse.Namespace) -> bool:
    return getattr(options, "c_api", "legacy") == "st-ai"


def generated_files(
    network: NetworkFacts, options: argparse.Namespace, pack: Pack
) -> dict[str, str | bytes]:
    """C sources with the sizes and weights of this network, in the order of the version."""
    name, macro = options.name, options.name.upper()
    prefix = "STAI" if is_st_ai(options) else "AI"
    weights = ", ".join(f"0x{byte:02x}" for byte in network.constants) or "0"
    sizes = (
        f"#define {prefix}_{macro}_DATA_ACTIVATIONS_SIZE ({network.activations})\n"
        f"#define {prefix}_{macro}_DATA_WEIGHTS_SIZE ({network.weights})\n"
    )
    head = f"/* {banner(pack)} - stand-in for tests */\n"
    data = f'{head}#include "{name}_data.h"\nconst unsigned char {name}_weights[] = {{{weights}}};\n'
    files: dict[str, str | bytes] = {
        f"{name}.h": f"{head}#define {prefix}_{macro}_MODEL_SIGNATURE 0x{network.md5}\n",
        f"{name}.c": f'{head}#include "{name}.h"\nconst int {name}_nodes = {len(network.layers)};\n',
    }
    if is_st_ai(options):
        files |= {f"{name}_data.h": head + sizes}
        files |= {f"{name}_data.bin": network.constants} if options.binary else {f"{name}_data.c": data}
        return files | {f"{name}_details.h": f"{head}#define {macro}_MACC ({network.macc})\n"}
    if pack >= (6,):
        files = {f"{name}_config.h": head + "#define AI_TOOLS_CONFIG 1\n", **files}
    files |= {f"{name}_data.bin": network.constants} if options.binary else {}
    if pack >= (7, 2):
        files |= {f"{name}_data_params.h": head + sizes, f"{name}_data_params.c": data}
    return files | {f"{name}_data.h": head + sizes, f"{name}_data.c": data}


def c_info(
    network: NetworkFacts, options: argparse.Namespace, pack: Pack, parameters: str, inside: bool
) -> str:
    """The JSON that versions from 9.0 on leave in the output folder."""
    tensors = [*network.inputs, *network.outputs]
    buffers = [_buffer(k, t, k < len(network.inputs)) for k, t in enumerate(tensors)]
    ids = list(range(len(tensors)))
    io = [0, 0] if inside else [
        sum(t.nbytes for t in network.inputs), sum(t.nbytes for t in network.outputs)
    ]  # fmt: skip
    model = Path(options.model[0])
    document = {
        "json_schema_version": "2.0",
        "environment": {
            "tools": [{
                "name": "ST.EdgeAI.Core", "version": banner(pack).partition(" v")[2],
                "arguments": parameters, "environment": [],
                "input_model": {
                    "name": model.stem, "type": "tflite", "size": network.original_weights,
                    "n_params": network.params,
                    "model_files": [{"name": str(model), "signature": f"0x{network.md5}"}],
                },
            }],
            "generated_model": {
                "name": options.name, "generated_time": "2026-01-02T03:04:05+0000", "model_files": [],
            },
            "network_signature": f"0x{network.md5[:16]}", "test_name": "",
        },
        "graphs": [{
            "id": 0, "name": options.name,
            "inputs": ids[: len(network.inputs)], "outputs": ids[len(network.inputs) :],
            "nodes": [
                {
                    "id": k, "name": layer.name, "macc": layer.macc, "mapping": "NODE_SW",
                    "inputs": [], "outputs": [], "scratchs": [], "attributes": {},
                    "original_nodes": [layer.name], "subgraph_nodes": [], "sw_functions": [],
                    "type" if pack >= (11,) else "description": layer.type,
                }
                for k, layer in enumerate(network.layers)
            ],
            "edges": [],
        }],
        "buffers": buffers,
        "memory_pools": [],
        "memory_footprint": {
            "weights": network.weights, "activations": network.activations, "io": io,
            "series": options.target or "generic", "kernel_flash": None, "kernel_ram": None,
            "toolchain": None, "toolchain_flash": None, "toolchain_ram": None,
        },
    }  # fmt: skip
    return json.dumps(document, indent=2)


def _buffer(number: int, tensor: Tensor, is_input: bool) -> dict[str, object]:
    quantization = tensor.quantization
    intq = {} if quantization is None else {
        "axis": 0, "scales": [quantization.scale], "offsets": [quantization.zero_point],
    }  # fmt: skip
    return {
        "id": number, "name": f"{tensor.name}_array", "format": f"STAI_FORMAT_{_FORMATS[tensor.dtype]}",
        "nbits": 8 * tensor.nbytes // tensor.elements, "shape": list(tensor.shape[1:]),
        "shape_map": ["CH"], "size_bytes": tensor.nbytes, "is_param": False, "mpool_id": 0,
        "offset_start": 0, "epochs": {"start": 0, "end": 0}, "alignment": 4, "batch": 1,
        "channel_first": False, "channel_last": True, "intq": intq, "qmn": {},
        "flags": f"STAI_FLAG_{'INPUTS' if is_input else 'OUTPUTS'}|STAI_FLAG_ACTIVATIONS",
    }  # fmt: skip
