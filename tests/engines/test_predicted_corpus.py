"""Predictions against every figure that is published or reported of Cube.AI."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest
from support.keras_files import converted

from cubeai_auto.engines import EngineRequest, find_engine
from cubeai_auto.engines.predicted.coefficients import Scratch, load_coefficients
from cubeai_auto.engines.predicted.fit import architectures as nets
from cubeai_auto.engines.predicted.fit.fitting import Fit, fit
from cubeai_auto.engines.predicted.fit.published import (
    PublishedFigures,
    network_of,
    published_figures,
    unit,
)
from cubeai_auto.engines.predicted.fit.text import fit_toml, leave_one_out_table, summary_table
from cubeai_auto.reports import load_report
from cubeai_auto.reports.report import CubeReport
from cubeai_auto.target import find_target
from cubeai_auto.tflite import load_model, total_macc, weights

pytestmark = pytest.mark.corpus

KIB_ROUNDING = 6
"""Bytes: half a hundredth of a KiB, the precision of the published tables."""


def analyzed(model: Path, versions: str, **request: object) -> CubeReport:
    engine = find_engine("predicted", versions=versions)
    return engine.analyze(EngineRequest(model, find_target("stm32u5"), **request)).report


def pack_of(figures: PublishedFigures) -> str:
    assert figures.version is not None
    return "pack " + ".".join(map(str, figures.version))


def as_published(report: CubeReport, figures: PublishedFigures) -> Iterator[str]:
    """What differs from a row of the table, at the precision printed there."""
    stored, macc = report.footprint.weights.value, report.macc.value
    assert stored is not None
    assert macc is not None
    if figures.weights is not None and abs(stored - figures.weights) > KIB_ROUNDING:
        yield f"weights {stored}, published {figures.weights}"
    if figures.macc is not None and abs(macc - figures.macc) >= unit(figures.macc):
        yield f"MACC {macc}, published {figures.macc}"


def file_of(figures: PublishedFigures, corpus: Path) -> Path | None:
    """The corpus' own file of a row's model."""
    stem = Path(figures.model.replace("\\", "/")).stem
    folder = corpus / "models"
    if found := re.fullmatch(r"(?:st_)?(gmp|ign)_wl_(\d+)(_int8)?", stem):
        ending = "_int8.tflite" if found[3] else ".h5"
        path = folder / f"st_{found[1]}_wl{found[2]}{ending}"
    elif found := re.fullmatch(r"st_?mnist_v1(_28_tfs)?(_int8)?", stem):
        ending = "_int8.tflite" if found[2] else ".h5"
        path = folder / f"st_mnist_v1{found[1] or ''}{ending}"
    elif stem == "CNN2D_ST_HandPosture_8classes":
        path = folder / "st_handposture_8classes.h5"
    else:
        return None
    return path if path.is_file() else None


def rows(corpus: Path, ending: str) -> list[tuple[PublishedFigures, Path]]:
    found = [(row, file_of(row, corpus)) for row in published_figures(corpus) if row.version]
    return [(row, path) for row, path in found if path is not None and path.suffix == ending]


def test_weights_and_macc_of_published_tflite_files(corpus: Path) -> None:
    found = rows(corpus, ".tflite")
    assert len({path for _, path in found}) >= 6
    assert {row.version for row, _ in found} >= {(7, 3), (8, 1), (10, 0)}
    for row, path in found:
        assert not list(as_published(analyzed(path, pack_of(row)), row)), (path.name, row.version)


@pytest.mark.train
def test_weights_and_macc_of_published_keras_files(corpus: Path, tmp_path: Path) -> None:
    found = rows(corpus, ".h5")
    made: dict[Path, Path] = {}
    for row, path in found:
        if path not in made:
            made[path] = tmp_path / f"{path.stem}.tflite"
            made[path].write_bytes(converted(path, tmp_path / "log"))
        assert not list(as_published(analyzed(made[path], pack_of(row)), row)), (path, row.version)
    assert len(made) >= 4


@pytest.mark.train
def test_the_sketches_are_the_keras_files(corpus: Path, tmp_path: Path) -> None:
    sketches = {
        "st_gmp_wl24": nets.gmp(24),
        "st_ign_wl24": nets.ign(24),
        "st_ign_wl48": nets.ign(48),
        "st_handposture_8classes": nets.hand_posture(),
        "st_mnist_v1": nets.st_mnist("float32"),
    }
    for name, sketch in sketches.items():
        path = tmp_path / f"{name}.tflite"
        path.write_bytes(converted(corpus / "models" / f"{name}.h5", tmp_path / "log"))
        graph = load_model(path)
        assert weights(graph).value == weights(sketch).value, name
        assert total_macc(graph).value == total_macc(sketch).value, name


def test_the_sine_network_to_the_byte(corpus: Path) -> None:
    (row,) = [row for row in published_figures(corpus) if row.dataset == "sin(x)"]
    for versions in ("10.0", "pack 9.0", "10.2", "pack 12"):
        report = analyzed(corpus / "models_made" / "sine_f32.tflite", versions)
        footprint = report.footprint
        assert (footprint.weights.value, report.macc.value) == (row.weights, row.macc) == (1284, 353)
        assert footprint.activations.value == row.activations == 128


def test_a_report_of_the_same_network(corpus: Path) -> None:
    """Float input and output around int8 layers: 420 B, 325 MACC in a report of 9.1."""
    stated = load_report(corpus / "reports" / "AI-IIoT__sine_generate_report.txt")
    predicted = analyzed(corpus / "models_made" / "sine_int8.tflite", "pack 9.1")
    assert predicted.footprint.weights.value == stated.footprint.weights.value == 420
    # The file here has int8 inputs and outputs: the reported conversions of one element are missing.
    assert predicted.inputs[0].dtype == predicted.outputs[0].dtype == "int8"
    assert stated.macc.value == 325
    assert predicted.macc.value == 325 - 2 - 2


@pytest.mark.parametrize(
    ("sketch", "stored", "early", "late"),
    [
        (nets.ds_cnn(), 24_368, 2_665_584, 2_665_536),
        (nets.resnet(8, 10, float_output=False, outer=None), 78_744, 12_534_936, 12_534_896),
        (nets.autoencoder(), 270_880, 265_864, 265_864),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_version_breaks_of_mlperf_tiny(
    sketch: nets.Graph, stored: int, early: int, late: int, corpus: Path
) -> None:
    """Stated to the unit by X-CUBE-AI 7.x and 9.0 in the projects' keys."""
    assert weights(sketch).value == stored
    for version, expected in (((7, 1), early), ((7, 3), early), ((9, 0), late), ((10, 2), late)):
        assert total_macc(sketch, version).value == expected
    text = "".join(p.read_text("utf-8", "replace") for p in (corpus / "ioc").glob("tiny*.ioc"))
    assert re.search(rf"ModelMacc-\w+={late}\b", text)


def test_architectures_are_taken_only_where_the_table_agrees(corpus: Path) -> None:
    taken, refused = set(), set()
    for row in published_figures(corpus):
        make = network_of(row, corpus)
        if make is not None and row.version is not None:
            graph = make()
            fits = weights(graph).value == pytest.approx(row.weights, abs=KIB_ROUNDING)
            (taken if fits else refused).add((graph.name, row.version))
    assert len(taken) > 20
    assert ("mobilenet v1 0.25 96", (7, 3)) in refused  # another head than the name says


@pytest.fixture(scope="module")
def fitted(corpus: Path) -> Fit:
    return fit(corpus)


def numbers(table: object) -> object:
    """A table without what changes from day to day, floats rounded."""
    if isinstance(table, dict):
        return {key: numbers(value) for key, value in table.items() if key != "date"}
    if isinstance(table, list):
        return [numbers(value) for value in table]
    return pytest.approx(table, rel=1e-4, abs=1e-4) if isinstance(table, float) else table


def test_the_shipped_fit_is_this_fit(fitted: Fit) -> None:
    shipped = (files("cubeai_auto") / "resources" / "cube_ai_fit.toml").read_text("utf-8")
    assert tomllib.loads(shipped).keys() == tomllib.loads(fit_toml(fitted)).keys()
    again = numbers(tomllib.loads(fit_toml(fitted)))
    assert {k: v for k, v in tomllib.loads(shipped).items() if k != "date"} == again


def test_errors_of_the_fit(fitted: Fit, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{leave_one_out_table(fitted.residuals)}\n")
        sys.stdout.write(f"\n{summary_table(fitted.coefficients)}\n")
    found = fitted.coefficients
    assert found.activations["float32"].median < 0.01
    assert found.activations["int8"].median < 0.02
    for models in (found.flash, found.ram):
        for dtype, error in models[0].errors.items():
            assert error.median < 0.12, dtype
            assert error.rows >= 20
    # each error counts what the table prints
    assert len(fitted.residuals) == sum(
        error.rows
        for errors in (
            found.activations,
            *(model.errors for model in (*found.flash, *found.ram)),
        )
        for error in errors.values()
    )


def test_working_memory_is_the_reports_own(corpus: Path) -> None:
    """The coefficients come out as whole numbers, because they are the tool's own formula."""
    scratch = load_coefficients().scratch
    for field in fields(Scratch):
        assert getattr(scratch, field.name) == round(getattr(scratch, field.name)), field.name


def test_no_prediction_passes_for_a_report(corpus: Path) -> None:
    for path in sorted((corpus / "models_made").glob("*.tflite")):
        report = analyzed(path, ">=5")
        assert report.tool.name == "cubeai_auto predicted"
        assert "predicted, not reported by ST's tool" in report.notes[0]
        quantities = [report.macc, report.params, *(layer.macc for layer in report.layers)]
        quantities += [getattr(report.footprint, f.name) for f in fields(report.footprint)]
        assert all(q.how == "predicted" for q in quantities if q.known), path.name
        assert all(q.reason for q in quantities if not q.known)
