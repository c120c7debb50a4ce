"""The table of parameters: which pack writes which."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cubemx_projects import NOT_REQUESTED, ioc_files, network

from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.cube_ai.parameters import (
    PARAMETERS,
    SWITCHES,
    Slot,
    Value,
    analysis_values,
    model_type,
    parameter_order,
    slot_values,
    switch_values,
)
from cubeai_auto.cubemx.document import IocDocument

SLOT = "d" * 64


def names(values: tuple[Value, ...]) -> set[str]:
    return {value.name.removesuffix(f"-{SLOT}") for value in values}


def texts(pack: str, **more: object) -> dict[str, str]:
    values = slot_values(PackVersion.parse(pack), Slot(SLOT, network("net", **more)))  # type: ignore[arg-type]
    return {value.name.removesuffix(f"-{SLOT}"): value.text for value in values}


@pytest.mark.parametrize(
    ("pack", "kind", "text"),
    [
        ("5.2.0", "TFLITE", "Saved model"),
        ("6.0.0", "TFLITE", "Saved model"),
        ("7.0.0", "TFLITE", "STM32Cube.AI runtime"),
        ("8.1.0", "TFLITE", "STM32Cube.AI runtime"),
        ("8.1.0", "KERAS", "Saved model"),
        ("7.3.0", "ONNX", "Saved model"),
        ("9.0.0", "KERAS", "STM32Cube.AI MCU runtime"),
        ("12.0.0", "TFLITE", "STM32Cube.AI MCU runtime"),
    ],
)
def test_the_runtime_in_the_words_of_the_pack(pack: str, kind: str, text: str) -> None:
    assert model_type(PackVersion.parse(pack), kind) == text
    assert texts(pack, kind=kind)["ModelType"] == text


@pytest.mark.parametrize(
    ("pack", "text"), [("5.0.0", "1"), ("7.1.0", "1"), ("7.2.0", "None"), ("10.2.0", "None")]
)
def test_compression_became_a_word_in_7_2(pack: str, text: str) -> None:
    assert texts(pack)["ModelCompression"] == text


@pytest.mark.parametrize(
    ("pack", "there"), [("5.0.0", False), ("5.1.0", True), ("7.0.0", True), ("7.1.0", False)]
)
def test_validation_histories_came_and_went(pack: str, there: bool) -> None:
    assert ("ValidationInputFileHistory" in texts(pack)) is there


@pytest.mark.parametrize(
    ("pack", "count"), [("7.2.0", 0), ("7.3.0", 4), ("8.0.0", 4), ("8.1.0", 5), ("10.2.0", 5)]
)
def test_switches_and_their_three_forms(pack: str, count: int) -> None:
    version, slots = PackVersion.parse(pack), (Slot(SLOT, network()), Slot("e" * 64, network("b")))
    assert len(switch_values(version, slots, "global")) == count
    assert len(switch_values(version, slots, "slot")) == 2 * count
    assert len(switch_values(version, slots, "both")) == 3 * count


def test_without_an_analysis_no_figure_is_made_up() -> None:
    analyzed = {row.name for group in PARAMETERS for row in group if row.analysis}
    assert {"ModelMacc", "ModelRamOccupation", "ActivationBufferSizeList"} <= analyzed
    assert not names(slot_values(PackVersion(10, 2), Slot(SLOT, network(analysis=None)))) & analyzed
    figures = network().analysis
    assert figures is not None
    assert names(analysis_values(SLOT, figures)) <= analyzed


@pytest.mark.parametrize(
    ("model", "directory"),
    [
        ("net.tflite", None),
        ("models/net.tflite", "models"),
        ("/home/u/m/net.tflite", "/home/u/m"),
        ("C:\\m\\n\\net.tflite", "C:\\m\\n"),
        ("C:/m/net.tflite", "C:/m"),
    ],
)
def test_the_directory_is_that_of_the_model(model: str, directory: str | None) -> None:
    assert texts("10.2.0", model=model).get("LatestDirectoryUsed") == directory
    assert texts("10.2.0", model=model, directory="D:\\x")["LatestDirectoryUsed"] == "D:\\x"


def test_the_order_names_every_row_once() -> None:
    order = list(parameter_order((SLOT, "e" * 64)))
    assert len(order) == len(set(order))
    rows = {row.name for group in PARAMETERS for row in group}
    assert {name.split("-")[0] for name in order} == rows
    kinds = [name for name in order if name.startswith("ModelKind")]
    assert order.index(kinds[1]) == order.index(kinds[0]) + 1
    assert {row.name for row in SWITCHES} <= rows


@pytest.mark.corpus
def test_real_projects_have_no_parameter_that_the_table_does_not_know(corpus: Path) -> None:
    """Rows that a pack never writes in the table do not stand in its real files either."""
    seen = 0
    for path in ioc_files(corpus):
        found = installed_cube_ai(IocDocument.read(path))
        if found is None:
            continue
        written = {row.name for group in PARAMETERS for row in group if row.written_by(found.version)}
        written.add(f"{found.application_component}_Checked")  # listed in one real file
        listed = {name.split("-")[0] for name in found.parameters}
        unknown = {name for name in listed - written if not name.startswith(NOT_REQUESTED)}
        if found.version < PackVersion(7, 3):
            unknown -= {row.name for row in SWITCHES}  # optional before 7.3
        assert not unknown, (path.name, found.pack, unknown)
        seen += 1
    assert seen == 37
