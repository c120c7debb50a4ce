"""The size table: derived from descriptions, written and read back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from support.mcu_xml import mcu_xml

from cubeai_auto.cubemx.mcu.derive import derive_rows, main
from cubeai_auto.cubemx.mcu.mcu_xml import McuXmlError
from cubeai_auto.cubemx.mcu.size_table import (
    COLUMNS,
    SizeTableError,
    core_name,
    parse_size_table,
    shipped_rows,
    size_table_csv,
)

HEAD = ",".join(COLUMNS)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two descriptions, and files that are none beside them."""
    mcu = tmp_path / "checkout" / "mcu"
    (mcu / "IP").mkdir(parents=True)
    (mcu / "STM32X401R(D-E)Tx.xml").write_bytes(mcu_xml())
    (mcu / "STM32A1Bx.xml").write_bytes(
        mcu_xml("STM32A1Bx", mhz=(), flash=("64",), ram=("8",), ccm=("4",))
    )
    (mcu / "IP" / "GPIO_Modes.xml").write_bytes(b"<IP/>")
    return tmp_path / "checkout"


def test_a_table_is_derived(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "sizes.csv"
    assert main([str(checkout), str(output)]) == 0
    assert "2 rows" in capsys.readouterr().out
    assert output.read_text("utf-8") == (
        f"{HEAD}\n"
        "STM32A1Bx,STM32X4,STM32X401,LQFP64,cortex-m4,,64,8,4\n"
        "STM32X401R(D-E)Tx,STM32X4,STM32X401,LQFP64,cortex-m4,84,384;512,96;96,\n"
    )
    assert derive_rows(checkout / "mcu") == tuple(parse_size_table(output.read_text("utf-8"), "x"))


def test_a_bad_description_leaves_no_table(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = checkout / "mcu" / "bad.xml"
    bad.write_bytes(mcu_xml()[:200])
    assert main([str(checkout), str(tmp_path / "sizes.csv")]) == 5
    spoken = capsys.readouterr().err
    assert "bad.xml" in spoken
    assert "hint:" in spoken
    assert not (tmp_path / "sizes.csv").exists()
    bad.write_bytes(mcu_xml())
    with pytest.raises(McuXmlError, match="so does another file"):
        derive_rows(checkout)


@pytest.mark.parametrize("where", ["nowhere", "."])
def test_a_folder_without_descriptions(where: str, tmp_path: Path) -> None:
    assert main([str(tmp_path / where), str(tmp_path / "out.csv")]) == 2
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n",
        f"{HEAD}\nSTM32A1Bx,F,L,P,cortex-m4,80,64,8\n",
        f"{HEAD}\nSTM32A1Bx,F,L,P,cortex-m4,80,64,eight,\n",
        f"{HEAD}\nSTM32A1Bx,F,L,P,cortex-m4,fast,64,8,\n",
        f'{HEAD}\n"STM32A1Bx,F\n',
    ],
)
def test_another_table_is_refused(text: str) -> None:
    with pytest.raises(SizeTableError):
        list(parse_size_table(text, "x.csv"))


def test_the_shipped_table_is_in_its_own_form(repository: Path) -> None:
    path = repository / "cubeai_auto" / "resources" / "mcu_sizes.csv"
    assert size_table_csv(shipped_rows()) == path.read_text("utf-8")
    terms = (path.parent / "LICENSE.open_pin_data.txt").read_text("utf-8")
    assert "BSD 3-Clause" in terms
    assert "Copyright (c) 2020, STMicroelectronics" in terms


@pytest.mark.corpus
def test_real_descriptions_give_the_shipped_rows(corpus: Path) -> None:
    shipped = {row.ref_name: row for row in shipped_rows()}
    rows = derive_rows(corpus / "mcu")
    assert len(rows) >= 7
    for row in rows:
        assert row == shipped[row.ref_name]


@pytest.mark.corpus
def test_the_shipped_table_says_what_an_independent_extraction_says(corpus: Path) -> None:
    """A table that another program made of the same data: the same parts, the same values."""
    table = corpus / "mcu" / "mcu_sizes_from_open_pin_data.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        theirs = {row["ref_name"]: row for row in csv.DictReader(stream)}
    ours = {row.ref_name: row for row in shipped_rows()}
    assert ours.keys() == theirs.keys()
    for name, row in ours.items():
        other = theirs[name]
        assert (row.family, row.line, row.package) == (other["family"], other["line"], other["package"])
        assert row.cores == tuple(core_name(core) for core in other["cores"].split(";"))
        assert str(row.mhz or "") == other["freq_mhz"]
        sizes = [";".join(map(str, values)) for values in (row.flash_kib, row.ram_kib, row.ccm_kib)]
        assert sizes == [other["flash_kb"], other["ram_kb"], other["ccm_kb"]]
