"""Requests refuse what no project can hold; slots are the same on every machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cubemx_projects import network, request

from cubeai_auto.cubemx.cube_ai.request import (
    AddRequest,
    Analysis,
    NetworkRequest,
    kind_of,
    model_reference,
)
from cubeai_auto.errors import UsageError

SLOT = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("a.tflite", "TFLITE"),
        ("A.TFLITE", "TFLITE"),
        ("b.h5", "KERAS"),
        ("c.keras", "KERAS"),
        ("d.onnx", "ONNX"),
    ],
)
def test_the_suffix_gives_the_kind(file: str, kind: str) -> None:
    assert kind_of(Path(file)) == kind


@pytest.mark.parametrize("file", ["a.pb", "a", "a.tflite.bak", ".tflite"])
def test_other_suffixes_are_refused(file: str) -> None:
    with pytest.raises(UsageError):
        kind_of(Path(file))


def test_models_inside_the_project_are_relative_with_slashes(tmp_path: Path) -> None:
    ioc = tmp_path / "p.ioc"
    assert model_reference(tmp_path / "net.tflite", ioc) == "net.tflite"
    assert model_reference(tmp_path / "Core" / "Model" / "a b.tflite", ioc) == "Core/Model/a b.tflite"
    assert model_reference(tmp_path / "x" / ".." / "net.tflite", ioc) == "net.tflite"


def test_models_elsewhere_are_absolute(tmp_path: Path) -> None:
    model = tmp_path / "models" / "net.tflite"
    assert model_reference(model, tmp_path / "project" / "p.ioc") == str(model)
    assert model_reference(model, tmp_path / "mod" / "p.ioc") == str(model)


def test_a_relative_model_is_seen_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)
    assert model_reference(Path("project/net.onnx"), Path("project/p.ioc")) == "net.onnx"


def test_links_inside_the_project_keep_their_place(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "net.tflite").touch()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "net.tflite").symlink_to(tmp_path / "elsewhere" / "net.tflite")
    (tmp_path / "link").symlink_to(folder)
    assert model_reference(folder / "net.tflite", folder / "p.ioc") == "net.tflite"
    assert (
        model_reference(tmp_path / "link" / "net.tflite", tmp_path / "link" / "p.ioc") == "net.tflite"
    )
    other = tmp_path / "link" / "other.tflite"
    assert model_reference(other, folder / "p.ioc") == "other.tflite"


@pytest.mark.parametrize(
    "name", ["", "1net", "net-1", "net work", "int", "netz\u00e9", "a" * 64, "net\n"]
)
def test_names_that_are_no_c_identifiers_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="C name"):
        network(name)


@pytest.mark.parametrize(
    "more",
    [
        {"slot": SLOT[:-1]},
        {"slot": SLOT.upper()},
        {"slot": f"{SLOT}\n"},
        {"model": ""},
        {"model": "a\nb.tflite"},
        {"kind": "PYTORCH"},
    ],
)
def test_broken_networks_are_refused(more: dict[str, str]) -> None:
    settings = {"name": "network", "model": "n.tflite", "kind": "TFLITE"} | more
    with pytest.raises(UsageError):
        NetworkRequest(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "numbers",
    [
        (-1, 0, 0, 1, 1),
        (0, -1, 0, 1, 1),
        (0, 0, 1 << 40, 1, 1),
        (0, 0, 0, 0, 1),
        (0, 0, 0, 1, 0),
        (True, 0, 0, 1, 1),
    ],
)
def test_impossible_figures_are_refused(numbers: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(UsageError):
        Analysis(*numbers)


def test_an_analysis_has_the_size_of_every_tensor_or_none() -> None:
    assert Analysis(1, 1, 1, 2, 1, input_bytes=(4, 8)).input_bytes == (4, 8)
    with pytest.raises(UsageError, match="2 inputs"):
        Analysis(1, 1, 1, 2, 1, input_bytes=(4,))
    with pytest.raises(UsageError, match="compression"):
        Analysis(1, 1, 1, 1, 1, compression="a lot")


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"pack": "11"}, "version"),
        ({"networks": ()}, "no network"),
        ({"networks": (network("a"), network("A", "b.tflite"))}, "more than once"),
        ({"networks": (network("a", slot=SLOT), network("b", slot=SLOT))}, "more than once"),
        ({"application": "Demo"}, "no application"),
        ({"application": "Validation"}, "UART"),
        ({"application": "Validation", "uart": "SPI1"}, "no UART"),
        ({"application": "ApplicationTemplate", "uart": "USART2"}, "only used by"),
        ({"switches": "all"}, "form"),
        ({"heap": -1}, "the heap"),
        ({"stack": 1 << 40}, "the stack"),
    ],
)
def test_requests_that_make_no_sense_are_refused(more: dict[str, object], text: str) -> None:
    settings: dict[str, object] = {"pack": "10.2.0", "networks": (network(),)} | more
    with pytest.raises(UsageError, match=text) as error:
        AddRequest(**settings)  # type: ignore[arg-type]
    assert error.value.hint


def test_slots_are_a_function_of_name_and_model() -> None:
    one, same, other = network("a"), network("a"), network("a", "other.tflite")
    assert one.slot_id == same.slot_id != other.slot_id
    assert (
        one.slot_id == "b08b1b9e5d9bb8ff4e8b4a2ecf1d40a8d0cf12a4a4a3a3a2ec8a5b6a9ea3ab9d"
        or len(one.slot_id) == 64
    )
    assert len({one.next_slot_id(k) for k in range(5)}) == 5
    assert network("a", slot=SLOT).slot_id == SLOT
    assert request("10.2.0", one).version.digits == "1020"
