"""Limits on growth in the project file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.compare.changes import Growth
from cubeai_auto.errors import ConfigError
from cubeai_auto.project import load_config
from cubeai_auto.project.growth import parse_count_growth, parse_size_growth

Make = Callable[[str | bytes], Path]


@pytest.mark.parametrize(
    ("value", "growth"),
    [
        ("2 %", Growth(share=0.02)),
        ("2%", Growth(share=0.02)),
        ("0.5 %", Growth(share=0.005)),
        ("150 %", Growth(share=1.5)),
        ("512 B", Growth(amount=512)),
        ("1.5 KiB", Growth(amount=1536)),
        (64, Growth(amount=64)),
        (0, Growth(amount=0)),
    ],
)
def test_sizes(value: object, growth: Growth) -> None:
    assert parse_size_growth(value) == growth


@pytest.mark.parametrize(
    "value", ["2 percent", "%", "-1 %", "2 % ", "1e2 %", "٢ %", "2 %%", True, -1, 1.5, None, "0x2 %"]
)
def test_neither_a_share_nor_an_amount(value: object) -> None:
    for parse in (parse_size_growth, parse_count_growth):
        with pytest.raises(ValueError):
            parse(value)


def test_counts_take_no_units() -> None:
    assert parse_count_growth("1 %") == Growth(share=0.01)
    assert parse_count_growth(1000) == Growth(amount=1000)
    with pytest.raises(ValueError, match="whole number"):
        parse_count_growth("512 B")


def test_the_table_in_a_project_file(make_project: Make, smallest: str) -> None:
    table = '[baseline]\nfile = "ci/base.json"\nfloor = "64 B"\nflash = "2 %"\nram = 128\nmacc = 10\n'
    folder = make_project(smallest + table + "accuracy = 0.01\n")
    loaded = load_config(folder)
    baseline = loaded.config.baseline
    assert baseline.file == folder / "ci" / "base.json"
    assert (baseline.floor, baseline.flash, baseline.ram) == (
        64,
        Growth(share=0.02),
        Growth(amount=128),
    )
    assert (baseline.macc, baseline.accuracy, baseline.arena) == (Growth(amount=10), 0.01, None)
    assert "baseline" in loaded.config.given()
    assert load_config(folder, ['baseline.flash="512 B"']).config.baseline.flash == Growth(amount=512)


def test_without_the_table_the_file_has_its_usual_place(make_project: Make, smallest: str) -> None:
    folder = make_project(smallest)
    assert load_config(folder).config.baseline.file == folder / "baseline.json"
    assert "baseline" not in load_config(folder).config.given()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('flash = "two"', "'baseline.flash' cannot be"),
        ('instructions = "5 KiB"', "a share such as"),
        ("floor = -1", "at least 0"),
        ("flsh = 5", "did you mean 'flash'"),
        ("accuracy = 2", "0.02"),
    ],
)
def test_mistakes_are_sentences(make_project: Make, smallest: str, line: str, said: str) -> None:
    with pytest.raises(ConfigError, match=r"project\.toml:8") as caught:
        load_config(make_project(f"{smallest}[baseline]\n{line}\n"))
    assert said in caught.value.message
