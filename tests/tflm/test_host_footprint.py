"""Footprints of small models under TFLM on the host."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflm_models import custom_model, hybrid_model, relu6_model, softmax_model

from cubeai_auto.errors import MissingPathError, RefusedError, ToolFailedError, ToolTimeoutError
from cubeai_auto.tflite import parse_model
from cubeai_auto.tflm import TflmFootprint, host_child, host_footprint, host_version

FakeChild = Callable[[str], None]
HYBRID = (
    "Hybrid models are not supported on TFLite Micro; "
    "Node CONV_2D (number 0) failed to prepare with status 1."
)


@pytest.fixture
def footprint_of(tmp_path: Path):
    def ask(model: bytes, **options: object) -> TflmFootprint:
        path = tmp_path / "net.tflite"
        path.write_bytes(model)
        return host_footprint(path, parse_model(model, "net"), **options)

    return ask


@pytest.mark.oracle
class TestWithTflm:
    def test_a_model_that_loads(self, footprint_of) -> None:
        model = relu6_model()
        found = footprint_of(model)
        assert (found.model, found.loadable, found.reason) == ("net", True, "")
        assert found.version == host_version()
        assert found.operators == ("RELU6",)
        assert (found.flash_model.value, found.flash_model.how) == (len(model), "measured")
        arena = found.host_arena
        assert arena.head.value == 2 * 16  # x and y, four float32 each
        assert arena.total.value == arena.head.value + arena.tail.value
        assert arena.categories["TfLiteEvalTensor data"].value == 2 * 24  # 24 bytes on a 64-bit host
        assert arena.categories["TfLiteTensor variable buffer data"].value == 0
        assert "not the Cortex-M figure" in arena.total.source
        assert "64-bit pointers" in found.arena_used.reason
        assert not found.arena_required.known

    @pytest.mark.parametrize(
        ("model", "reason"),
        [
            (hybrid_model(), HYBRID),
            (custom_model(), "Failed to get registration from op code CUSTOM."),
            (softmax_model(1e-9), "TFLM aborted (signal 6, SIGABRT) while loading the model."),
        ],
    )  # fmt: skip
    def test_a_model_tflm_refuses_is_a_result_with_its_words(self, footprint_of, model, reason) -> None:
        found = footprint_of(model)
        assert found.loadable is False
        assert found.reason == reason
        assert reason in found.host_arena.total.reason
        assert found.flash_model.value == len(model)

    def test_an_operator_without_a_kernel(self, footprint_of) -> None:
        tensors = [
            TensorSpec("x", (1, 2)),
            TensorSpec("times", (2,), "int32", data=[1, 2]),
            TensorSpec("y", (1, 4)),
        ]
        model = build(ModelSpec(tensors, [OperatorSpec("TILE", ["x", "times"], ["y"])], ["x"], ["y"]))
        assert footprint_of(model).reason.startswith("Didn't find op for builtin opcode 'TILE'")

    def test_a_model_the_wheel_s_own_reader_cannot_read(self, tmp_path: Path) -> None:
        whole = relu6_model()
        path = tmp_path / "cut.tflite"
        path.write_bytes(whole[:-60])
        found = host_footprint(path, parse_model(whole, "cut"))
        assert found.loadable is False
        assert found.reason.startswith("the tflite_micro wheel cannot read the file")

    def test_the_raw_words_are_kept_in_the_log(self, footprint_of, tmp_path: Path) -> None:
        log = tmp_path / "tflm.log"
        footprint_of(hybrid_model(), log=log)
        assert "kernels/conv_common.cc Hybrid models" in log.read_text("utf-8")

    def test_a_log_that_cannot_be_written(self, footprint_of, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(RefusedError, match="log"):
            footprint_of(relu6_model(), log=tmp_path / "file" / "tflm.log")

    def test_a_small_arena_grows_until_the_model_fits(
        self, footprint_of, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expected = footprint_of(relu6_model()).host_arena
        monkeypatch.setattr(host_child, "_ARENA_FLOOR", 256)
        monkeypatch.setattr(host_child, "_ARENA_PER_MODEL_BYTE", 0)
        log = tmp_path / "tflm.log"
        assert footprint_of(relu6_model(), log=log).host_arena == expected
        assert log.read_text("utf-8").count("$ ") == 2  # 256 and 1,024 bytes

    def test_an_arena_that_never_suffices_says_how_large_it_was(
        self, footprint_of, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(host_child, "_ARENA_FLOOR", 600)
        monkeypatch.setattr(host_child, "_ARENA_PER_MODEL_BYTE", 0)
        monkeypatch.setattr(host_child, "_ARENA_LIMIT", 1000)
        found = footprint_of(relu6_model())
        assert found.loadable is False
        assert found.reason.startswith("Failed to resize buffer")
        assert found.reason.endswith("The arena was 608 bytes, the largest tried.")


@pytest.mark.oracle
class TestChildrenThatMisbehave:
    def test_a_hang_ends_with_the_timeout(self, footprint_of, fake_child: FakeChild) -> None:
        fake_child("time.sleep(600)")
        with pytest.raises(ToolTimeoutError):
            footprint_of(relu6_model(), timeout=0.5)

    def test_an_orderly_end_without_allocations(self, footprint_of, fake_child: FakeChild) -> None:
        fake_child('(folder / \'reply.json\').write_text(\'{"stage": "done", "error": null}\')')
        found = footprint_of(relu6_model())
        assert found.loadable is True
        assert found.host_arena.total.reason == "TFLM printed no allocations"

    def test_a_wheel_that_does_not_load_answers_nothing(
        self, footprint_of, fake_child: FakeChild
    ) -> None:
        fake_child(
            "(folder / 'reply.json').write_text(json.dumps(dict(stage='import', error='bad ELF')))"
        )
        found = footprint_of(relu6_model())
        assert found.loadable is None
        assert found.reason == "the tflite_micro wheel cannot be loaded: bad ELF"

    def test_a_failure_of_the_child_itself_is_not_the_model_s(
        self, footprint_of, fake_child: FakeChild
    ) -> None:
        fake_child(
            '(folder / \'reply.json\').write_text(\'{"stage": "load", "error": null}\')\n'
            "sys.exit('the TFLM child process failed: MemoryError: ')"
        )
        with pytest.raises(ToolFailedError, match="MemoryError"):
            footprint_of(relu6_model())

    @pytest.mark.parametrize("reply", ["", "{", "[]", "null", '{"stage": "load"}', "ü"])
    def test_a_spoilt_reply_is_no_answer(self, footprint_of, fake_child: FakeChild, reply: str) -> None:
        fake_child(f"(folder / 'reply.json').write_text({reply!r}, 'utf-8')")
        assert footprint_of(relu6_model()).loadable is None


def test_without_the_wheel_nothing_is_known_and_it_says_why(
    footprint_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cubeai_auto.tflm.wheel.host_version", lambda: None)
    found = footprint_of(relu6_model())
    assert found.loadable is None
    assert "tflite-micro" in found.reason
    assert found.host_arena.total.reason == found.reason
    assert found.flash_model.known
    document = json.loads(json.dumps(found.to_json()))
    assert document["loadable"] is None
    assert document["tflm_version"] is None
    assert document["host_arena"]["categories"] == {}


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        host_footprint(tmp_path / "absent.tflite", parse_model(relu6_model(), "net"))
