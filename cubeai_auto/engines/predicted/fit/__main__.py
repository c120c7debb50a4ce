"""``python -m cubeai_auto.engines.predicted.fit CORPUS``: fit again, print errors, write the file."""

from __future__ import annotations

import argparse
import sys
from importlib.resources import files
from pathlib import Path

from cubeai_auto.engines.predicted.fit.fitting import fit
from cubeai_auto.engines.predicted.fit.text import fit_toml, leave_one_out_table, summary_table
from cubeai_auto.errors import CubeAIError
from cubeai_auto.files import write_atomic

__all__ = ["main"]


def main() -> int:
    """Fit, print, write; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m cubeai_auto.engines.predicted.fit",
        description="Fits the predictions of Cube.AI's figures on a corpus of known ones.",
    )
    parser.add_argument("corpus", type=Path, help="folder with published/, reports/, ioc/ and models/")
    default = Path(str(files("cubeai_auto"))) / "resources" / "cube_ai_fit.toml"
    parser.add_argument("--output", type=Path, default=default, help="the file to write")
    options = parser.parse_args()
    try:
        found = fit(options.corpus)
        write_atomic(options.output, fit_toml(found))
    except CubeAIError as error:
        sys.stderr.write(f"error: {error.message}\n")
        return error.exit_code
    sys.stdout.write(f"{leave_one_out_table(found.residuals)}\n\n{summary_table(found.coefficients)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
