"""What a variant costs against float32: int8 may need more flash."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.keras_files import converted
from support.run_records import run_record, variant_record

from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.predicted_side import predicted_side
from cubeai_auto.compare.side import Side
from cubeai_auto.compare.variants import variant_gaps
from cubeai_auto.engines import EngineRequest, find_engine
from cubeai_auto.quantity import Quantity, measured, missing, predicted
from cubeai_auto.target import find_target


def side(name: str, weights: int, kernels: int, *, how: str = "measured", total: bool = True) -> Side:
    def size(value: int) -> Quantity:
        return measured(value, "B", "gcc") if how == "measured" else predicted(value, "B", "rule")

    no = missing("none")
    return Side(
        name=name, version="1", weights=size(weights), container=no, kernels=size(kernels), runtime=no,
        flash_total=size(weights + kernels) if total else no, activations=no, io=no, runtime_ram=no,
        stack=no, ram_total=no, macc=no, instructions=no, accuracy=no,
    )  # fmt: skip


def sentences(float32: Side, int8: Side) -> list[str]:
    found = variant_gaps([("float32", Comparison((float32,))), ("int8", Comparison((int8,)))])
    return [gap.sentence for gap in found]


def test_int8_that_costs_more_is_told_with_the_reason() -> None:
    (text,) = sentences(
        side("cube-ai", 5_840, 14_043, how="predicted"), side("cube-ai", 1_568, 36_344, how="predicted")
    )
    assert text == (
        "int8 costs 18,029 B more flash than float32 with Cube.AI (predicted): its kernels are larger "
        "than the weights it saves (22,301 B more kernels, 4,272 B less weights)"
    )


def test_int8_that_saves_and_int8_that_costs_the_same() -> None:
    (text,) = sentences(side("builtin", 4_000, 1_000), side("builtin", 1_000, 1_500))
    assert text == "int8 saves 2,500 B of flash against float32 with the built-in engine (measured)"
    (text,) = sentences(side("builtin", 4_000, 1_000), side("builtin", 3_000, 2_000))
    assert text == "int8 costs as much flash as float32 with the built-in engine (measured)"


def test_mixed_provenance_is_said() -> None:
    (text,) = sentences(side("x", 4_000, 1_000), side("x", 1_000, 1_500, how="predicted"))
    assert text.endswith("with x (predicted and measured)")


def test_sides_without_a_total_and_runs_without_float32_say_nothing() -> None:
    assert sentences(side("x", 1, 1, total=False), side("x", 1, 1)) == []
    assert sentences(side("x", 1, 1), side("y", 1, 1)) == []
    assert variant_gaps([("int8", Comparison((side("x", 1, 1),)))]) == ()
    assert variant_gaps([]) == ()


def test_what_costs_more_comes_first() -> None:
    found = variant_gaps(
        [
            ("float32", Comparison((side("a", 4_000, 1_000), side("b", 1_000, 1_000)))),
            ("int8", Comparison((side("a", 1_000, 1_000), side("b", 500, 9_000)))),
        ]
    )
    assert [gap.side for gap in found] == ["b", "a"]
    assert [gap.flash.value for gap in found] == [7_500, -3_000]
    assert found[0].flash.how == "measured"
    assert found[0].to_json()["against"] == "float32"


def test_a_run_record_has_it() -> None:
    record = run_record(variant_record("float32"), variant_record("int8"))
    assert record.across_variants == ()
    assert record.to_json()["across_variants"] == []


@pytest.mark.corpus
@pytest.mark.train
def test_the_small_activity_network_of_the_zoo(corpus: Path, tmp_path: Path) -> None:
    """Published for 8.1: 20.3 KiB in float32, 39.4 KiB in int8."""
    keras = tmp_path / "gmp.tflite"
    keras.write_bytes(converted(corpus / "models" / "st_gmp_wl24.h5", tmp_path / "log"))
    engine, target = find_engine("predicted", versions="8.1"), find_target("stm32u5")
    comparisons = []
    for name, path in (
        ("float32", keras), ("int8", corpus / "models" / "st_gmp_wl24_int8.tflite"),
    ):  # fmt: skip
        report = engine.analyze(EngineRequest(path, target)).report
        comparisons.append((name, Comparison((predicted_side(report),))))
    (gap,) = variant_gaps(comparisons)
    published = (1_567 + 38_769) - (5_837 + 14_971)
    assert gap.flash.value == pytest.approx(published, rel=0.2)
    assert "int8 costs" in gap.sentence
    assert "with Cube.AI (predicted): its kernels are larger than the weights it saves" in gap.sentence
    assert "4,272 B less weights" in gap.sentence
