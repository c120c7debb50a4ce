"""Predictions against everything that was measured on Cortex-M cores, row by row."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from cubeai_auto.tflite import Graph, load_model
from cubeai_auto.tflm import TflmFootprint, footprint, host_footprint
from cubeai_auto.tflm.flash import configurations
from cubeai_auto.tflm.operators import operator_facts

pytestmark = pytest.mark.corpus

OPT = {"-Os": "Os", "-O2": "O2", "-O3": "O3"}
Row = dict[str, str]


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[tuple[Row, Graph]]:
    """Every measured row whose model is here."""
    graphs: dict[str, Graph] = {}
    found = []
    with (corpus / "tflm" / "tflm_cortexm_dev.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            name = f"{row['model']}_{'f32' if row['dtype'] == 'float32' else row['dtype']}.tflite"
            places = (corpus / "models_made" / name, corpus / "tflm" / "models" / name)
            path = next((place for place in places if place.exists()), None)
            if path is not None:
                if name not in graphs:
                    graphs[name] = load_model(path)
                found.append((row, graphs[name]))
    assert len(found) == 256
    return found


def predict(row: Row, graph: Graph) -> TflmFootprint:
    return footprint(
        graph,
        core=row["core"],
        kernels=row["kernels"],
        opt=OPT.get(row["opt"], "mixed"),
        build=row["build"].split(" (")[0],
        registrations="int8" if row["registrations"].startswith("int8") else "default",
    )


def test_arena_used_is_exact_and_required_is_0_or_16_above(rows: list[tuple[Row, Graph]]) -> None:
    measured = [(row, graph) for row, graph in rows if row["arena_used"]]
    assert len(measured) == 166
    above = []
    for row, graph in measured:
        found = predict(row, graph)
        where = (row["model"], row["dtype"], row["core"], row["opt"], row["kernels"])
        assert found.loadable is True, where
        assert found.unverified_operators == (), where
        assert found.arena_used.value == int(row["arena_used"]), where
        assert found.arena.head.value == int(row["head_bytes"]), where
        more = (found.arena_required.value or 0) - int(row["arena_min_works"])
        assert more in {0, 16}, where
        if more:
            above.append(row["model"])
    assert set(above) == {"digits_mlp"}


def test_recorded_categories_are_tflm_s_own(rows: list[tuple[Row, Graph]]) -> None:
    columns = {
        "TfLiteEvalTensor data": "rec_eval_tensors",
        "Persistent TfLiteTensor data": "rec_tflite_tensors",
        "Persistent TfLiteTensor quantization data": "rec_tensor_quant",
        "TfLiteTensor variable buffer data": "rec_variable",
        "NodeAndRegistration struct": "rec_nodes",
    }
    for row, graph in rows:
        if row["rec_nodes"]:
            found = predict(row, graph).arena
            for name, column in columns.items():
                assert found.categories[name].value == int(row[column]), (row["model"], name)
            assert sum(q.value or 0 for q in found.categories.values()) == found.tail.value


def test_flash_of_release_builds_is_within_a_fifth_of_a_percent(
    rows: list[tuple[Row, Graph]], record_property
) -> None:
    worst: dict[tuple[str, str, str], float] = defaultdict(float)
    for row, graph in rows:
        release = row["build"].startswith("release (") and row["libc"] == "newlib-nano"
        if not release or row["registrations"].startswith("int8") or row["opt"] == "-O3":
            continue
        found = predict(row, graph).flash
        assert None not in (found.core.value, found.kernels.value, found.total.value)
        code = (found.core.value or 0) + (found.kernels.value or 0)
        off = abs(code - int(row["flash_code_without_model"])) / int(row["flash_code_without_model"])
        key = (row["core"], OPT.get(row["opt"], "mixed"), row["kernels"])
        worst[key] = max(worst[key], off)
        assert (found.total.value or 0) - code - graph.file_bytes in range(4)
        assert "measured difference" not in found.total.source
        ram = int(row["bss_without_arena"]) + int(row["data"])
        assert found.static_ram.value == ram, (row["model"], key)
    for key, off in sorted(worst.items()):
        record_property("/".join(key), f"{off:.4%}")
        print(f"{'/'.join(key)}: {off:.4%}")  # noqa: T201 - shown with -s and on failure
    assert len(worst) == 10
    assert max(worst.values()) < 0.002


def test_other_builds_are_measured_differences_and_say_so(rows: list[tuple[Row, Graph]]) -> None:
    count = 0
    for row, graph in rows:
        other = not row["build"].startswith("release (") or row["opt"] == "-O3"
        int8 = row["registrations"].startswith("int8")
        if row["libc"] != "newlib-nano" or not (other or int8):
            continue
        count += 1
        total = predict(row, graph).flash.total
        assert total.value is not None
        assert abs(total.value - int(row["flash_total"])) < 0.002 * int(row["flash_code_without_model"])
        words = "change nothing" if int8 and row["kernels"] == "reference" else "measured difference"
        assert words in total.source, total.source
    assert count > 100


@pytest.mark.oracle
def test_the_host_s_tflm_agrees_on_what_loads_and_on_the_head(corpus: Path) -> None:
    folders = ("models", "models_made", "tflm/models")
    paths = [path for folder in folders for path in sorted((corpus / folder).glob("*.tflite"))]
    assert len(paths) > 25
    refused = 0
    for path in paths:
        graph = load_model(path)
        host, found = host_footprint(path, graph), footprint(graph, kernels="reference")
        assert found.loadable is host.loadable, (path.name, found.reason, host.reason)
        if host.loadable:
            assert found.arena.head.value == host.host_arena.head.value, path.name
        refused += not host.loadable
    assert refused == 2


def test_the_shipped_groups_are_the_measured_ones(corpus: Path) -> None:
    """Of each operator alone: all groups that it uses, and nothing else."""
    with (corpus / "tflm" / "tflm_kernel_flash.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 500
    for row in rows:
        core = row["core"].removesuffix("f")
        key = (core, OPT.get(row["opt"], "mixed"), row["kernels"])
        table = configurations()[key]
        if row["op"].startswith("("):
            assert table.base == int(row["bytes_only_this_op"])
            continue
        alone = [size for users, size in table.groups if users == {row["op"]}]
        used = [size for users, size in table.groups if row["op"] in users]
        assert sum(alone) == int(row["bytes_only_this_op"]), row
        assert sum(used) - sum(alone) == int(row["bytes_shared_with_other_ops"]), row


def test_the_shipped_structures_are_the_measured_ones(corpus: Path) -> None:
    with (corpus / "tflm" / "tflm_arm32_opdata.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["op"]: row for row in csv.DictReader(stream)}
    assert rows.keys() == operator_facts().keys()
    for name, facts in operator_facts().items():
        row = rows[name]
        assert facts.params == int(row["builtin_params_bytes"])
        assert facts.align == int(row["builtin_params_align"] or 1)
        assert facts.reference == int(row["init_opdata_bytes_reference"])
        assert facts.cmsis_nn == int(row["init_opdata_bytes_cmsis_nn"])
