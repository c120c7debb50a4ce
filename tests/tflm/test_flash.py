"""Flash from section groups, differences of other builds, and what is not predicted."""

from __future__ import annotations

import pytest
from support.tflm_graphs import act, dense_chain, one_operator

from cubeai_auto.errors import UsageError
from cubeai_auto.tflite import parse_model
from cubeai_auto.tflm import footprint
from cubeai_auto.tflm.builds import build_type, delta, measured_operators, registration_kind
from cubeai_auto.tflm.cores import CORES, find_core
from cubeai_auto.tflm.flash import (
    configurations,
    default_opt,
    linked_flash,
    opt_level,
    without_table,
)
from cubeai_auto.tflm.flash_prediction import FlashRequest, predict_flash
from cubeai_auto.tflm.operators import kernel_set, operator_facts

DENSE = frozenset({"FULLY_CONNECTED"})
DENSE_SOFTMAX = DENSE | {"SOFTMAX"}


def test_the_dense_example_step_by_step() -> None:
    """11,492 core, 7,381 in 26 groups, 102 for main and resolver; 2,704 model: 21,700 was linked."""
    table = configurations()["cortex-m4", "Os", "reference"]
    groups = [size for users, size in table.groups if users & DENSE]
    assert (table.base, len(groups), sum(groups)) == (11_492, 26, 7_381)
    linked = linked_flash("cortex-m4", "Os", "reference", DENSE)
    assert (linked.core, linked.kernels) == (11_492, 7_381 + 102)
    flash = predict_flash(DENSE, 2_704, FlashRequest("cortex-m4", "Os", "reference"))
    assert flash.total.value == 21_679
    assert "known error about ±50 B" in flash.total.source
    assert "section groups measured for cortex-m4, -Os, reference, release" in flash.total.source


def test_the_model_is_rounded_up_to_a_word() -> None:
    sizes = [
        predict_flash(DENSE, size, FlashRequest("cortex-m7", "Os", "cmsis-nn")).total.value or 0
        for size in (100, 101, 104, 105)
    ]
    assert [size - sizes[0] for size in sizes] == [0, 4, 4, 8]


def test_every_table_has_a_core_and_its_operators() -> None:
    known = configurations()
    assert len(known) == 10
    assert {key[:2] for key in known} == {
        ("cortex-m4", "Os"), ("cortex-m4", "mixed"), ("cortex-m4", "O2"), ("cortex-m7", "Os"),
        ("cortex-m33", "Os"),
    }  # fmt: skip
    for (core, opt, _), table in known.items():
        assert len(table.operators) == (100 if (core, opt) == ("cortex-m4", "Os") else 47)
        assert table.operators <= operator_facts().keys()
        assert table.base > 11_000
    assert known["cortex-m4", "O2", "reference"].base == 14_084


def test_more_operators_never_cost_less_and_share() -> None:
    for core, opt, kernels in configurations():
        one = linked_flash(core, opt, kernels, DENSE).code
        two = linked_flash(core, opt, kernels, DENSE_SOFTMAX).code
        alone = linked_flash(core, opt, kernels, frozenset({"SOFTMAX"})).code
        core_only = linked_flash(core, opt, kernels, frozenset()).code
        assert core_only < one < two < one + alone - core_only


def test_a_table_that_is_static_in_a_header_counts_once_for_each_user() -> None:
    def code(*names: str) -> int:
        return linked_flash("cortex-m4", "Os", "reference", frozenset(names)).code

    def groups(*names: str) -> int:
        table = configurations()["cortex-m4", "Os", "reference"]
        return sum(size for users, size in table.groups if users & set(names))

    def glue(count: int) -> int:
        return 102 if count == 1 else 222 + 30 * (count - 2)

    for names, tables in (
        (("LOGISTIC",), 0),
        (("LOGISTIC", "TANH"), 1),
        (("LOGISTIC", "TANH", "UNIDIRECTIONAL_SEQUENCE_LSTM"), 2),
    ):
        assert code(*names) == 11_492 + groups(*names) + glue(len(names)) + 512 * tables
    lstm = ("TANH", "UNIDIRECTIONAL_SEQUENCE_LSTM")
    table = configurations()["cortex-m4", "Os", "cmsis-nn"]
    found = linked_flash("cortex-m4", "Os", "cmsis-nn", frozenset(lstm)).kernels
    assert found == sum(size for users, size in table.groups if users & set(lstm)) + glue(2)


def test_o2_replaces_a_piece_of_the_core_once() -> None:
    table = configurations()["cortex-m4", "O2", "reference"]
    names = frozenset({"LOGISTIC", "TANH"})
    groups = sum(size for users, size in table.groups if users & names)
    assert linked_flash("cortex-m4", "O2", "reference", names).kernels == groups + 280 - 220 + 512


@pytest.mark.parametrize(
    ("core", "opt", "operators", "words"),
    [
        ("cortex-m0", "Os", DENSE, "not measured for cortex-m0; there are tables for"),
        ("cortex-m7", "mixed", DENSE, "measured for cortex-m7 at -Os only"),
        ("cortex-m33", "O2", DENSE, "measured for cortex-m33 at -Os only"),
        (
            "cortex-m4",
            "mixed",
            DENSE | {"ELU", "ABS"},
            "not measured for ABS, ELU on cortex-m4 at mixed",
        ),
        ("cortex-m4", "Os", DENSE | {"ELU", "ABS"}, ""),
    ],
)
def test_what_has_no_table_says_why(core: str, opt, operators: frozenset[str], words: str) -> None:
    assert without_table(core, opt, "reference", operators).startswith(words)
    assert bool(without_table(core, opt, "reference", operators)) == bool(words)


def test_the_default_is_what_was_measured() -> None:
    assert [default_opt(name) for name in ("cortex-m4", "cortex-m7", "cortex-m33", "cortex-m0")] == [
        "mixed", "Os", "Os", "mixed",
    ]  # fmt: skip


class TestOtherBuilds:
    def test_a_measured_set_of_operators_has_its_own_difference(self) -> None:
        found = delta("release_with_logs", "Os", "reference", DENSE)
        assert found is not None
        assert (found.size, found.error) == (12_248, 0)
        assert found.text.startswith("measured difference of +12,248 B")

    def test_another_set_lies_on_a_line_and_says_how_well(self) -> None:
        found = delta("default", "Os", "reference", DENSE | {"RESHAPE"})
        assert found is not None
        assert 20_000 < found.size < 22_000
        assert found.error == 448
        assert "leaving one out costs up to 448 B" in found.text

    def test_int8_registrations_take_back_what_cmsis_nn_adds(self) -> None:
        found = delta("int8", "Os", "cmsis-nn", DENSE)
        assert found is not None
        assert found.size == -3_168
        assert delta("int8", "Os", "reference", DENSE).size == 0  # type: ignore[union-attr]
        assert delta("int8", "O2", "cmsis-nn", DENSE) is None

    def test_differences_add_up_and_are_named(self) -> None:
        def total(**more: str) -> int:
            request = FlashRequest("cortex-m4", "Os", "cmsis-nn", **more)  # type: ignore[arg-type]
            return predict_flash(DENSE, 1_000, request).total.value or 0

        assert total(build="default") - total() == 21_352
        assert total(registrations="int8") - total() == -3_168
        assert total(build="default", registrations="int8") - total() == 21_352 - 3_168

    def test_o3_is_known_for_one_core_only(self) -> None:
        found = predict_flash(DENSE, 1_000, FlashRequest("cortex-m4", "O3", "reference"))
        assert found.total.value is not None
        assert "measured difference of +4,588 B (O3" in found.total.source
        other = predict_flash(DENSE, 1_000, FlashRequest("cortex-m7", "O3", "reference"))
        assert "-O3 was measured for cortex-m4 only" in other.total.reason

    def test_on_another_core_it_says_where_the_difference_was_measured(self) -> None:
        request = FlashRequest("cortex-m33", "Os", "reference", "default")
        assert "differences were measured on cortex-m4" in predict_flash(DENSE, 4, request).total.source

    def test_operators_without_a_table_have_no_difference_either(self) -> None:
        assert delta("O3", "Os", "reference", DENSE | {"ELU"}) is None
        request = FlashRequest("cortex-m4", "O3", "reference")
        assert "was not measured" in predict_flash(DENSE | {"ELU"}, 4, request).total.reason

    def test_logs_add_to_static_ram(self) -> None:
        def ram(**more: str) -> object:
            request = FlashRequest("cortex-m4", "Os", "reference", **more)  # type: ignore[arg-type]
            return predict_flash(DENSE, 4, request).static_ram.value

        assert (ram(), ram(build="release_with_logs")) == (284, 400)


def test_operators_that_were_never_linked_in_a_model_widen_the_error() -> None:
    request = FlashRequest("cortex-m4", "Os", "reference")
    assert "SVDF" not in measured_operators()
    assert "±300 B" in predict_flash(DENSE | {"SVDF"}, 4, request).total.source
    mixed = FlashRequest("cortex-m4", "mixed", "reference")
    seven = frozenset(sorted(measured_operators())[:7])
    assert "±90 B" in predict_flash(seven, 4, mixed).total.source


@pytest.mark.parametrize(
    ("core", "fpu", "words"),
    [
        ("cortex-m4", "single", ""),
        ("cortex-m4", "none", "single-precision FPU, and this one has none"),
        ("cortex-m7", "single", "double-precision FPU, and this one has a single-precision one"),
        ("cortex-m7", "double", ""),
    ],
)
def test_another_floating_point_unit_is_another_library(core: str, fpu: str, words: str) -> None:
    graph = parse_model(dense_chain([4, 3]), "m")
    found = footprint(graph, core, "reference", "Os", fpu=fpu)
    assert found.arena_used.known
    assert found.flash.total.known == (not words)
    assert words in found.flash.total.reason


def test_names() -> None:
    assert find_core("Cortex-M4F").name == "cortex-m4"
    assert find_core("cortex-m0+").name == "cortex-m0plus"
    assert kernel_set("CMSIS_NN") == "cmsis-nn"
    assert opt_level("-os") == "Os"
    assert build_type("release-with-logs") == "release_with_logs"
    assert registration_kind("INT8") == "int8"
    for wrong in (find_core, kernel_set, opt_level, build_type, registration_kind):
        with pytest.raises(UsageError) as error:
            wrong("nonsense")
        assert error.value.hint


@pytest.mark.parametrize("core", [core.name for core in CORES])
def test_every_core_has_figures_or_reasons(core: str) -> None:
    graph = parse_model(
        one_operator("AVERAGE_POOL_2D", [act("x", (1, 4, 4, 6))], [act("y", (1, 2, 2, 6))], {
            "stride_w": 2, "stride_h": 2, "filter_width": 2, "filter_height": 2, "padding": "VALID"
        }), "m",
    )  # fmt: skip
    found = footprint(graph, core, "cmsis-nn", "Os")
    assert found.loadable is True
    assert found.core == core
    if core in {"cortex-m52", "cortex-m55", "cortex-m85"}:
        assert "vector extension" in found.arena_used.reason
        assert "vector extension" in found.arena.head.reason
    else:
        assert found.arena_used.known
        measured = core in {"cortex-m4", "cortex-m7", "cortex-m33"}
        assert ("not measured on" in found.arena_used.source) == (not measured)
        assert found.flash.total.known == measured
        scratch = 24 if find_core(core).dsp else 0
        assert sum(sum(node.scratch) for node in found.nodes) == scratch
