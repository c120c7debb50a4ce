"""Numbered lists and the list of init functions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ioc_samples import corpus_files, ioc_bytes, plain_keys

from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.functions import FunctionEntry, parse_functions, render_functions
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, read_rows, row_numbers, write_rows

KEY = "ProjectManager.functionlistsort"


def sample(**more: str) -> IocDocument:
    return IocDocument.parse(ioc_bytes(plain_keys(**more)))


def test_rows_are_read_by_number() -> None:
    many = {f"Mcu__Pin{number}": f"PB{number}" for number in range(12)}
    document = sample(**many)
    assert read_rows(document, PINS)[-3:] == ("PB9", "PB10", "PB11")
    assert row_numbers(document, THIRD_PARTIES) == ()


def test_other_keys_are_no_rows() -> None:
    document = sample(Mcu__Pin01="PB0", Mcu__Pin="PB1", Mcu__PinX="PB2", Mcu__IP5_x="y")
    assert len(read_rows(document, PINS)) == 5
    assert len(read_rows(document, IPS)) == 5


@given(st.lists(st.sampled_from(["PA0", "PB1", "VP_X_VS_X"]), max_size=14))
def test_rows_are_written_as_a_whole_and_back(values: list[str]) -> None:
    document = sample()
    before, first = document.to_bytes(), read_rows(document, PINS)
    write_rows(document, PINS, tuple(values))
    assert read_rows(document, PINS) == tuple(values)
    assert row_numbers(document, PINS) == tuple(range(len(values)))
    assert document.get("Mcu.PinsNb") == str(len(values))
    write_rows(document, PINS, first)
    assert document.to_bytes() == before


def test_a_counter_keeps_its_offset() -> None:
    document = sample(Mcu__IPNb="6")
    write_rows(document, IPS, (*read_rows(document, IPS), "ZZ"))
    assert document.get("Mcu.IPNb") == "7"


def test_a_missing_counter_is_made_with_the_first_change() -> None:
    document = IocDocument.parse(ioc_bytes(plain_keys(), without=["Mcu.ThirdPartyNb"]))
    write_rows(document, THIRD_PARTIES, ())
    assert "Mcu.ThirdPartyNb" not in document
    write_rows(document, THIRD_PARTIES, ("a",))
    assert document.get("Mcu.ThirdPartyNb") == "1"


def test_a_counter_that_is_no_number_is_an_error() -> None:
    document = sample(Mcu__PinsNb="five")
    with pytest.raises(IocFormatError, match=r"Mcu\.PinsNb is not a number"):
        write_rows(document, PINS, ())
    assert document.get("Mcu.Pin0") == "PH0-OSC_IN"


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (
            "1-SystemClock_Config-RCC-false-HAL-false",
            FunctionEntry(1, "SystemClock_Config", "RCC", static=False),
        ),
        (
            "12-MX_X_CUBE_AI_Init-STMicroelectronics.X-CUBE-AI.10.2.0-false-HAL-false",
            FunctionEntry(12, "MX_X_CUBE_AI_Init", "STMicroelectronics.X-CUBE-AI.10.2.0", static=False),
        ),
        (
            "false-0--NUCLEO-H753ZI-true-HAL-true",
            FunctionEntry(0, "", "NUCLEO-H753ZI", no_call=True, generated=False),
        ),
        (
            "3-MX_XSPI2_Init-XSPI2-false-LL-true-Appli",
            FunctionEntry(3, "MX_XSPI2_Init", "XSPI2", driver="LL", context="Appli"),
        ),
    ],
)  # fmt: skip
def test_entries_of_real_lists(text: str, entry: FunctionEntry) -> None:
    assert parse_functions(text) == (entry,)
    assert entry.render() == text


@given(st.text(st.sampled_from("-,0129falsetruHAL.X_"), max_size=60) | st.text(max_size=20))
def test_any_list_is_kept(value: str) -> None:
    assert render_functions(parse_functions(value)) == value


@pytest.mark.corpus
def test_real_lists_follow_the_grammar(corpus: Path) -> None:
    count = 0
    for path in corpus_files(corpus):
        value = IocDocument.read(path).get(KEY)
        if value is None:
            continue
        entries = parse_functions(value)
        assert render_functions(entries) == value
        assert not [entry for entry in entries if entry.text is not None], path.name
        count += len(entries)
    assert count > 400
