"""Derives the size table from MCU descriptions: ``python -m cubeai_auto.cubemx.mcu.derive DIR OUT``.

``DIR`` is a checkout of ST's open pin data, or a folder of MCU XML files.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from cubeai_auto.cubemx.mcu.mcu_xml import McuXmlError, read_mcu
from cubeai_auto.cubemx.mcu.size_table import SizeRow, size_table_csv
from cubeai_auto.errors import CubeAIError, MissingPathError
from cubeai_auto.files import write_atomic

__all__ = ["derive_rows", "main"]


def derive_rows(folder: Path) -> tuple[SizeRow, ...]:
    """The rows of all descriptions in a folder, or in the folder ``mcu`` of a checkout.

    Raises:
        MissingPathError: there is no such folder, or it has no XML files.
        McuXmlError: a file is none, or two describe the same parts.
    """
    place = folder / "mcu" if (folder / "mcu").is_dir() else folder
    if not place.is_dir():
        msg = f"not a folder: {folder}"
        raise MissingPathError(msg, hint="give a checkout of the open pin data, or its folder mcu")
    paths = sorted(place.glob("*.xml"))
    if not paths:
        msg = f"there are no XML files in {place}"
        raise MissingPathError(msg, hint="give a checkout of the open pin data, or its folder mcu")
    return _distinct((path, read_mcu(path).sizes) for path in paths)


def _distinct(found: Iterable[tuple[Path, SizeRow]]) -> tuple[SizeRow, ...]:
    rows: dict[str, SizeRow] = {}
    for path, row in found:
        if row.ref_name in rows:
            msg = f"{path} describes {row.ref_name}, and so does another file"
            raise McuXmlError(msg, hint="keep one of them")
        rows[row.ref_name] = row
    return tuple(rows[name] for name in sorted(rows))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table; returns the exit code."""
    parser = argparse.ArgumentParser(description="Derives the size table from MCU descriptions.")
    parser.add_argument("folder", metavar="DIR", type=Path, help="checkout of the open pin data")
    parser.add_argument("output", metavar="OUT", type=Path, help="the CSV file to write")
    options = parser.parse_args(arguments)
    try:
        rows = derive_rows(options.folder)
        write_atomic(options.output, size_table_csv(rows))
    except CubeAIError as error:
        hint = f"\nhint: {error.hint}" if error.hint else ""
        sys.stderr.write(f"error: {error.message}{hint}\n")
        return error.exit_code
    sys.stdout.write(f"{options.output}: {len(rows)} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
