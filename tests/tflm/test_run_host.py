"""Outputs of TFLM on the host."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflm_models import custom_model, hybrid_model, relu6_model, softmax_model

from cubeai_auto import process
from cubeai_auto.errors import (
    InputError,
    MissingPathError,
    ModelFormatError,
    RefusedError,
    ToolFailedError,
    ToolMissingError,
    ToolTimeoutError,
    UnsupportedModelError,
)
from cubeai_auto.tflm import host_version, run_host

ROW = np.array([[-1.0, 2.0, 7.0, 0.5]], np.float32)

FakeChild = Callable[[str], None]


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        pytest.fail("a process was started")

    monkeypatch.setattr(process, "run", refuse)


@pytest.mark.oracle
class TestWithTflm:
    def test_every_vector_in_order(self, tmp_path: Path) -> None:
        model = tmp_path / "größer als 6.tflite"
        model.write_bytes(relu6_model())
        vectors = np.concatenate([ROW * factor for factor in (0.5, 1.0, -1.0)])
        found = run_host(model, [vectors], work_dir=tmp_path)
        assert found.outputs[0].tolist() == np.clip(vectors, 0, 6).tolist()
        assert found.outputs[0].dtype == np.float32
        assert (found.vectors, found.version) == (3, host_version())
        assert found.seconds > 0
        assert [p.name for p in tmp_path.iterdir()] == [model.name]  # the temporary folder is gone

    def test_int8_fully_connected_by_hand(self) -> None:
        # real: x = 0.5 * [2, 4] = [1, 2]; w = [[1, 1], [2, -1]]; b = [0.5, 0]; y = [3.5, 0]
        model = build(
            ModelSpec(
                [
                    TensorSpec("x", (1, 2), "int8", scales=(0.5,), zero_points=(-1,)),
                    TensorSpec("w", (2, 2), "int8", data=[[1, 1], [2, -1]], scales=(1.0,)),
                    TensorSpec("b", (2,), "int32", data=[1, 0], scales=(0.5,)),
                    TensorSpec("y", (1, 2), "int8", scales=(0.25,), zero_points=(3,)),
                ],
                [OperatorSpec("FULLY_CONNECTED", ["x", "w", "b"], ["y"])],
                ["x"],
                ["y"],
            )
        )
        found = run_host(model, [np.array([[1, 3]], np.int8)])
        assert found.outputs[0].tolist() == [[3 + 14, 3 + 0]]
        assert found.outputs[0].dtype == np.int8

    def test_two_inputs_two_outputs_and_a_batch_of_two(self) -> None:
        shapes = [TensorSpec(name, (2, 3)) for name in "abyz"]
        operators = [OperatorSpec("SUB", ["a", "b"], ["y"]), OperatorSpec("RELU", ["b"], ["z"])]
        model = build(ModelSpec(shapes, operators, ["b", "a"], ["z", "y"]))
        a = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
        b = -np.ones((4, 2, 3), np.float32)
        found = run_host(model, [b, a])  # in the order of the graph's inputs
        assert [y.shape for y in found.outputs] == [(4, 2, 3), (4, 2, 3)]
        assert not found.outputs[0].any()
        assert np.array_equal(found.outputs[1], a + 1)

    def test_state_is_reset_between_independent_vectors_and_kept_in_a_sequence(self) -> None:
        model = build(
            ModelSpec(
                [
                    TensorSpec("x", (1, 2)),
                    TensorSpec("feature", (2, 2), data=np.eye(2)),
                    TensorSpec("time", (2, 3), data=np.ones((2, 3))),
                    TensorSpec("bias", (2,), data=np.zeros(2)),
                    TensorSpec("state", (1, 6), is_variable=True),
                    TensorSpec("y", (1, 2)),
                ],
                [OperatorSpec("SVDF", ["x", "feature", "time", "bias", "state"], ["y"], {"rank": 1})],
                ["x"],
                ["y"],
            )
        )
        ones = np.ones((4, 2), np.float32)
        assert run_host(model, [ones]).outputs[0].tolist() == [[1, 1]] * 4
        sequence = run_host(model, [ones], independent=False).outputs[0]
        assert sequence[:, 0].tolist() == [1, 2, 3, 3]  # a memory of three steps

    @pytest.mark.parametrize(
        ("model", "vectors", "says"),
        [
            (hybrid_model(), np.zeros((1, 4, 4, 2), np.float32), "Hybrid models are not supported"),
            (custom_model(), ROW, "Failed to get registration from op code CUSTOM"),
        ],
    )
    def test_a_refusal_is_told_in_tflm_s_words(
        self, model: bytes, vectors: np.ndarray, says: str, tmp_path: Path
    ) -> None:
        log = tmp_path / "logs" / "tflm.log"
        with pytest.raises(UnsupportedModelError, match=says) as caught:
            run_host(model, [vectors], log=log)
        assert caught.value.exit_code == 5
        assert caught.value.hint
        assert says in log.read_text("utf-8")

    def test_an_abort_is_an_error_with_the_signal(self) -> None:
        vectors = np.zeros((1, 4), np.int8)
        assert run_host(softmax_model(0.1), [vectors]).outputs[0].tolist() == [[-64] * 4]
        with pytest.raises(ToolFailedError, match=r"aborted \(signal 6, SIGABRT\) while loading"):
            run_host(softmax_model(1e-9), [vectors])

    def test_a_broken_wheel_is_a_missing_tool(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "tflite_micro.py").write_text("raise ImportError('libfoo.so.1: not found')\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        with pytest.raises(ToolMissingError, match=r"cannot be loaded: ImportError: libfoo"):
            run_host(relu6_model(), [ROW])

    def test_modules_in_the_working_folder_are_not_imported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "numpy.py").write_text("raise SystemExit('imported from the working folder')\n")
        monkeypatch.chdir(tmp_path)
        assert run_host(relu6_model(), [ROW]).vectors == 1

    def test_ten_thousand_vectors_take_seconds(self) -> None:
        vectors = np.tile(ROW, (10_000, 1))
        found = run_host(relu6_model(), [vectors], timeout=60)
        assert len(found.outputs[0]) == 10_000


@pytest.mark.usefixtures("no_process")
class TestBeforeAnythingRuns:
    def test_wrong_inputs(self) -> None:
        with pytest.raises(InputError, match="takes float32, and int8 was given"):
            run_host(relu6_model(), [ROW.astype(np.int8)])
        with pytest.raises(InputError, match="takes arrays of shape"):
            run_host(relu6_model(), [ROW.T])

    def test_damaged_models(self, tmp_path: Path) -> None:
        with pytest.raises(ModelFormatError):
            run_host(relu6_model()[:-40], [ROW])
        text = tmp_path / "model.tflite"
        text.write_text("this is no model")
        with pytest.raises(ModelFormatError):
            run_host(text, [ROW])
        with pytest.raises(MissingPathError):
            run_host(tmp_path / "absent.tflite", [ROW])

    @pytest.mark.oracle
    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        with pytest.raises(RefusedError, match="make a temporary folder"):
            run_host(relu6_model(), [ROW], work_dir=tmp_path / "absent")

    def test_no_wheel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cubeai_auto.tflm.wheel.host_version", lambda: None)
        with pytest.raises(ToolMissingError):
            run_host(relu6_model(), [ROW])


@pytest.mark.oracle
class TestChildrenThatMisbehave:
    def test_a_hang_ends_with_the_timeout(self, fake_child: FakeChild) -> None:
        fake_child("time.sleep(600)")
        with pytest.raises(ToolTimeoutError) as caught:
            run_host(relu6_model(), [ROW], timeout=0.5)
        assert caught.value.exit_code == 6

    def test_an_abort_while_running_shows_the_last_lines(self, fake_child: FakeChild) -> None:
        fake_child(
            '(folder / \'reply.json\').write_text(\'{"stage": "run", "error": null}\')\n'
            "print('last words', file=sys.stderr, flush=True)\n"
            "os.abort()"
        )
        with pytest.raises(ToolFailedError, match="while running the model; it printed: last words"):
            run_host(relu6_model(), [ROW])

    def test_a_full_disk_is_told(self, fake_child: FakeChild) -> None:
        fake_child(
            '(folder / \'reply.json\').write_text(\'{"stage": "run", "error": null}\')\n'
            "sys.exit('the TFLM child process failed: OSError: no space left')"
        )
        with pytest.raises(ToolFailedError, match="no space left") as caught:
            run_host(relu6_model(), [ROW])
        assert caught.value.returncode == 1

    def test_a_child_without_an_answer(self, fake_child: FakeChild) -> None:
        fake_child("sys.exit(0)")
        with pytest.raises(ToolMissingError, match="no reason given"):
            run_host(relu6_model(), [ROW])

    def test_the_child_is_this_python(self, fake_child: FakeChild, tmp_path: Path) -> None:
        fake_child(f"Path({str(tmp_path / 'seen')!r}).write_text(sys.executable)")
        with pytest.raises(ToolMissingError):
            run_host(relu6_model(), [ROW])
        assert (tmp_path / "seen").read_text() == sys.executable
