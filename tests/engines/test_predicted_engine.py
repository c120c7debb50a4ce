"""The engine that predicts: versions, identities, where it says nothing, hostile models."""

from __future__ import annotations

import itertools
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.small_models import hybrid, mlp, only_views, through_views, two_in_two_out
from support.tflite_builder import ModelSpec, OperatorSpec, TensorSpec, build
from support.tflite_samples import chain, dense_float, dense_int8

from cubeai_auto.engines import EngineRequest, EngineResult, ValidationRequest, find_engine
from cubeai_auto.engines.predicted import TOOL
from cubeai_auto.engines.predicted.coefficients import load_coefficients
from cubeai_auto.errors import CubeAIError, UsageError
from cubeai_auto.target import find_target

SPECS = {
    "mlp": mlp(),
    "two_in_two_out": two_in_two_out(),
    "through_views": through_views(),
    "only_views": only_views(),
    "hybrid": hybrid(),
    "dense_int8": dense_int8(),
    "dense_float": dense_float(16, 4, bias=False, activation="RELU"),
    "unknown": chain(["HARD_SWISH", "RELU"]),
}


def analyzed(
    spec: ModelSpec | bytes,
    folder: Path,
    *,
    versions: str | None = None,
    target: str = "stm32f4",
    **request: object,
) -> EngineResult:
    path = folder / "model.tflite"
    path.write_bytes(spec if isinstance(spec, bytes) else build(spec))
    engine = find_engine("predicted", versions=versions)
    return engine.analyze(EngineRequest(path, find_target(target), **request))


@pytest.mark.parametrize(
    ("versions", "pack"),
    [
        (None, "10.2.0"),
        ("8.1", "8.1.0"),
        ("2.2", "10.2.0"),
        ("core 2.0", "10.0.1"),
        (">=10.0,<12", "10.2.0"),
        (">=11", "12.0.1"),
        ("3.0", "11.0.0"),
        ("<6", "5.2.0"),
    ],
)
def test_the_newest_version_with_figures_is_taken(
    versions: str | None, pack: str, tmp_path: Path
) -> None:
    report = analyzed(mlp(), tmp_path, versions=versions).report
    assert report.tool.name == TOOL == "cubeai_auto predicted"
    assert report.tool.pack == pack
    assert (report.tool.version or "").startswith("as st")
    assert pack in report.notes[0]


def test_a_version_that_is_not_known() -> None:
    with pytest.raises(UsageError, match="no known version") as refused:
        find_engine("predicted", versions="3.7")
    assert "12.0.1" in (refused.value.hint or "")


def test_it_only_analyzes(tmp_path: Path) -> None:
    engine = find_engine("predicted")
    path = tmp_path / "model.tflite"
    path.write_bytes(build(mlp()))
    request = EngineRequest(path, find_target("stm32f4"))
    with pytest.raises(UsageError, match="no code to write"):
        engine.generate(request, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(UsageError, match="no code to run on host") as refused:
        engine.validate(request, ValidationRequest("host", (), tmp_path))
    assert "--engine builtin" in (refused.value.hint or "")
    with pytest.raises(UsageError, match="compresses weights"):
        engine.analyze(EngineRequest(path, find_target("stm32f4"), compression="low"))
    with pytest.raises(CubeAIError):
        engine.analyze(EngineRequest(tmp_path / "none.tflite", find_target("stm32f4")))


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("versions", ["5.1", "7.3", "8.1", "10.2", "11", "12"])
def test_identities_of_reports_hold(name: str, inside: bool, versions: str, tmp_path: Path) -> None:
    """The ones of the tool's size tables and footers, wherever both sides are known."""
    result = analyzed(SPECS[name], tmp_path, versions=versions, io_in_activations=inside)
    report, footprint = result.report, result.report.footprint
    layers = [layer.macc.value for layer in report.layers]
    if report.macc.known:
        assert sum(v for v in layers if v is not None) == report.macc.value
        assert None not in layers
    else:
        assert None in layers
    assert sum(layer.params or 0 for layer in report.layers) == report.params.value
    if footprint.weights.known:
        assert sum(layer.size or 0 for layer in report.layers) == footprint.weights.value
    io = [q.value or 0 for q in (footprint.inputs, footprint.outputs)]
    assert inside == (io == [0, 0])
    if not inside:
        assert io[0] == sum(tensor.bytes for tensor in report.inputs)
        assert io[1] == sum(tensor.bytes for tensor in report.outputs)
    if footprint.activations.value is not None:
        assert footprint.data_ram.value == footprint.activations.value + sum(io)
        assert result.memory is not None
        assert result.memory.size == footprint.activations.value >= result.memory.live_bound
    if footprint.flash_total.value is not None:
        assert footprint.weights.value is not None
        assert footprint.kernel_flash.value is not None
        aligned = -(-footprint.weights.value // 8) * 8
        assert footprint.flash_total.value == aligned + footprint.kernel_flash.value
        assert (footprint.toolchain_flash.value or 0) <= footprint.kernel_flash.value
    if footprint.ram_total.value is not None:
        assert footprint.data_ram.value is not None
        assert footprint.kernel_ram.value is not None
        assert footprint.ram_total.value == footprint.data_ram.value + footprint.kernel_ram.value
    for field in fields(footprint):
        quantity = getattr(footprint, field.name)
        assert quantity.how == "predicted" if quantity.known else quantity.reason


def test_fitted_figures_state_their_error(tmp_path: Path) -> None:
    footprint = analyzed(dense_float(16, 4), tmp_path).report.footprint
    for quantity in (footprint.activations, footprint.kernel_flash, footprint.kernel_ram):
        assert quantity.known
        assert "leave-one-out: median" in quantity.source
        assert "%, worst" in quantity.source
        assert "figures of" in quantity.source
    assert "leave-one-out" not in footprint.weights.source


@pytest.mark.parametrize(
    ("spec", "options", "figures", "reason"),
    [
        (dense_float(8, 4), {"target": "stm32g0"}, ("kernel_flash", "kernel_ram"), "cortex-m0plus"),
        (dense_float(8, 4), {"target": "stm32n6"}, ("activations", "kernel_flash"), ""),
        (dense_float(8, 4), {"target": "stm32n6"}, ("activations",), "Neural-ART"),
        (dense_float(8, 4), {"versions": "12"}, ("kernel_flash", "ram_total"), "X-CUBE-AI 12.0"),
        (dense_float(8, 4), {"versions": "6.0"}, ("kernel_flash",), "only of 7.1 to 10.2, 11.0"),
        (dense_int8(), {"versions": "11"}, ("kernel_flash",), "int8 dense"),
        (dense_float(8, 4), {"optimization": "ram"}, ("activations",), "optimization 'ram'"),
        (hybrid(), {}, ("weights", "activations", "kernel_flash"), "hybrid"),
        (chain(["HARD_SWISH"]), {}, ("activations", "kernel_ram", "flash_total"), "HARD_SWISH"),
        (chain(["LOGISTIC"], dtype="int8"), {}, ("kernel_flash",), "int8 activation"),
        (mlp(), {}, ("toolchain_flash",), "float32 networks"),
        (chain(["TANH"]), {}, ("toolchain_flash",), "expf only"),
    ],
)
def test_where_the_fit_does_not_reach(
    spec: ModelSpec, options: dict[str, str], figures: tuple[str, ...], reason: str, tmp_path: Path
) -> None:
    footprint = analyzed(spec, tmp_path, **options).report.footprint
    for name in figures:
        quantity = getattr(footprint, name)
        assert not quantity.known, name
        assert reason in quantity.reason


def test_float16_constants(tmp_path: Path) -> None:
    spec = ModelSpec(
        [
            TensorSpec("h", (4, 8), "float16", np.ones((4, 8), np.float16)),
            TensorSpec("w", (4, 8)),
            TensorSpec("x", (1, 8)),
            TensorSpec("y", (1, 4)),
        ],
        [
            OperatorSpec("DEQUANTIZE", ["h"], ["w"]),
            OperatorSpec("FULLY_CONNECTED", ["x", "w", None], ["y"], {}),
        ],
        ["x"],
        ["y"],
    )
    report = analyzed(spec, tmp_path).report
    footprint = report.footprint
    assert not report.macc.known
    for quantity in (footprint.weights, footprint.activations, footprint.kernel_flash):
        assert "float16" in quantity.reason


@given(
    sizes=st.lists(st.integers(1, 300), min_size=2, max_size=4),
    grow=st.integers(0, 3),
    more=st.integers(1, 64),
    versions=st.sampled_from(["5.2", "7.3", "8.1", "10.2", "12"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_larger_layer_never_costs_less(
    sizes: list[int], grow: int, more: int, versions: str, tmp_path: Path
) -> None:
    def stack(widths: list[int]) -> ModelSpec:
        tensors = [TensorSpec("t0", (1, widths[0]))]
        operators = []
        for k, (depth, rows) in enumerate(itertools.pairwise(widths), start=1):
            tensors += [
                TensorSpec(f"w{k}", (rows, depth), data=np.zeros((rows, depth))),
                TensorSpec(f"t{k}", (1, rows)),
            ]
            operators.append(
                OperatorSpec(
                    "FULLY_CONNECTED",
                    [f"t{k - 1}", f"w{k}", None],
                    [f"t{k}"],
                    {"fused_activation_function": "RELU"},
                )
            )
        return ModelSpec(tensors, operators, ["t0"], [f"t{len(widths) - 1}"])

    larger = list(sizes)
    larger[grow % len(sizes)] += more
    small = analyzed(stack(sizes), tmp_path, versions=versions).report
    large = analyzed(stack(larger), tmp_path, versions=versions).report
    for one, two in (
        (small.macc, large.macc),
        (small.footprint.weights, large.footprint.weights),
    ):
        assert one.value is not None
        assert two.value is not None
        assert one.value < two.value
    one, two = small.footprint.activations, large.footprint.activations
    assert one.value is not None
    assert two.value is not None
    assert one.value <= two.value


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_models_are_typed_errors(data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(build(SPECS[data.draw(st.sampled_from(sorted(SPECS)))]))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for version in ("7.3", "10.2"):
        for bad in (bytes(content), bytes(content[:cut])):
            try:
                result = analyzed(bad, tmp_path, versions=version)
            except CubeAIError:
                continue
            assert result.report.tool.name == TOOL


def test_the_page_states_the_shipped_errors(repository: Path) -> None:
    page = (repository / "docs" / "predicted.md").read_text("utf-8")
    found = load_coefficients()
    stated = {
        "activations": found.activations,
        "kernel flash": found.flash[0].errors,
        "kernel RAM": found.ram[0].errors,
        "kernel flash from 11.0 on": found.flash[1].errors,
        "expf of the toolchain": {"float32": found.toolchain},
    }
    for figure, errors in stated.items():
        for dtype, error in errors.items():
            median, worst = f"{100 * error.median:.1f} %", f"{100 * error.worst:.0f} %"
            assert f"| {figure} | {dtype} | {error.rows} | {median} | {worst} |" in page
