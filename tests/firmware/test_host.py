from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cubeai_auto.errors import (
    MissingPathError,
    ToolFailedError,
    ToolMissingError,
    ToolTimeoutError,
    UsageError,
)
from cubeai_auto.firmware import OutputSpec, run_on_host

MakeNetwork = Callable[..., Path]

pytestmark = pytest.mark.skipif(
    not any(shutil.which(name) for name in ("cc", "gcc", "clang")), reason="no C compiler is installed"
)

DOUBLED = [OutputSpec(np.int8, (1, 8))]
VECTORS = np.arange(-80, 80, dtype=np.int8).reshape(20, 1, 8)
EXPECTED = np.clip(2 * VECTORS.astype(int), -128, 127)


@pytest.mark.parametrize("sanitize", [False, True])
def test_int8_outputs_are_those_of_the_c_code(
    make_network: MakeNetwork, tmp_path: Path, sanitize: bool
) -> None:
    run = run_on_host(
        make_network("doubler"), "doubler", [VECTORS], DOUBLED, work=tmp_path, sanitize=sanitize
    )
    assert run.outputs[0].dtype == np.int8
    assert run.outputs[0].shape == (20, 1, 8)
    np.testing.assert_array_equal(run.outputs[0], EXPECTED)
    assert run.warnings == ()
    assert run.seconds > 0
    assert run.compiler


def test_two_float_inputs_and_outputs_outside_the_activations(
    make_network: MakeNetwork, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 5, 4)).astype(np.float32)
    outputs = [OutputSpec(np.float32, (4,)), OutputSpec(np.float32, (4,))]
    run = run_on_host(make_network("mixer"), "mixer", [a, b], outputs, work=tmp_path, sanitize=True)
    np.testing.assert_array_equal(run.outputs[0], a + b)
    np.testing.assert_allclose(run.outputs[1], np.exp(a) * b, rtol=3e-7)
    assert run.warnings == ()


def test_a_folder_with_blanks_and_umlauts(make_network: MakeNetwork, tmp_path: Path) -> None:
    place = tmp_path / "Füße & 数字 im Wald"
    run = run_on_host(
        make_network("doubler", folder=place), "doubler", [VECTORS], DOUBLED, work=place / "work"
    )
    np.testing.assert_array_equal(run.outputs[0], EXPECTED)


def test_contraction_is_off_unless_asked_for(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("mixer")
    inputs = [np.zeros((1, 4), np.float32)] * 2
    outputs = [OutputSpec(np.float32, (4,))] * 2
    for fast, flag in ((False, "-ffp-contract=off"), (True, "-ffp-contract=fast")):
        run_on_host(sources, "mixer", inputs, outputs, work=tmp_path, fast_float=fast)
        assert flag in (tmp_path / "host" / "build.log").read_text("utf-8")


def test_the_compilers_words_are_shown(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler", ("return STAI_SUCCESS;", "return STAI_SUCCES;"))
    with pytest.raises(ToolFailedError, match=r"doubler\.c:\d+:\d+: error: .*STAI_SUCCES") as caught:
        run_on_host(sources, "doubler", [VECTORS], DOUBLED, work=tmp_path)
    assert caught.value.log is not None
    assert "STAI_SUCCES" in caught.value.log.read_text("utf-8")


def test_warnings_are_collected(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler", ("int32_t sum =", "int unused; int32_t sum ="))
    run = run_on_host(sources, "doubler", [VECTORS], DOUBLED, work=tmp_path)
    assert any("unused" in line for line in run.warnings)


def test_an_access_past_the_activations_is_found(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler", ("i < 8; i++", "i < 9; i++"))
    with pytest.raises(ToolFailedError, match=r"AddressSanitizer|out of bounds"):
        run_on_host(sources, "doubler", [VECTORS], DOUBLED, work=tmp_path, sanitize=True)


def test_an_overflow_is_found(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler", ("sum = sum /", "sum *= 100000000; sum = sum /"))
    with pytest.raises(ToolFailedError, match="runtime error: signed integer overflow"):
        run_on_host(sources, "doubler", [VECTORS], DOUBLED, work=tmp_path, sanitize=True)


def test_a_refused_call_names_the_call_and_its_code(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler", ("magic = MAGIC", "magic = 0"))
    with pytest.raises(ToolFailedError, match="_run failed with code 0x060001"):
        run_on_host(sources, "doubler", [VECTORS], DOUBLED, work=tmp_path)


def test_an_endless_loop_is_ended(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler", ("doubler_runs +=", "for (;;) doubler_runs +="))
    with pytest.raises(ToolTimeoutError):
        run_on_host(sources, "doubler", [VECTORS], DOUBLED, work=tmp_path, timeout=1)


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ([np.zeros((2, 7), np.int8)], DOUBLED),
        ([np.zeros((2, 16), np.int8)], DOUBLED),
        ([VECTORS], [OutputSpec(np.int8, (9,))]),
        ([VECTORS], [OutputSpec(np.int16, (8,))]),
    ],
)
def test_tensors_of_another_size_are_an_error(
    make_network: MakeNetwork,
    tmp_path: Path,
    inputs: list[np.ndarray],
    outputs: list[OutputSpec],
) -> None:
    with pytest.raises(ToolFailedError):
        run_on_host(make_network("doubler"), "doubler", inputs, outputs, work=tmp_path)


def test_wrong_use(make_network: MakeNetwork, tmp_path: Path) -> None:
    sources = make_network("doubler")
    empty = tmp_path / "empty"
    empty.mkdir()
    for inputs in ([], [VECTORS[:0]], [VECTORS, VECTORS[:3]], [np.int8(3)]):
        with pytest.raises(UsageError):
            run_on_host(sources, "doubler", [np.asarray(x) for x in inputs], DOUBLED, work=tmp_path)
    with pytest.raises(UsageError, match="C identifier"):
        run_on_host(sources, "2;rm", [VECTORS], DOUBLED, work=tmp_path)
    with pytest.raises(UsageError, match="O9"):
        run_on_host(sources, "doubler", [VECTORS], DOUBLED, work=tmp_path, opt_level="O9")
    with pytest.raises(MissingPathError, match=r"other\.h"):
        run_on_host(sources, "other", [VECTORS], DOUBLED, work=tmp_path)
    with pytest.raises(MissingPathError):
        run_on_host(empty, "doubler", [VECTORS], DOUBLED, work=tmp_path)
    with pytest.raises(MissingPathError):
        run_on_host(tmp_path / "nowhere", "doubler", [VECTORS], DOUBLED, work=tmp_path)


def test_no_compiler(
    make_network: MakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(ToolMissingError, match="not in PATH") as caught:
        run_on_host(make_network("doubler"), "doubler", [VECTORS], DOUBLED, work=tmp_path)
    assert "apt-get install gcc" in str(caught.value.hint)
