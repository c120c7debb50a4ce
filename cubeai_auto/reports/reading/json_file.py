"""The kind of a JSON report, by its keys."""

from __future__ import annotations

import json

from cubeai_auto.errors import InputError
from cubeai_auto.quantity import JsonValue
from cubeai_auto.reports.reading.draft import Draft
from cubeai_auto.reports.reading.fields import Fields
from cubeai_auto.reports.reading.json_c_graph import read_c_graph_json
from cubeai_auto.reports.reading.json_c_info import read_c_info_json
from cubeai_auto.reports.reading.json_own import read_own_json
from cubeai_auto.reports.reading.json_report import read_report_json
from cubeai_auto.reports.reading.lines import marker_in
from cubeai_auto.reports.report import CubeReport

__all__ = ["read_json"]

_HINT = "the file may be cut off: let the tool write it again"
_KINDS = "a _report.json, _c_graph.json or _c_info.json of ST's tools, or our own report"


def read_json(data: bytes, draft: Draft) -> CubeReport:
    """Read a JSON report of any kind.

    Raises:
        InputError: it is not JSON, holds git conflict markers, or is JSON of something else.
    """
    text = data.decode("utf-8-sig", errors="replace")
    if "\ufffd" in text:
        draft.note("bytes that are not UTF-8 were replaced")
    try:
        value: JsonValue = json.loads(text)
    except RecursionError as error:
        msg = f"{draft.file}: JSON nested too deeply: not a report"
        raise InputError(msg, hint=_HINT) from error
    except json.JSONDecodeError as error:
        raise _damaged(text, error, draft) from error
    except ValueError as error:
        msg = f"{draft.file}: not usable JSON: {error}"
        raise InputError(msg, hint=_HINT) from error
    if not isinstance(value, dict):
        msg = f"{draft.file}: JSON, but not an object: not a report"
        raise InputError(msg, hint=f"give {_KINDS}")
    fields = Fields(value, "", draft.note)
    if fields.raw("schema") is not None and "footprint" in fields:
        return read_own_json(fields, draft)
    if "json_schema_version" in fields or ("graphs" in fields and "memory_footprint" in fields):
        read_c_info_json(fields, draft)
    elif "c_layers" in fields or "c_nodes_n" in fields:
        read_c_graph_json(fields, draft)
    elif "report_version" in fields or "rom_n_macc" in fields:
        read_report_json(fields, draft)
    else:
        msg = f"{draft.file}: JSON, but none of a known kind"
        raise InputError(msg, hint=f"give {_KINDS}")
    return draft.finish()


def _damaged(text: str, error: json.JSONDecodeError, draft: Draft) -> InputError:
    for number, line in enumerate(text.splitlines(), 1):
        if marker_in(line.rstrip()):
            return InputError(
                f"{draft.file}:{number}: git conflict marker {line[:60]!r}: "
                "the file holds two versions",
                hint="resolve the conflict, or check out one of the two reports",
            )
    return InputError(f"{draft.file}:{error.lineno}: not valid JSON: {error.msg}", hint=_HINT)
