"""Damaged reports give a typed error or a report with notes, never a traceback or a hang."""

from __future__ import annotations

import json
import random
import string
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cube_reports import LAYOUTS

from cubeai_auto.errors import InputError
from cubeai_auto.jsontext import json_text
from cubeai_auto.reports import CubeReport, load_report
from cubeai_auto.reports.reading.numbers import byte_size, integer
from cubeai_auto.reports.reading.tables import Columns

_SLOWEST = 5.0


def survive(file: Path, content: bytes) -> CubeReport | None:
    """Read damaged bytes; a report must be whole enough to be written as JSON again."""
    file.write_bytes(content)
    start = time.perf_counter()
    try:
        report = load_report(file)
    except InputError:
        return None
    finally:
        assert time.perf_counter() - start < _SLOWEST
    json.loads(json_text(report.to_json()))
    for quantity in (report.macc, report.params, report.footprint.weights):
        assert quantity.value is None or quantity.value >= 0
        assert quantity.value is not None or quantity.reason
    return report


def mistreat(data: bytes, chance: random.Random) -> bytes:
    """One kind of damage, by chance: flipped, doubled, lost or foreign bytes and lines."""
    damaged = bytearray(data)
    kind = chance.randrange(6)
    if kind == 0:
        for _ in range(chance.randrange(1, 40)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    elif kind == 1:
        start = chance.randrange(len(damaged))
        del damaged[start : start + chance.randrange(1, 400)]
    elif kind == 2:
        start = chance.randrange(len(damaged))
        damaged[start:start] = damaged[start : start + 300] * 3
    elif kind == 3:
        lines = data.split(b"\n")
        chance.shuffle(lines)
        return b"\n".join(lines)
    elif kind == 4:
        middle = chance.randrange(len(damaged))
        return data[:middle] + data[middle:].decode("utf-8", "replace").encode("utf-16-le")
    else:
        digits = b"0123456789,.-"
        for index, byte in enumerate(damaged):
            if byte in digits and chance.random() < 0.2:
                damaged[index] = chance.choice(digits)
    return bytes(damaged)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_truncation_at_every_percent(layout: str, tmp_path: Path) -> None:
    data = LAYOUTS[layout].encode()
    whole = survive(tmp_path / "r.txt", data)
    assert whole is not None
    for percent in range(100):
        report = survive(tmp_path / "r.txt", data[: len(data) * percent // 100])
        if report is not None and percent < 15:
            assert report.notes, percent
        # A figure that is cut through is missing, not another figure.
        if report is not None and report.macc.known:
            assert report.macc.value == whole.macc.value
        if report is not None and report.footprint.activations.known:
            assert report.footprint.activations.value == whole.footprint.activations.value


@pytest.mark.parametrize("layout", LAYOUTS)
def test_damage_of_every_kind(layout: str, tmp_path: Path) -> None:
    chance = random.Random(layout)
    data = LAYOUTS[layout].encode()
    for _ in range(60):
        survive(tmp_path / "r.txt", mistreat(data, chance))


@pytest.mark.corpus
def test_real_files_truncated_and_damaged(corpus: Path, tmp_path: Path) -> None:
    """A sample of all files: small ones at every 10 %, large ones less."""
    chance = random.Random(2026)
    for file in sorted((corpus / "reports").iterdir()):
        data = file.read_bytes()
        if file.suffix == ".csv":
            continue
        steps = 10 if len(data) < 40_000 else 2
        for step in range(steps):
            survive(tmp_path / "r", data[: len(data) * step // steps])
        for _ in range(3 if len(data) < 200_000 else 1):
            survive(tmp_path / "r", mistreat(data, chance))


@pytest.mark.corpus
@pytest.mark.parametrize("kind", ["*.txt", "*.json"])
def test_one_real_file_at_every_percent(kind: str, corpus: Path, tmp_path: Path) -> None:
    files = sorted((corpus / "reports").glob(kind), key=lambda file: file.stat().st_size)
    data = files[len(files) // 4].read_bytes()
    for percent in range(100):
        survive(tmp_path / "r", data[: len(data) * percent // 100])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_KEYS = [
    "report_version", "tools_version", "rom_n_macc", "ram_size", "ram_io_size", "layers", "rom_inputs",
    "val_metrics", "c_layers", "c_arrays", "weights", "activations", "memory_footprint", "inputs",
    "outputs", "exec_time", "json_schema_version", "environment", "graphs", "buffers", "memory_pools",
    "validation", "schema", "footprint", "tool", "model", "macc", "error_str",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=8))
@settings(max_examples=150, deadline=None)
def test_json_of_any_shape(tmp_path_factory: pytest.TempPathFactory, value: dict[str, object]) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    survive(file, json.dumps(value).encode())


@given(st.integers(0, 10**17))
def test_integers_with_and_without_commas(number: int) -> None:
    assert integer(str(number)) == number
    assert integer(f"  {number:,} ") == number
    assert integer(f"-{number}") is None


@given(st.text(string.printable, max_size=30))
def test_numbers_of_any_text_do_not_raise(text: str) -> None:
    assert integer(text) is None or isinstance(integer(text), int)
    size = byte_size(text)
    assert size is None or size >= 0


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=6), st.data())
def test_columns_give_back_what_was_laid_out(names: list[str], data: st.DataObject) -> None:
    cells = [data.draw(st.from_regex(r"[a-z0-9,]{0,10}", fullmatch=True)) for _ in names]
    widths = [max(len(name), len(cell), 1) for name, cell in zip(names, cells, strict=True)]
    header = "   ".join(name.ljust(width) for name, width in zip(names, widths, strict=True))
    row = "   ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    runs = "   ".join("-" * width for width in widths)
    for rule in ("-" * len(header), runs):
        columns = Columns.of(header, rule)
        assert columns.names == tuple(names)
        assert [columns.cell(row, index) for index in range(len(names))] == cells


_BANNER = "ST Edge AI Core v2.2.0-20266\n"
_LONG = 200_000


@pytest.mark.parametrize(
    "text",
    [
        ' Requested memory size by section - "x" target\n a' + " " * _LONG + "b\n",
        ' Requested memory size by section - "x" target\n a' + "  1" * _LONG + "x\n",
        "\nabc\n" + "-" * _LONG + "x\n",
        "Epochs details\nepoch 1 HW (" + " " * _LONG + "\n| epoch_1 | HW |" + " " * _LONG + "x\n",
        "Parameters : generate -m x" + " " * _LONG + "x\n",
        "ST.AI Profiling results\n used stack/heap : " + "1" * _LONG + "\n",
        "Memory usage information\n\ta" + " " * _LONG + "b\n",
        "Inference time per node\n 0 0 a" + "  (a 1" * _LONG + "\n",
        "Exec/report summary (generate)\ninput 1/1 : 'a', int8(1x4), 4 Bytes" + ", a" * _LONG + "!\n",
        "C-Layers (1)\n 1" + " " * _LONG + "\n",
        "Total Flash: much\n" + " " * _LONG + "x\n",
    ],
)  # fmt: skip
def test_long_lines_are_read_in_linear_time(text: str, tmp_path: Path) -> None:
    survive(tmp_path / "r.txt", (_BANNER + text).encode())


def test_a_title_without_content_does_not_hang(tmp_path: Path) -> None:
    titles = {line for text in LAYOUTS.values() for line in text.splitlines() if line.strip()}
    for title in sorted(titles):
        survive(tmp_path / "r.txt", f"{_BANNER}{title}\n{title}\n".encode())
