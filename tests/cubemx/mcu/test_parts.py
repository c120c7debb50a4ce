"""Part numbers: every spelling, what is ambiguous or unknown, and how fast."""

from __future__ import annotations

import re
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cubeai_auto.cubemx.mcu import AmbiguousPartError, PartError, UnknownPartError, find_part, parts
from cubeai_auto.cubemx.mcu.parts import index_of, part_in
from cubeai_auto.cubemx.mcu.size_table import SizeRow, SizeTableError, core_name, expand, shipped_rows
from cubeai_auto.process import run

ROWS = shipped_rows()


def row(ref_name: str, flash: tuple[int, ...], ram: tuple[int, ...] = (8,)) -> SizeRow:
    return SizeRow(ref_name, "STM32X1", "X", "LQFP48", ("cortex-m4",), 80, flash, ram, ())


@pytest.mark.parametrize(
    "spelling",
    [
        "STM32F401RET6",
        "STM32F401RETx",
        "stm32f401ret6",
        "STM32F401RET6TR",
        " STM32F401RET7 ",
        "STM32F401RE",
    ],
)
def test_one_part_by_many_spellings(spelling: str) -> None:
    part = find_part(spelling)
    assert (part.name, part.ref_name, part.package) == ("STM32F401RETx", "STM32F401R(D-E)Tx", "LQFP64")
    assert (part.family, part.line, part.cores) == ("STM32F4", "STM32F401", ("cortex-m4",))
    assert part.flash_bytes.value == 512 * 1024
    assert part.ram_bytes.value == 96 * 1024
    assert part.frequency.value == 84_000_000
    assert part.flash_bytes.how == "reported"
    assert "open_pin_data" in part.flash_bytes.source == part.source


def test_the_letters_choose_in_their_order() -> None:
    assert find_part("STM32F446RCT6").flash_bytes.value == 256 * 1024
    assert find_part("STM32F446RET6").flash_bytes.value == 512 * 1024
    assert find_part("STM32F401RDT6").flash_bytes.value == 384 * 1024
    assert find_part("STM32G431R8T6").flash_bytes.value == 64 * 1024


def test_one_ram_for_all_letters() -> None:
    assert find_part("STM32L4R5ZGT6").ram_bytes == find_part("STM32L4R5ZIT6").ram_bytes
    assert find_part("STM32L4R5ZGT6").flash_bytes != find_part("STM32L4R5ZIT6").flash_bytes


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("STM32U575ZIT6Q", "STM32U575ZITxQ"),
        ("STM32L452RET6P", "STM32L452RETxP"),
        ("STM32H7S7L8H6H", "STM32H7S7L8HxH"),
        ("STM32G431RBT6Z", "STM32G431RBTxZ"),
        ("STM32G431RBT6", "STM32G431RBTx"),
        ("STM32N657X0H3Q", "STM32N657X0HxQ"),
        ("STM32U575ZIT6QTR", "STM32U575ZITxQ"),
        ("STM32WB05KZV6TR", "STM32WB05KZVx"),
    ],
)
def test_suffixes_are_parts_of_the_name(spelling: str, name: str) -> None:
    assert find_part(spelling).name == name


def test_a_group_has_the_sizes_that_its_parts_share() -> None:
    part = find_part("STM32F401R(D-E)Tx")
    assert part.name == part.ref_name == "STM32F401R(D-E)Tx"
    assert part.ram_bytes.value == 96 * 1024
    assert part.flash_bytes.value is None
    assert "384, 512 KiB of flash" in part.flash_bytes.reason


def test_what_the_data_do_not_state_is_missing() -> None:
    part = find_part("STM32N657X0H3Q")
    assert part.flash_bytes.value == 0
    assert "no clock" in part.frequency.reason
    assert "no CCM RAM" in part.ccm_bytes.reason
    assert find_part("STM32F429ZIT6").ccm_bytes.value == 64 * 1024
    value = part.to_json()
    assert value["frequency"] == {"value": None, "reason": part.frequency.reason}


def test_two_cores() -> None:
    assert find_part("STM32H747XIH6").cores == ("cortex-m7", "cortex-m4")
    assert find_part("STM32WL55JCI6").cores == ("cortex-m4", "cortex-m0plus")


@pytest.mark.parametrize(
    ("text", "count"), [("STM32F446xx", 12), ("STM32F446", 12), ("STM32G431RBT", 2)]
)
def test_a_beginning_of_several_parts_is_ambiguous(text: str, count: int) -> None:
    with pytest.raises(AmbiguousPartError) as caught:
        find_part(text)
    assert len(caught.value.candidates) == count
    assert caught.value.candidates[0] in str(caught.value.hint)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("STM32F401RXT9Q", "STM32F401R"),
        ("STM32F4O1RET6", "STM32F4"),
        ("STM32L475VXT6", "STM32L475V"),
    ],
)
def test_an_unknown_number_leads_to_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UnknownPartError) as caught:
        find_part(wrong)
    assert near in str(caught.value.hint)
    assert caught.value.candidates


@pytest.mark.parametrize(
    "wrong", ["", " ", "STM32", "ATSAM4", "STM32F401RET6" * 50, "\0", "STM32F(", "٣" * 9]
)
def test_nonsense_is_unknown(wrong: str) -> None:
    with pytest.raises(PartError) as caught:
        find_part(wrong)
    assert len(str(caught.value)) < 200


def test_two_descriptions_of_one_name_are_ambiguous() -> None:
    index = index_of([row("STM32X1(A-B)x", (1, 2)), row("STM32X1Bx", (2,))], "made up")
    assert part_in(index, "STM32X1A6").flash_bytes.value == 1024
    with pytest.raises(AmbiguousPartError):
        part_in(index, "STM32X1B6")


def test_a_list_of_another_length_than_the_letters_is_no_value() -> None:
    index = index_of([row("STM32X1(A-B-C)x", (1, 2), (4, 4))], "made up")
    part = part_in(index, "STM32X1C6")
    assert "1, 2 KiB of flash" in part.flash_bytes.reason
    assert part.ram_bytes.value == 4096


def test_expansion() -> None:
    assert expand("STM32F446R(C-E)Tx") == ("STM32F446RCTx", "STM32F446RETx")
    assert expand("STM32H743ZITx") == ("STM32H743ZITx",)
    assert expand("A(1-2)B(x-y)") == ("A1Bx", "A1By", "A2Bx", "A2By")
    with pytest.raises(SizeTableError):
        expand("(a-b)" * 30)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Arm Cortex-M4", "cortex-m4"),
        ("ARM Cortex-M4", "cortex-m4"),
        ("ARM Cortex-M0+", "cortex-m0plus"),
        (" ARM Cortex-M55 ", "cortex-m55"),
        ("ARM Cortex-A7", "cortex-a7"),
    ],
)
def test_cores_have_one_spelling(text: str, name: str) -> None:
    assert core_name(text) == name


def test_every_name_in_the_table_is_one_part() -> None:
    """All 2016 descriptions, each letter: the name itself and a part number made of it."""
    seen = set()
    for entry in ROWS:
        for position, name in enumerate(expand(entry.ref_name)):
            assert name not in seen
            seen.add(name)
            part = find_part(name)
            assert (part.name, part.ref_name) == (name, entry.ref_name)
            number = re.sub(r"x([A-Z]*)$", r"6\1", name)
            assert number != name
            assert find_part(number) == part
            if len(entry.flash_kib) > 1:
                assert part.flash_bytes.value == entry.flash_kib[position] * 1024
        assert find_part(entry.ref_name).ref_name == entry.ref_name
    assert len(ROWS) == 2016
    assert len(seen) > 2600


@given(st.text(max_size=40) | st.from_regex(r"STM32[A-Z0-9x()-]{0,20}", fullmatch=True))
def test_any_text_gives_a_part_or_a_part_error(text: str) -> None:
    try:
        part = find_part(text)
    except PartError:
        return
    assert part.name in {*expand(part.ref_name), part.ref_name}


@given(st.sampled_from(ROWS), st.integers(0, 30), st.sampled_from("ABx07QZ-("))
def test_a_mutated_number_is_another_part_or_an_error(entry: SizeRow, place: int, letter: str) -> None:
    name = expand(entry.ref_name)[-1]
    place %= len(name)
    mutated = name[:place] + letter + name[place + 1 :]
    try:
        part = find_part(mutated)
    except PartError:
        return
    # A digit may stand for the x of the name, an x for any letter, nothing else may differ.
    pattern = re.sub("X", "[A-Z0-9]", mutated.upper())
    numbered = re.sub(r"[0-9]([A-Z]*)$", r"X\1", mutated.upper())
    assert re.match(pattern, part.name.upper()) or numbered == part.name.upper()


def test_a_look_up_is_quick_and_importing_reads_nothing() -> None:
    code = (
        "import cubeai_auto.cubemx.mcu.parts as p, sys;"
        "print(p._shipped.cache_info().currsize, 'lxml' in sys.modules)"
    )
    assert run([sys.executable, "-c", code], timeout=60).stdout.split() == ["0", "False"]
    best = 1.0
    for _ in range(3):
        parts._shipped.cache_clear()
        started = time.perf_counter()
        find_part("STM32U575ZIT6Q")
        best = min(best, time.perf_counter() - started)
    assert best < 0.05
