"""The JSON schema and the reference page of ``project.toml``, made from the models.

``python -m cubeai_auto.project.schema`` rewrites both committed files.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cubeai_auto.errors import CubeAIError, MissingPathError
from cubeai_auto.files import write_atomic
from cubeai_auto.project.describe import KeyInfo, TableInfo, describe_tables, plain_schema

__all__ = ["SCHEMA_ID", "main", "project_schema", "reference_markdown", "reference_path", "schema_path"]

SCHEMA_ID = "urn:cubeai-auto:schema:project:1"
"""The number grows when a file that was right becomes wrong."""

_COMMAND = "python -m cubeai_auto.project.schema"

_INTRODUCTION = f"""\
# The project file

<!-- Generated from cubeai_auto/project/config.py by: {_COMMAND} -->

A project is a folder with a `project.toml`. The smallest one:

```toml
[project]
name = "Handwritten digits"

[model]
recipe = "model.py"

[dataset]
name = "digits"
```

Everything else has a default. A key that is not listed here is an error, as is a value of another
type: `project.toml:7: unknown key 'engine.optimisation'; did you mean 'optimization'?`. All mistakes
of a file are listed at once, and the exit code is 2.

**On the command line**, `--set table.key=value` sets any key for one run; the last one wins. The
value is TOML (`--set 'model.variants=["int8"]'`, `--set engine.fast_float=true`). What is no TOML
value is taken as text, so that a bare word or a path needs no quotes inside the shell's own:
`--set dataset.name=mnist`, `--set "dataset.path=/data/my digits"`.

**Paths** in the file are relative to the project folder, paths after `--set` to the working
directory. `~` is the home directory.

**Sizes** are whole numbers of bytes, or text with one of the units B, kB, MB, GB (powers of 1000)
and KiB, MiB, GiB (powers of 1024).

**The file** is UTF-8 without a byte-order mark, at most 64 KiB, in lines of at most 2000 characters.

**Editors** that know JSON schemas complete and check the file with
`cubeai_auto/resources/project.schema.json`.
"""


def project_schema() -> str:
    """The JSON schema (draft 2020-12) of a parsed ``project.toml``, the same text every time."""
    schema = plain_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"


def reference_markdown() -> str:
    """The reference page: every table and key, what it takes, and its default."""
    parts = [_INTRODUCTION, *(_table(table) for table in describe_tables())]
    return "\n".join(parts)


def schema_path() -> Path:
    """Where the schema ships: inside the package."""
    return Path(__file__).resolve().parent.parent / "resources" / "project.schema.json"


def reference_path() -> Path:
    """Where the reference page stands in a source checkout.

    Raises:
        MissingPathError: the package is installed without its documentation.
    """
    folder = Path(__file__).resolve().parent.parent.parent / "docs"
    if not folder.is_dir():
        msg = f"there is no folder of documentation at {folder}"
        raise MissingPathError(msg, hint="run this in a source checkout")
    return folder / "project-file.md"


def main() -> int:
    """Rewrite both files; returns the exit code."""
    try:
        for path, text in ((reference_path(), reference_markdown()), (schema_path(), project_schema())):
            write_atomic(path, text)
            sys.stdout.write(f"{path}\n")
    except CubeAIError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _table(table: TableInfo) -> str:
    required = " Required." if table.required else ""
    rows = [
        f"## [{table.name}]",
        "",
        table.description + required,
        "",
        "| key | meaning | allowed | default |",
        "| --- | --- | --- | --- |",
        *(_row(key) for key in table.keys),
        "",
    ]
    return "\n".join(rows)


def _row(key: KeyInfo) -> str:
    default = f"`{key.default}`" if key.default else "required" if key.required else "-"
    return f"| `{key.name}` | {_cell(key.description)} | {_cell(key.allowed)} | {_cell(default)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main())
