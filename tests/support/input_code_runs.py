"""The generated C for a network's input, compiled and run on this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cubeai_auto import process
from cubeai_auto.contract import InputContract
from cubeai_auto.firmware.toolchain import host_compiler
from cubeai_auto.models.dataset import Samples
from cubeai_auto.models.har.input_code import input_code

FLAGS = (
    "-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wdouble-promotion",
    "-Wshadow", "-Werror",
)  # fmt: skip
SCALE, ZERO_POINT = np.float32(0.0215), -35

TOLERANCE = 2e-6
"""Of a feature, in units of its spread over the training set, plus as much of its value: C computes in
float32, Python in float64. An int8 step of such an input is ten thousand times larger."""

# Reads raw windows; writes the float inputs of all, then the int8 inputs of all.
MAIN = """\
#include <stdio.h>
#include <stdlib.h>
#include "network_input.h"

int main(int argc, char **argv)
{
    static network_input_raw window[NETWORK_INPUT_WINDOW * NETWORK_INPUT_AXES];
    static float real[NETWORK_INPUT_SIZE];
    static int8_t stored[NETWORK_INPUT_SIZE];
    FILE *in, *reals, *bytes;

    if (argc != 6 || !(in = fopen(argv[1], "rb")) || !(reals = fopen(argv[2], "wb")) ||
        !(bytes = fopen(argv[3], "wb"))) {
        return 1;
    }
    while (fread(window, sizeof window, 1, in) == 1) {
        network_input_f32(window, real);
        network_input_s8(window, stored, strtof(argv[4], NULL), (int32_t)atoi(argv[5]));
        if (fwrite(real, sizeof real, 1, reals) != 1 || fwrite(stored, sizeof stored, 1, bytes) != 1) {
            return 2;
        }
    }
    return fclose(in) || fclose(reals) || fclose(bytes);
}
"""


def run_c(
    contract: InputContract, raw: Samples, folder: Path, *extra: str
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int8]]:
    """The network's input for raw windows, as the generated C computes it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**input_code(contract, "network"), "main.c": MAIN}.items():
        (folder / name).write_text(text, "ascii")
    compiler = host_compiler().path
    build = [compiler, *FLAGS, *extra, "network_input.c", "main.c", "-lm", "-o", "prepare"]
    process.run(build, cwd=folder, timeout=60)
    (folder / "raw").write_bytes(np.ascontiguousarray(raw).tobytes())
    process.run(
        [folder / "prepare", "raw", "reals", "bytes", f"{SCALE:.9g}", str(ZERO_POINT)],
        cwd=folder,
        timeout=60,
    )
    shape = (len(raw), *contract.shape)
    reals = np.frombuffer((folder / "reals").read_bytes(), np.float32).reshape(shape)
    return reals, np.frombuffer((folder / "bytes").read_bytes(), np.int8).reshape(shape)
