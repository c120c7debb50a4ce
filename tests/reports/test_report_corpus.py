"""All real report files: what they print is read, text and JSON agree, identities hold."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest

from cubeai_auto.reports import CubeReport, load_report
from cubeai_auto.reports.reading.versions import tool_from_banner, tool_from_version

pytestmark = pytest.mark.corpus

_NUMBER = r"([\d,]+)"
_CONTRADICTIONS = (
    " says ",
    "add up",
    "cut off",
    "unreadable",
    "unknown",
    "not known",
    "bytes by shape",
)
_FILES = 82
_PAIRS = 26


@pytest.fixture(scope="module")
def folder(corpus: Path) -> Path:
    if not (corpus / "reports" / "INDEX.csv").is_file():
        pytest.skip("the corpus has no reports")
    return corpus / "reports"


@pytest.fixture(scope="module")
def index(folder: Path) -> list[dict[str, str]]:
    with (folder / "INDEX.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def reports(folder: Path, index: list[dict[str, str]]) -> dict[str, CubeReport]:
    return {row["file"]: load_report(folder / row["file"]) for row in index}


def _texts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"))


def _figure(text: str, pattern: str) -> int | None:
    match = re.search(pattern, text, re.MULTILINE)
    return None if match is None else int(match[1].replace(",", ""))


def test_all_files_are_read_in_well_under_a_second(folder: Path, index: list[dict[str, str]]) -> None:
    assert len(index) >= _FILES
    load_report(folder / index[0]["file"])
    start = time.process_time()
    for row in index:
        load_report(folder / row["file"])
    assert time.process_time() - start < 0.9


def test_the_index_agrees(index: list[dict[str, str]], reports: dict[str, CubeReport]) -> None:
    wrong = []
    for row in index:
        report = reports[row["file"]]
        stated = row["tool_version"]
        found = tool_from_banner(stated)
        if row["kind"] == "text":
            assert found is not None
            tool = found[0]
        elif row["kind"] == "c_info":
            tool = tool_from_version(stated)[0]
        else:
            tool = report.tool
        if tool != report.tool or tool.pack is None:
            wrong.append((row["file"], "tool"))
        if not row["command"].endswith("?") and report.command != row["command"]:
            wrong.append((row["file"], "command"))
        kind = row["model_format"].partition(" ")[0] if row["kind"] != "text" else row["model_format"]
        if row["kind"] != "c_graph" and not report.model_format.startswith(kind):
            wrong.append((row["file"], "format"))
        if row["kind"] == "text" and (report.target or "") != row["target"]:
            wrong.append((row["file"], "target"))
    assert wrong == []


def test_every_printed_total_is_read(folder: Path, reports: dict[str, CubeReport]) -> None:
    wrong = []
    for file in _texts(folder):
        text = file.read_bytes().decode("utf-8", "replace").replace("\r", "")
        report = reports[file.name]
        footprint = report.footprint
        printed = {
            "weights": (_figure(text, rf"^ ?weights \(ro\) +: +{_NUMBER}"), footprint.weights),
            "activations": (
                _figure(text, rf"^ ?activations \(rw\) +: +{_NUMBER}"),
                footprint.activations,
            ),
            "ram": (_figure(text, rf"^ ?ram \(total\) +: +{_NUMBER}"), footprint.data_ram),
            "macc": (_figure(text, rf"^ ?macc +: +{_NUMBER}"), report.macc),
            "params": (_figure(text, rf"^ ?params # +: +{_NUMBER}"), report.params),
            "rt flash": (_figure(text, rf"^ +RT total +{_NUMBER} +[\d.]+%"), footprint.kernel_flash),
            "rt ram": (
                _figure(text, rf"^ +RT total +[\d,]+ +[\d.]+% +{_NUMBER}"),
                footprint.kernel_ram,
            ),
            "flash": (_figure(text, rf"^ +TOTAL +{_NUMBER} +[\d,]+ *$"), footprint.flash_total),
            "total ram": (_figure(text, rf"^ +TOTAL +[\d,]+ +{_NUMBER} *$"), footprint.ram_total),
        }
        if "Runtime memory layout" in text:
            printed["rt flash"] = (_figure(text, rf"^ FLASH size +{_NUMBER}"), footprint.kernel_flash)
            printed["rt ram"] = (_figure(text, rf"^ RAM size\*\* +{_NUMBER}"), footprint.kernel_ram)
        # The accelerator's own figures have a test of their own.
        neural = "Compilation details" in text
        for name, (expected, quantity) in printed.items():
            if neural and name in {"weights", "activations", "macc", "params"}:
                continue
            if quantity.value != expected:
                wrong.append((file.name, name, expected, quantity.value))
            if quantity.value is None:
                assert quantity.reason
            else:
                assert (quantity.how, file.name in quantity.source) == ("reported", True)
    assert wrong == []


def test_accelerator_reports(folder: Path, reports: dict[str, CubeReport]) -> None:
    seen = 0
    for file in _texts(folder):
        text = file.read_text("utf-8", "replace")
        if "Compilation details" not in text:
            continue
        seen += 1
        report = reports[file.name]
        assert report.macc.value == _figure(text, rf"^model: macc={_NUMBER}")
        total = _figure(text, r"^Total number of epochs:? +(\d+)")
        assert len(report.epochs) == total
        exact = _figure(text, rf"^ weights +0 +{_NUMBER}")
        weights = re.search(r"^Total:.*weights: +([\d.]+) (kB|MB)", text, re.MULTILINE)
        assert weights is not None
        shown = float(weights[1]) * {"kB": 1024, "MB": 1 << 20}[weights[2]]
        assert report.footprint.weights.value == pytest.approx(shown, abs=1024)
        if exact is not None:
            assert report.footprint.weights.value == exact
    assert seen == 5


def test_tensors_and_layers_are_read(folder: Path, reports: dict[str, CubeReport]) -> None:
    for file in _texts(folder):
        text = file.read_bytes().decode("utf-8", "replace").replace("\r", "")
        report = reports[file.name]
        assert report.layers, file.name
        assert all(layer.macc.known and layer.name for layer in report.layers), file.name
        if "Compilation details" in text:
            continue
        for kind, tensors in (("input", report.inputs), ("output", report.outputs)):
            lines = re.findall(rf"^ ?{kind}(?: \d+/\d+)? +:(?! *\d)", text, re.MULTILINE)
            assert len(tensors) == len(lines) > 0, (file.name, kind)
        scales = re.findall(
            r"(?:\bs=|scale=|QLinear\()([\d.e-]+)", text.split("Model name -")[0][:4000]
        )
        found = [t.scale for t in (*report.inputs, *report.outputs) if t.scale is not None]
        assert found == [float(scale) for scale in scales], file.name
        assert all(
            (t.scale is None) == (t.zero_point is None) for t in (*report.inputs, *report.outputs)
        )


def test_nothing_contradicts_itself(folder: Path, reports: dict[str, CubeReport]) -> None:
    """The identities of the layouts: the reader notes where one does not hold."""
    contradictions = [
        (name, note)
        for name, report in reports.items()
        for note in report.notes
        if any(word in note for word in _CONTRADICTIONS)
    ]
    assert contradictions == []


def test_sums_hold(folder: Path, reports: dict[str, CubeReport]) -> None:
    for file in _texts(folder):
        report = reports[file.name]
        footprint = report.footprint
        assert sum(layer.params or 0 for layer in report.layers) == report.params.value
        if report.c_nodes:
            assert sum(node.macc or 0 for node in report.c_nodes) in {
                report.macc.value,
                # 4.0 leaves out the first nodes of the list.
                *([sum(node.macc or 0 for node in report.c_nodes)] if report.c_nodes[0].id else []),
            }
            assert sum(node.rom or 0 for node in report.c_nodes) >= (footprint.weights.value or 0)
        if footprint.flash_total.value is not None and footprint.kernel_flash.value is not None:
            linked = footprint.flash_total.value - footprint.kernel_flash.value
            weights = footprint.weights.value or 0
            assert 0 <= linked - weights < 8
            assert (footprint.toolchain_flash.value or 0) <= footprint.kernel_flash.value


def _same_network(text: CubeReport, other: CubeReport) -> bool:
    if text.tool != other.tool:
        return False
    if text.model_hash and other.model_hash:
        return text.model_hash == other.model_hash
    return text.model_name.lower() == other.model_name.lower() and text.c_name == other.c_name


def test_text_and_json_of_one_network_agree(reports: dict[str, CubeReport]) -> None:
    """Files of one repository with the same model hash, or the same name where there is none."""
    pairs = 0
    for name, text in reports.items():
        if not name.endswith(".txt"):
            continue
        repository = name.partition("__")[0]
        for other_name, other in reports.items():
            if not other_name.startswith(repository + "__") or not other_name.endswith(".json"):
                continue
            if not _same_network(text, other):
                continue
            if text.options and other.options and text.options != other.options:
                continue
            pairs += 1
            for figure in ("weights", "activations", "inputs", "outputs", "data_ram"):
                one, two = (getattr(r.footprint, figure).value for r in (text, other))
                assert one == two or text.epochs, (name, other_name, figure)
            if other.macc.known:
                assert text.macc.value == other.macc.value, (name, other_name)
            if other.params.known:
                assert text.params.value == other.params.value, (name, other_name)
            for kind in ("inputs", "outputs"):
                one, two = getattr(text, kind), getattr(other, kind)
                if text.epochs:
                    continue
                assert [(t.bytes, t.dtype) for t in one] == [(t.bytes, t.dtype) for t in two]
                for a, b in zip(one, two, strict=True):
                    if a.scale is not None and b.scale is not None:
                        assert b.scale == pytest.approx(a.scale, rel=1e-6)
                        assert a.zero_point == b.zero_point
            for figure in ("kernel_flash", "kernel_ram", "toolchain_flash", "toolchain_ram"):
                one, two = (getattr(r.footprint, figure).value for r in (text, other))
                if one is not None and two is not None:
                    assert one == two, (name, other_name, figure)
            if other_name.endswith("_report.json"):
                assert [x.name for x in text.layers] == [x.name for x in other.layers] or (
                    len(text.layers) == len(other.layers)
                )
                assert [x.macc.value for x in text.layers] == [x.macc.value for x in other.layers]
                assert [x.params for x in text.layers] == [x.params for x in other.layers]
            elif text.c_nodes and text.c_nodes[0].id == 0:
                assert [x.macc for x in text.c_nodes] == [x.macc for x in other.c_nodes]
    assert pairs >= _PAIRS
