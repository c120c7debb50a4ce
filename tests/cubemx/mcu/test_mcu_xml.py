"""MCU descriptions: read as typed values; damaged, hostile or foreign ones are refused."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mcu_xml import mcu_xml

from cubeai_auto.cubemx.mcu import McuXmlError, parse_mcu, read_mcu
from cubeai_auto.cubemx.mcu.mcu_xml import MAX_BYTES, McuPeripheral, McuPin
from cubeai_auto.cubemx.mcu.size_table import SizeRow
from cubeai_auto.errors import InputError, MissingPathError

GOOD = mcu_xml()


def test_a_description() -> None:
    mcu = parse_mcu(GOOD, "one.xml")
    assert mcu.sizes == SizeRow(
        "STM32X401R(D-E)Tx", "STM32X4", "STM32X401", "LQFP64", ("cortex-m4",), 84,
        (384, 512), (96, 96), (),
    )  # fmt: skip
    assert (mcu.die, mcu.contexts) == ("DIE999", ("CortexM4",))
    assert mcu.peripherals == (McuPeripheral("USART2", "USART", "sci2_v1_2_Cube"),)
    assert mcu.pins[1] == McuPin("PA2", "16", "I/O", ("USART2_TX", "GPIO"))
    assert mcu.signals_of("PA2") == ("USART2_TX", "GPIO")
    assert mcu.signals_of("PC14") == ("RCC_OSC32_IN",)
    assert mcu.signals_of("PC1") == ()


def test_two_cores_no_clock_and_ccm() -> None:
    sizes = parse_mcu(
        mcu_xml(
            "STM32X7Ix", cores=("ARM Cortex-M7", "ARM Cortex-M4"), mhz=(), ccm=("64",), flash=("0",)
        ),
        "x",
    ).sizes
    assert (sizes.cores, sizes.mhz) == (("cortex-m7", "cortex-m4"), None)
    assert (sizes.ccm_kib, sizes.flash_kib) == ((64,), (0,))


def test_with_or_without_the_namespace_and_with_a_byte_order_mark() -> None:
    plain = parse_mcu(mcu_xml(namespace=""), "x")
    assert plain == parse_mcu(GOOD, "x") == parse_mcu(b"\xef\xbb\xbf" + GOOD, "x")


def test_what_is_unknown_is_passed_over() -> None:
    extra = '\n    <MemoryMap>Available</MemoryMap><New Deep="1"><Er/></New><!-- note -->'
    assert parse_mcu(mcu_xml(extra=extra), "x").sizes == parse_mcu(GOOD, "x").sizes


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (mcu_xml(flash=()), "Flash is missing"),
        (mcu_xml(ram=()), "Ram is missing"),
        (mcu_xml(cores=()), "Core is missing"),
        (mcu_xml(cores=("Cortex X",)), "Core is cortex-x"),
        (mcu_xml(flash=("-1",)), "Flash is '-1'"),
        (mcu_xml(flash=("512 KB",)), "Flash is '512 KB'"),
        (mcu_xml(ram=("",)), "Ram is ''"),
        (mcu_xml(ram=("9" * 4000,)), "Ram is '999"),
        (mcu_xml(ram=("99999999999",)), "Ram is"),
        (mcu_xml(mhz=("1e3",)), "Frequency is '1e3'"),
        (mcu_xml(ram=("٣",)), "Ram is"),
        (mcu_xml("../../etc/passwd"), "RefName"),
        (mcu_xml("STM32" + "(a-b)" * 10), "more than 256"),
        (GOOD.replace(b' RefName="', b' Ref="'), "no RefName"),
        (GOOD.replace(b' Family="', b' Fam="'), "no Family"),
        (GOOD.replace(b'<Signal Name="', b'<Signal Nam="'), "Signal has no Name"),
        (GOOD.replace(b"Mcu", b"Board"), "Board"),
        (b"", "no"),
        (b"<Mcu>", "no"),
        (b"#MicroXplorer Configuration settings - do not modify\n", "no"),
        (b" " * (MAX_BYTES + 1), "larger"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data: bytes, problem: str) -> None:
    with pytest.raises(McuXmlError, match=r"one\.xml is no readable") as caught:
        parse_mcu(data, "one.xml")
    assert problem in str(caught.value)
    assert caught.value.exit_code == 5
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "kind",
    [
        '<!DOCTYPE Mcu [<!ENTITY a "b">]>',
        '<!DOCTYPE Mcu SYSTEM "file:///etc/hostname">',
        '<!DOCTYPE Mcu [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        "<!DOCTYPE Mcu ["
        + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
        + '<!ENTITY e0 "ha">]>',
    ],
)
def test_document_types_and_entities_are_refused(kind: str) -> None:
    head, _, body = GOOD.partition(b"<Mcu")
    for inside in (b"&a;", b"&e12;", b"96"):
        data = head + kind.encode() + b"\n<Mcu" + body.replace(b"<Ram>96", b"<Ram>" + inside, 1)
        with pytest.raises(McuXmlError):
            parse_mcu(data, "x")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(McuXmlError):
        parse_mcu(mcu_xml(extra="<a>" * 5000 + "</a>" * 5000), "x")


@given(st.integers(0, len(GOOD) - 2))
def test_a_cut_file_is_refused(length: int) -> None:
    # The last byte is the newline behind the end tag: without it the file is whole.
    with pytest.raises(McuXmlError):
        parse_mcu(GOOD[:length], "x")


@given(st.data())
def test_a_mutated_file_is_read_or_refused(data: st.DataObject) -> None:
    changed = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(changed) - 1))
        match data.draw(st.sampled_from(("set", "delete", "double"))):
            case "set":
                changed[place] = data.draw(st.integers(0, 255))
            case "delete":
                del changed[place : place + data.draw(st.integers(1, 40))]
            case _:
                changed[place:place] = changed[place : place + data.draw(st.integers(1, 40))]
        if not changed:
            break
    with contextlib.suppress(McuXmlError):
        parse_mcu(bytes(changed), "x")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(McuXmlError):
        parse_mcu(data, "x")


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "STM32X401R(D-E)Tx ü.xml"
    path.write_bytes(GOOD)
    assert read_mcu(path) == parse_mcu(GOOD, "x")
    path.write_bytes(GOOD[:100])
    with pytest.raises(McuXmlError, match=r"ü\.xml"):
        read_mcu(path)
    for gone in (tmp_path / "none.xml", tmp_path):
        with pytest.raises(MissingPathError):
            read_mcu(gone)


@pytest.mark.corpus
def test_damaged_real_files_are_refused(corpus: Path) -> None:
    """Cut and mutated copies of ST's own files: typed errors, nothing else."""
    chance = random.Random(7)
    for path in sorted((corpus / "mcu").glob("*.xml"))[:3]:
        data = path.read_bytes()
        for _ in range(6):
            with pytest.raises(InputError):
                parse_mcu(data[: chance.randrange(len(data) - 10)], path.name)
        for _ in range(6):
            changed = bytearray(data)
            for _ in range(4):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            with contextlib.suppress(InputError):
                parse_mcu(bytes(changed), path.name)
