"""All sides of a network with their conditions, ratios and verdict."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from support.small_models import chain
from support.tflite_builder import build
from support.tflm_graphs import dense_chain

from cubeai_auto.board import find_board
from cubeai_auto.compare import compare
from cubeai_auto.compare.comparison import Comparison
from cubeai_auto.compare.conditions import THIS_MODEL
from cubeai_auto.compare.engine_side import ends, refused_side
from cubeai_auto.compare.published import PublishedCount
from cubeai_auto.compare.setting import Setting
from cubeai_auto.compare.side_conditions import FirmwareBuild
from cubeai_auto.compare.sides import CubeAi
from cubeai_auto.quantity import Quantity, measured, missing, reported, simulated
from cubeai_auto.reports import CubeReport, Footprint, ToolInfo, ValidationResult
from cubeai_auto.target import find_target
from cubeai_auto.tflite import parse_model
from cubeai_auto.tflite.graph import Graph
from cubeai_auto.tflm import TflmFootprint, footprint
from cubeai_auto.tflm.attribution import Attribution, RamParts, flash_parts

F4 = Setting(find_target("stm32f4"))
NO_DATA = missing("no data")
INSIDE = missing("inside activations")
MODEL = dense_chain([784, 128, 128, 10])


def size(value: int) -> Quantity:
    return measured(value, "B", "program linked with gcc 12.2, -mcpu=cortex-m4 -O2")


def report(tool: str = "cubeai_auto built-in engine", **facts: object) -> CubeReport:
    footprint = Footprint(
        weights=size(119_080), activations=size(912), inputs=INSIDE, outputs=INSIDE,
        kernel_flash=size(2_160), channel_constants=size(1_332), flash_total=size(122_572),
        ram_total=size(940),
    )  # fmt: skip
    base = CubeReport(
        tool=ToolInfo(tool, "1.0"), status="ok", model_path="m.tflite", model_name="m",
        model_format="tflite", model_hash="0", c_name="network", macc=measured(1, "MACC", "rules"),
        params=measured(1, "1", "rules"), footprint=footprint, inputs=(), outputs=(), layers=(),
    )  # fmt: skip
    return dataclasses.replace(base, **facts)  # type: ignore[arg-type]


def predictions(graph: Graph, **more: str) -> tuple[TflmFootprint, ...]:
    opt = more.pop("opt", "O2")
    return tuple(footprint(graph, kernels=kind, opt=opt, **more) for kind in ("reference", "cmsis-nn"))


def judged(setting: Setting = F4, **more: object) -> Comparison:
    graph = parse_model(MODEL, "m")
    tflm = more.pop("predictions", None) or predictions(graph)
    ours = more.pop("report", report())
    ran = more.pop("ran", ())
    return compare(
        graph,
        ours,
        ran,
        tflm[-1],
        NO_DATA,
        predictions=tflm,
        setting=setting,
        **more,  # type: ignore[arg-type,index]
    )


def values(found: Comparison, name: str) -> dict[str, str]:
    return dict(next(c for c in found.conditions if c.name == name).values)


def test_the_conditions_of_every_side() -> None:
    found = judged(cube=CubeAi(report("stedgeai", target="stm32f4", file="r.txt")))
    assert [side.name for side in found.sides] == [
        "cube-ai", "builtin", "tflm-reference", "tflm-cmsis-nn",
    ]  # fmt: skip
    assert set(values(found, "core").values()) == {"cortex-m4"}
    assert set(values(found, "fpu_abi").values()) == {"hard"}
    assert values(found, "optimization") == {
        "cube-ai": "as delivered", "builtin": "O2", "tflm-reference": "O2", "tflm-cmsis-nn": "O2",
    }  # fmt: skip
    assert set(values(found, "debug").values()) == {"no"}
    assert set(values(found, "io_placement").values()) == {"inside"}
    assert values(found, "kernels")["tflm-cmsis-nn"] == "CMSIS-NN and TFLM's own"
    assert values(found, "toolchain")["builtin"] == "gcc 12.2, newlib-nano"
    assert "arm-none-eabi-gcc 12.2.1" in values(found, "toolchain")["tflm-reference"]
    assert ".tflite file" in values(found, "container")["tflm-reference"]
    assert set(values(found, "model").values()) == {THIS_MODEL}
    assert all(condition.comparable for condition in found.conditions)


def test_the_verdict_rests_on_ratios_that_are_allowed() -> None:
    found = judged(dataclasses.replace(F4, board=find_board("NUCLEO-F446RE")))
    assert found.verdict is not None
    assert found.verdict.flash == found.verdict.ram == "builtin"
    assert any(line.startswith("headroom on NUCLEO-F446RE: ") for line in found.verdict.reasons)
    ratios = {(ratio.metric, ratio.side): ratio for ratio in found.ratios}
    flash = ratios["flash", "tflm-cmsis-nn"]
    assert flash.against == "builtin"
    total = found.sides[-1].flash_total.value
    assert flash.value.value == pytest.approx((total or 0) / 122_572, abs=0.001)
    assert "never" not in found.verdict.sentence
    assert len(found.verdict.crossovers) == 2
    assert any("empty main" in note for note in found.notes)


def test_another_optimization_leaves_no_ratio_of_flash_but_one_of_ram() -> None:
    found = judged(Setting(find_target("stm32f4"), "O3"))
    ratios = {(ratio.metric, ratio.side): ratio.value for ratio in found.ratios}
    reason = ratios["flash", "tflm-reference"].reason
    assert reason == "not comparable: another optimization (O2 against O3)"
    assert ratios["ram", "tflm-reference"].known
    assert found.verdict is not None
    assert found.verdict.flash == "tflm-reference"  # among those two that can be compared
    assert found.verdict.ram == "builtin"
    assert "least flash of those that can be compared" in found.verdict.sentence
    assert found.verdict.sentence.endswith("the built-in engine needs the least RAM.")
    assert found.verdict.crossovers[0].weights.known is False


def test_a_report_of_another_series_says_so() -> None:
    found = judged(cube=CubeAi(report("stedgeai", target="stm32h7", file="r.txt")))
    core = next(c for c in found.conditions if c.name == "core")
    assert core.comparable is False
    assert dict(core.values)["cube-ai"] == "cortex-m7"
    ratios = {(r.metric, r.side): r.value.reason for r in found.ratios}
    assert ratios["flash", "cube-ai"] == "not comparable: another core (cortex-m7 against cortex-m4)"


@pytest.mark.parametrize("target", [None, "generic", "stm32"])
def test_a_report_without_a_series_is_compared_with_nothing(target: str | None) -> None:
    found = judged(cube=CubeAi(report("stedgeai", target=target, file="r.txt")))
    ratios = {(r.metric, r.side): r.value.reason for r in found.ratios}
    assert "the core is not known" in ratios["ram", "cube-ai"]
    assert "not known for cube-ai" in found.conditions[0].note


def test_a_live_report_was_made_for_what_was_asked() -> None:
    ours = report()
    found = judged(report=report("stedgeai", target=None), beside=ours)
    assert values(found, "core")["cube-ai"] == "cortex-m4"
    assert [side.name for side in found.sides][:2] == ["cube-ai", "builtin"]


def test_a_report_of_another_model_wins_nothing() -> None:
    small = report("stedgeai", target="stm32f4", file="r.txt")
    small = dataclasses.replace(
        small, footprint=dataclasses.replace(small.footprint, flash_total=size(9))
    )
    found = judged(cube=CubeAi(small, "report is of another model: weights 1 B, here 2 B"))
    model = next(c for c in found.conditions if c.name == "model")
    assert (model.comparable, model.note) == (False, "another model")
    assert found.verdict is not None
    assert found.verdict.flash == "builtin"
    text = "\n".join(found.verdict.reasons)
    assert "not comparable: another model" in text
    assert "report is of another model: weights 1 B" in text
    sides = {crossing.smaller_below for crossing in found.verdict.crossovers}
    assert "Cube.AI" not in sides


def test_a_refused_side_has_its_reason_everywhere_and_no_conditions() -> None:
    found = judged(report=None, refused=[refused_side("builtin", "1", "refused: hybrid")])
    side = next(side for side in found.sides if side.name == "builtin")
    assert side.flash_total.reason == side.macc.reason == "refused: hybrid"
    assert "builtin" not in values(found, "core")
    assert found.verdict is not None
    assert "flash: the built-in engine has no figure: refused: hybrid" in found.verdict.reasons
    assert {ratio.against for ratio in found.ratios} == {"tflm-reference"}


def test_a_soft_float_target_has_no_tflm_flash_and_no_ratio_with_a_prediction() -> None:
    graph = parse_model(MODEL, "m")
    soft = Setting(find_target("stm32wl"))
    found = judged(
        soft,
        predictions=predictions(graph, fpu=soft.fpu),
        cube=CubeAi(report("cubeai_auto predicted")),
    )
    assert values(found, "fpu_abi") == {
        "cube-ai": "hard", "builtin": "soft", "tflm-reference": "", "tflm-cmsis-nn": "",
    }  # fmt: skip
    ratios = {(r.metric, r.side): r.value.reason for r in found.ratios}
    assert "another float ABI" in ratios["flash", "cube-ai"]
    assert "FPU" in ratios["flash", "tflm-cmsis-nn"]


def firmware(model: str = "model") -> Attribution:
    pieces = [(model, 5_000), ("core", 9_000), ("kernels", 4_000), ("cmsis_nn", 3_000)]
    parts = flash_parts(pieces, 40_000, "app.elf", "none")  # type: ignore[arg-type]
    ram = RamParts(measured(9_000, "B", "app.elf"), measured(6_000, "B", "app.elf"))
    return Attribution("dir/app.elf", "IAR map", False, parts, ram, ("symbols are guessed",))


def test_a_firmware_replaces_the_prediction_and_both_are_shown() -> None:
    reference, cmsis = predictions(parse_model(MODEL, "m"))
    cmsis = dataclasses.replace(cmsis, measured=firmware())
    build = FirmwareBuild("cortex-m4", "hard", "O2", "no", "GCC 12", THIS_MODEL)
    found = judged(predictions=(reference, cmsis), firmware=build)
    sides = {side.name: side for side in found.sides}
    assert list(sides)[-3:] == ["tflm-reference", "tflm-cmsis-nn", "tflm-cmsis-nn-predicted"]
    assert sides["tflm-cmsis-nn"].version == "measured in app.elf"
    assert sides["tflm-cmsis-nn"].flash_total.how == "measured"
    assert sides["tflm-cmsis-nn-predicted"].flash_total == cmsis.flash.total
    assert found.verdict is not None
    assert found.verdict.flash == "tflm-cmsis-nn"  # 21,000 B: the smallest
    assert not any("predicted" in crossing.smaller_below for crossing in found.verdict.crossovers)
    assert "app.elf: symbols are guessed" in found.notes
    assert any("never tried on a real one" in note for note in found.notes)


def test_a_firmware_of_unknown_build_is_not_compared() -> None:
    reference, cmsis = predictions(parse_model(MODEL, "m"))
    cmsis = dataclasses.replace(cmsis, measured=firmware())
    found = judged(predictions=(reference, cmsis), firmware=None)
    ratios = {(r.metric, r.side): r.value.reason for r in found.ratios}
    assert "the core is not known" in ratios["flash", "tflm-cmsis-nn"]
    assert ratios["flash", "tflm-cmsis-nn-predicted"] == ""


def ran(machine: str) -> ValidationResult:
    return ValidationResult(
        on="emulator", engine="builtin", oracle="TFLM", vectors=2, outputs_compared=20, mismatches=0,
        max_abs_error=0.0, metrics=None, tolerance="equal values",
        instructions=simulated(140_000, "instructions", machine), stack=simulated(1, "B", machine),
    )  # fmt: skip


def test_instructions_are_compared_under_the_conditions_they_were_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = PublishedCount(
        "digits", "tflm-cmsis-nn", "TFLM", "shapes", 243_480, "elsewhere", optimization="O2"
    )
    monkeypatch.setattr("cubeai_auto.compare.sides.published_for", lambda _: (entry,))
    found = judged(ran=(ran("QEMU"),))
    ratios = {(r.metric, r.side): r.value for r in found.ratios}
    assert ratios["instructions", "tflm-cmsis-nn"].value == pytest.approx(243_480 / 140_000, abs=1e-3)
    other = judged(Setting(find_target("stm32f4"), "Os"), ran=(ran("QEMU"),))
    ratios = {(r.metric, r.side): r.value for r in other.ratios}
    assert "another optimization (O2 against Os)" in ratios["instructions", "tflm-cmsis-nn"].reason
    m7 = judged(Setting(find_target("stm32h7")), ran=(ran("QEMU"),))
    ratios = {(r.metric, r.side): r.value for r in m7.ratios}
    assert (
        "another core (cortex-m4 against cortex-m7)" in ratios["instructions", "tflm-cmsis-nn"].reason
    )


def test_the_published_figure_of_the_same_optimization_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = tuple(
        PublishedCount("n", "tflm-cmsis-nn", "TFLM", "s", value, "elsewhere", optimization=level)
        for value, level in ((1_000, "O3"), (2_000, "O2"), (3_000, "Os"))
    )
    monkeypatch.setattr("cubeai_auto.compare.sides.published_for", lambda _: entries)
    for level, value in (("O2", 2_000), ("Os", 3_000), ("O3", 1_000)):
        found = judged(Setting(find_target("stm32f4"), level), ran=(ran("QEMU"),))
        assert found.sides[-1].instructions.value == value
        assert len([note for note in found.notes if "published" in note]) == 1


def test_code_for_a_core_that_nobody_emulates_is_counted_on_another() -> None:
    found = judged(Setting(find_target("stm32n6")), report=report(), ran=(ran("QEMU"),))
    assert values(found, "core")["builtin"] == "cortex-m55"


def test_inputs_and_outputs_outside_are_one_figure_and_another_condition() -> None:
    outside = dataclasses.replace(
        report().footprint, inputs=reported(784, "B", "r"), outputs=reported(10, "B", "r")
    )
    assert ends(outside).value == 794
    found = judged(cube=CubeAi(report("stedgeai", target="stm32f4", file="r", footprint=outside)))
    assert found.sides[0].io.value == 794
    assert values(found, "io_placement")["cube-ai"] == "outside"
    ratios = {(r.metric, r.side): r.value for r in found.ratios}
    assert "inputs and outputs lie elsewhere" in ratios["ram", "cube-ai"].reason
    assert ratios["flash", "cube-ai"].known


def test_without_a_setting_nothing_is_judged(tmp_path: Path) -> None:
    graph = parse_model(build(chain(4, 2)), "m")
    found = compare(graph, report(), (), footprint(graph), NO_DATA)
    assert (found.conditions, found.verdict, found.ratios) == ((), None, ())
    assert found.to_json()["ratios"] == []


@pytest.mark.parametrize(
    ("name", "abi", "fpu"),
    [("stm32f4", "hard", "single"), ("stm32h7", "hard", "double"), ("stm32l0", "soft", "none"),
     ("stm32wl", "soft", "none")],
)  # fmt: skip
def test_what_a_target_s_flags_say(name: str, abi: str, fpu: str) -> None:
    setting = Setting(find_target(name))
    assert (setting.fpu_abi, setting.fpu) == (abi, fpu)


def test_a_board_knows_its_unit_better_than_the_series_flags() -> None:
    board = find_board("NUCLEO-F767ZI")
    assert Setting(find_target("stm32f7")).fpu == "single"
    assert Setting(find_target("stm32f7"), board=board).fpu == board.fpu == "double"
