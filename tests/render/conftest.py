"""Made-up runs with the figures of a digit classifier, and runs made to hurt a renderer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cubeai_auto.board import find_board
from cubeai_auto.compare.deployment import ChangedKey, CubeMXProject, LintLine
from cubeai_auto.compare.fits import Fit, check_fit
from cubeai_auto.compare.record import (
    Accuracy,
    BudgetCheck,
    Buffer,
    Comparison,
    DatasetFacts,
    MemoryMap,
    Misread,
    RunRecord,
    Side,
    ToolVersion,
    VariantRecord,
)
from cubeai_auto.contract import InputContract
from cubeai_auto.quantity import Quantity, measured, missing, predicted, reported, simulated
from cubeai_auto.reports.report import CubeReport, Footprint, LayerInfo, TensorInfo, ToolInfo
from cubeai_auto.reports.validation import Metrics, ValidationResult
from cubeai_auto.tflm.footprint import Arena, TflmFootprint

GOLDEN = Path(__file__).resolve().parent / "golden"
GCC = "arm-none-eabi-gcc 12.2.1 -O2, linked ELF"
QEMU = "qemu-system-arm 7.2.22 netduinoplus2, -icount"
RULES = "costs of the graph, rules of X-CUBE-AI 8.1"
HOST = "generated C on the host, gcc 12.2.0"
TFLM = "TFLM 0.dev20261023182759"
TFLM_TABLE = "TFLM 90b983c, cortex-m4f, -O2, CMSIS-NN, release build"
RECORDING = "recording allocator of the x86-64 interpreter"
REFUSAL = """the built-in engine cannot compile digits_dynamic-range:
  - FULLY_CONNECTED (operator 0): is hybrid: float32 activations with int8 weights
  - FULLY_CONNECTED (operator 1): is hybrid: float32 activations with int8 weights
convert with a representative data set for full int8"""

FIVE_BY_SEVEN: Mapping[str, str] = {
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "7": "11111 00001 00010 00100 00100 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
}


def digit(label: str) -> bytes:
    """A 28 x 28 picture of a digit with soft edges."""
    rows = FIVE_BY_SEVEN[label].split()

    def ink(x: int, y: int) -> float:
        column, row = (x - 6) // 3, (y - 3) // 3
        inside = 0 <= column < 5 and 0 <= row < 7
        return 1.0 if inside and rows[row][column] == "1" else 0.0

    def soft(x: int, y: int) -> int:
        near = [ink(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        return round(255 * (0.5 * ink(x, y) + 0.5 * sum(near) / 9))

    return bytes(soft(x, y) for y in range(28) for x in range(28))


def metrics(mae: float) -> Metrics:
    source = "outputs in real units, generated C against TFLM"
    return Metrics(
        acc=measured(1.0, "1", source),
        rmse=measured(mae * 1.3, "1", source),
        mae=measured(mae, "1", source),
        l2r=measured(mae * 2, "1", source),
        nse=measured(1.0, "1", source),
        cos=measured(1.0, "1", source),
    )


def validations(
    tolerance: str, instructions: int, stack: int, error: float
) -> tuple[ValidationResult, ...]:
    return (
        ValidationResult(
            on="host",
            engine="builtin",
            oracle=TFLM,
            vectors=360,
            outputs_compared=3600,
            mismatches=0,
            max_abs_error=error,
            metrics=metrics(error),
            tolerance=tolerance,
        ),
        ValidationResult(
            on="emulator",
            engine="builtin",
            oracle=TFLM,
            vectors=200,
            outputs_compared=2000,
            mismatches=0,
            max_abs_error=error,
            metrics=metrics(error),
            tolerance=tolerance,
            instructions=simulated(instructions, "instructions", QEMU),
            stack=simulated(stack, "B", f"{QEMU}, painted stack"),
        ),
    )


def report(name: str, item: int, weights: int, kernels: int, instructions: int) -> CubeReport:
    """``item`` is the bytes of an activation: 1 for int8, 4 for float32."""
    int8 = item == 1
    dense = ((128, 100_480), (128, 16_512), (10, 1_290))
    layers = [
        LayerInfo(
            id=index,
            name=f"sequential/dense{'' if index == 0 else f'_{index}'}/MatMul",
            type="FULLY_CONNECTED",
            shape=(1, units),
            params=params,
            macc=predicted(params + (units if not int8 and index < 2 else 0), "MACC", RULES),
        )
        for index, (units, params) in enumerate(dense)
    ]
    layers.append(
        LayerInfo(
            3, "StatefulPartitionedCall_1:0", "SOFTMAX", (1, 10), 0, predicted(150, "MACC", RULES)
        )
    )
    dtype = "int8" if int8 else "float32"
    return CubeReport(
        tool=ToolInfo("cubeai_auto built-in engine", "0.1.0"),
        status="ok",
        model_path=f"models/digits_{name}.tflite",
        model_name=f"digits_{name}",
        model_format="tflite",
        model_hash="f0" * 32,
        c_name="network",
        macc=predicted(sum(int(layer.macc.value or 0) for layer in layers), "MACC", RULES),
        params=predicted(118_282, "1", RULES),
        footprint=Footprint(
            weights=measured(weights, "B", GCC),
            activations=measured(912 * item, "B", GCC),
            inputs=missing("inside activations"),
            outputs=missing("inside activations"),
            kernel_flash=measured(kernels, "B", GCC),
            kernel_ram=measured(96, "B", GCC),
            channel_constants=measured(1_330 if int8 else 0, "B", GCC),
            states=predicted(0, "B", "the supported operators keep no state"),
            toolchain_flash=measured(412, "B", GCC),
            toolchain_ram=measured(0, "B", GCC),
            flash_total=measured(weights + kernels + (1_330 if int8 else 0) + 412, "B", GCC),
            ram_total=measured(912 * item + 96, "B", GCC),
        ),
        inputs=(
            TensorInfo(
                "serving_default_input:0", dtype, (1, 784), 784 * item,
                1 / 255 if int8 else None, -128 if int8 else None,
            ),
        ),
        outputs=(
            TensorInfo(
                "StatefulPartitionedCall_1:0", dtype, (1, 10), 10 * item,
                1 / 256 if int8 else None, -128 if int8 else None,
            ),
        ),
        layers=tuple(layers),
        target="stm32f4",
        generated_files=("network.c", "network.h", "network_data.c", "network_data.h"),
    )  # fmt: skip


def memory(item: int) -> MemoryMap:
    return MemoryMap(
        size=912 * item,
        live_bound=912 * item,
        steps=("FULLY_CONNECTED", "FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"),
        buffers=(
            Buffer("serving_default_input:0", 0, 784 * item, 0, 0),
            Buffer("sequential/dense/Relu", 784 * item, 128 * item, 0, 1),
            Buffer("sequential/dense_1/Relu", 0, 128 * item, 1, 2),
            Buffer("sequential/dense_2/BiasAdd", 128 * item, 10 * item, 2, 3),
            Buffer("StatefulPartitionedCall_1:0", 0, 10 * item, 3, 3),
        ),
    )


def sides(item: int, variant: VariantRecord) -> tuple[Side, ...]:
    model = 127_904 if item == 1 else 475_244
    weights = 119_080 if item == 1 else 473_128
    assert variant.report is not None
    print_of = variant.report.footprint
    emulated = variant.validation[1]
    return (
        Side(
            name="builtin",
            version="0.1.0",
            weights=print_of.weights,
            container=print_of.channel_constants,
            kernels=print_of.kernel_flash,
            runtime=print_of.toolchain_flash,
            flash_total=print_of.flash_total,
            activations=print_of.activations,
            io=missing("inside activations"),
            runtime_ram=print_of.kernel_ram,
            stack=emulated.stack,
            ram_total=print_of.ram_total,
            macc=variant.report.macc,
            instructions=emulated.instructions,
            accuracy=variant.accuracy.deployed,
        ),
        Side(
            name="tflm-cmsis-nn",
            version="90b983c",
            weights=predicted(weights, "B", RULES),
            container=predicted(model - weights, "B", "size of the .tflite less its weights"),
            kernels=reported(21_740, "B", TFLM_TABLE),
            runtime=reported(20_180, "B", TFLM_TABLE),
            flash_total=reported(model + 41_920, "B", TFLM_TABLE),
            activations=reported(3_908 if item == 1 else 4_464, "B", TFLM_TABLE),
            io=missing("inside the arena"),
            runtime_ram=reported(424, "B", TFLM_TABLE),
            stack=missing("not measured for TFLM"),
            ram_total=reported((3_908 if item == 1 else 4_464) + 424, "B", TFLM_TABLE),
            macc=missing("TFLM does not state multiply-accumulates"),
            instructions=reported(243_480 if item == 1 else 598_120, "instructions", TFLM_TABLE),
            accuracy=missing("the test set was not run through TFLM on the target"),
        ),
        unknown_side("cube-ai", "X-CUBE-AI was not found on this machine"),
    )


def unknown_side(name: str, reason: str) -> Side:
    return Side(name, "", *(missing(reason) for _ in range(13)))


def arena(total: int, head: int) -> Arena:
    return Arena(
        total=measured(total, "B", f"{TFLM}, {RECORDING}"),
        head=measured(head, "B", f"{TFLM}, {RECORDING}"),
        tail=measured(total - head, "B", f"{TFLM}, {RECORDING}"),
        categories={
            "TfLiteEvalTensor data": measured(264, "B", f"{TFLM}, {RECORDING}"),
            "Persistent buffer data": measured(2_492, "B", f"{TFLM}, {RECORDING}"),
            "NodeAndRegistration struct": measured(256, "B", f"{TFLM}, {RECORDING}"),
        },
    )


def tflm(name: str, model: int, host: Arena | None, reason: str = "") -> TflmFootprint:
    later = missing("the Cortex-M arena is not computed yet")
    unloaded = missing(f"TFLM cannot load the model: {reason}")
    return TflmFootprint(
        model=name,
        loadable=host is not None,
        reason=reason,
        host_arena=Arena(unloaded, unloaded, unloaded) if host is None else host,
        arena_used=later,
        arena_required=later,
        flash_model=measured(model, "B", "size of the .tflite"),
        operators=("FULLY_CONNECTED", "SOFTMAX"),
        version="0.dev20261023182759",
    )


CONFUSION: tuple[tuple[int, ...], ...] = (
    (35, 0, 0, 0, 1, 0, 0, 0, 0, 0),
    (0, 35, 0, 0, 0, 0, 0, 0, 1, 0),
    (0, 0, 35, 0, 0, 0, 0, 0, 0, 0),
    (0, 0, 0, 36, 0, 1, 0, 0, 0, 0),
    (0, 0, 0, 0, 36, 0, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 36, 1, 0, 0, 0),
    (0, 0, 0, 0, 0, 0, 37, 0, 0, 0),
    (0, 1, 0, 0, 0, 0, 0, 35, 0, 0),
    (0, 2, 0, 0, 0, 1, 0, 0, 32, 0),
    (0, 0, 0, 0, 0, 0, 0, 1, 0, 34),
)


def cubemx(name: str) -> CubeMXProject:
    """A template with X-CUBE-AI in it; that of float32 is analyzed and has a finding."""
    analyzed = name == "float32"
    path = LintLine("files.path", "warning", "Model", 12, "the path is absolute")
    return CubeMXProject(
        ioc=f"/home/me/digits/runs/1/cubemx/{name}/nucleo_f446re.ioc",
        source="the template of NUCLEO-F446RE",
        pack="10.2.0",
        application="ApplicationTemplate" if analyzed else None,
        analyzed=analyzed,
        changed=tuple(ChangedKey(f"Mcu.Pin{k}", None, "VP") for k in range(34)),
        pins=True,
        clocks=True,
        peripherals=True,
        files=("README.txt", "nucleo_f446re.ioc"),
        findings=(path,) if analyzed else (),
        notes=("network has no analysis",),
    )


def variant(name: str, deployed: float) -> VariantRecord:
    int8 = name == "int8"
    item = 1 if int8 else 4
    instructions = 180_844 if int8 else 538_210
    weights, kernels = (119_080, 2_316) if int8 else (473_128, 1_748)
    accuracy = Accuracy(
        reference=measured(0.9722, "1", "Keras 3.11, test set"),
        float32=measured(0.9722, "1", HOST),
        deployed=measured(deployed, "1", HOST),
    )
    model = 127_904 if int8 else 475_244
    record = VariantRecord(
        name=name,
        model_path=f"models/digits_{name}.tflite",
        model_bytes=model,
        model_sha256="f0" * 32,
        accuracy=accuracy,
        report=report(name, item, weights, kernels, instructions),
        refusal="",
        validation=validations(
            "every int8 value equal" if int8 else "logits equal, softmax within 4 ulp",
            instructions,
            156 if int8 else 148,
            0.0 if int8 else 5.9604645e-08,
        ),
        tflm=tflm(name, model, arena(4_704, 912) if int8 else arena(5_240, 3_648)),
        comparison=Comparison(()),
        memory=memory(item),
        confusion=CONFUSION,
        misread=tuple(
            Misread(index, label, predicted_label, 28, 28, digit(label))
            for index, label, predicted_label in (
                (17, "1", "7"), (44, "8", "1"), (102, "9", "4"), (203, "5", "8"), (311, "7", "1"),
            )
        ),
    )  # fmt: skip
    notes = (
        "TFLM's figures are of a release build without error texts; ours hold no texts either.",
        "Flash totals are without start-up code and vector table on both sides.",
    )
    assert record.report is not None
    return replace(
        record,
        comparison=Comparison(sides(item, record), notes),
        cubemx=cubemx(name),
        fit=check_fit(record.report.footprint, find_board("NUCLEO-G431RB")),
    )


def refused_variant() -> VariantRecord:
    reason = "Hybrid models are not supported on TFLite Micro. Node FULLY_CONNECTED (number 0f)"
    return VariantRecord(
        name="dynamic-range",
        model_path="models/digits_dynamic-range.tflite",
        model_bytes=124_608,
        model_sha256="0d" * 32,
        accuracy=Accuracy(
            reference=measured(0.9722, "1", "Keras 3.11, test set"),
            float32=measured(0.9722, "1", HOST),
            deployed=missing(f"refused: {REFUSAL}"),
        ),
        report=None,
        refusal=REFUSAL,
        validation=(),
        tflm=tflm("dynamic-range", 124_608, None, reason),
        comparison=Comparison((), ("No side can run this model: the graph is hybrid.",)),
        no_cubemx="the engine refused the model",
    )


def digits_run() -> RunRecord:
    int8, float32 = variant("int8", 0.9694), variant("float32", 0.9722)
    assert int8.report is not None
    footprint = int8.report.footprint
    checks = (
        BudgetCheck("flash", "int8", 131_072, footprint.flash_total, True),
        BudgetCheck("ram", "int8", 4_096, footprint.ram_total, True),
        BudgetCheck("instructions", "int8", 180_000, int8.validation[1].instructions, False),
        BudgetCheck("accuracy", "int8", 0.95, int8.accuracy.deployed, True),
        BudgetCheck("mismatches", "int8", 0, measured(0, "1", "validation on host and emulator"), True),
        BudgetCheck("arena", "int8", 4_096, int8.tflm.arena_used, None),
    )
    return RunRecord(
        project="digits",
        run_dir="projects/digits/runs/3f2a9c1b77d0",
        engine="builtin",
        board="netduinoplus2 (STM32F405RG, Cortex-M4F, 168 MHz)",
        created="2026-11-21T11:54:03Z",
        key="3f2a9c1b77d0" + "5e" * 26,
        cached=False,
        dataset=DatasetFacts(
            name="sklearn-digits",
            source="handwritten digits bundled with scikit-learn 1.8.0, brought to 28 x 28",
            train=1_437,
            test=360,
            classes=tuple("0123456789"),
            hash="c4" * 32,
            notes=("360 of 1,797 samples kept for the test, chosen by a fixed seed",),
        ),
        contract=InputContract(
            description="28 x 28 gray picture, white ink on black, divided by 255",
            raw_dtype="uint8",
            raw_min=0,
            raw_max=255,
            offset=0,
            scale=1 / 255,
            shape=(784,),
            layout="row by row from the top left, one value a pixel",
            background=0,
        ),
        variants=(float32, int8, refused_variant()),
        budgets=checks,
        tools=(
            ToolVersion("arm-none-eabi-gcc", "12.2.1"),
            ToolVersion("qemu-system-arm", "7.2.22"),
            ToolVersion("gcc", "12.2.0"),
            ToolVersion("tflite_micro", "0.dev20261023182759"),
            ToolVersion("stedgeai", None, "not found in PATH nor in the usual folders"),
        ),
        notes=("Engine auto: no ST tool was found, the built-in engine was taken.",),
    )


def hostile_run() -> RunRecord:
    """The same run, with names and reasons that try to break out of every format."""
    bad = "<script>alert('x')</script>\"&`|\x1b[31m\u202e\udcff\nžluť"
    run = digits_run()
    first = run.variants[1]
    assert first.report is not None
    assert first.memory is not None
    broken = replace(
        first,
        name=bad,
        model_path=bad,
        accuracy=replace(first.accuracy, reference=missing(bad)),
        report=replace(
            first.report,
            layers=tuple(replace(layer, name=bad, type=bad) for layer in first.report.layers),
            inputs=tuple(replace(tensor, name=bad) for tensor in first.report.inputs),
            notes=(bad,),
        ),
        validation=tuple(replace(v, oracle=bad, tolerance=bad, reason=bad) for v in first.validation),
        tflm=replace(first.tflm, reason=bad, operators=(bad,)),
        memory=replace(
            first.memory,
            steps=tuple(bad for _ in first.memory.steps),
            buffers=tuple(replace(buffer, name=bad) for buffer in first.memory.buffers),
        ),
        comparison=Comparison(
            (unknown_side(bad, bad), replace(first.comparison.sides[0], version=bad)), (bad,)
        ),
        misread=(Misread(1, bad, bad, 28, 28, digit("7")), Misread(2, "1", "7", 3, 3, b"short")),
        fit=_hostile_fit(first.fit, bad),
        cubemx=replace(cubemx("int8"), ioc=bad, pack=bad, application=bad, clocks=False),
    )
    return replace(
        run,
        project=bad,
        board=bad,
        created=bad,
        run_dir="C:\\runs\\žluť " + bad,
        dataset=replace(run.dataset, name=bad, source=bad, classes=(bad,) * 10, notes=(bad,)),
        contract=replace(run.contract, description=bad, layout=bad, raw_min=float("-inf")),
        variants=(broken, replace(run.variants[2], refusal=bad, no_cubemx=bad)),
        budgets=(BudgetCheck(bad, bad, float("nan"), missing(bad), False),),
        tools=(ToolVersion(bad, None, bad),),
        notes=(bad,),
    )


def _hostile_fit(fit: Fit | None, bad: str) -> Fit | None:
    if fit is None:
        return None
    return replace(
        fit,
        board=bad,
        flash=replace(fit.flash, place=bad, need=missing(bad), headroom=missing(bad), fits=None),
        ram=replace(fit.ram, fits=False, reason=bad),
        fits=False,
        reasons=(bad,),
    )


def deep_run(layers: int) -> RunRecord:
    """A run of one variant with many layers, ping-ponging between two buffers."""
    run = digits_run()
    first = run.variants[1]
    assert first.report is not None
    kinds = ("CONV_2D", "DEPTHWISE_CONV_2D", "ADD")
    many = tuple(
        LayerInfo(
            id=index,
            name=f"functional/block_{index // 3}/stage_{index % 3}/a_rather_long_scope/Conv2D;bias",
            type=kinds[index % 3],
            shape=(1, 48, 48, 8 + index % 5),
            params=9 * index,
            macc=predicted(20_736 * (index + 1), "MACC", RULES),
        )
        for index in range(layers)
    )
    sizes = [18_432 - 120 * (index % 30) for index in range(layers)]
    top = max(sizes)
    live = max(a + b for a, b in zip(sizes, [*sizes[1:], 0], strict=True))
    buffers = tuple(
        Buffer(
            name=f"block_{index // 3}/out_{index % 3}",
            offset=0 if index % 2 == 0 else top,
            size=size,
            first=index,
            last=min(index + 1, layers - 1),
        )
        for index, size in enumerate(sizes)
    )
    deep = replace(
        first,
        report=replace(first.report, layers=many),
        memory=MemoryMap(2 * top, live, tuple(layer.type for layer in many), buffers),
    )
    return replace(run, variants=(deep,))


def bare_run() -> RunRecord:
    """A run on a machine with no compiler, no emulator and no oracle: reasons everywhere."""
    run = digits_run()
    gone = missing("arm-none-eabi-gcc was not found in PATH")

    def stripped(record: VariantRecord) -> VariantRecord:
        if record.report is None:
            return record
        return replace(
            record,
            accuracy=Accuracy(record.accuracy.reference, *(missing("gcc was not found in PATH"),) * 2),
            report=replace(
                record.report,
                footprint=Footprint(
                    weights=predicted(119_080, "B", RULES), activations=predicted(912, "B", RULES),
                    kernel_flash=gone, flash_total=gone, ram_total=gone,
                ),
            ),
            validation=(
                ValidationResult(
                    "host", "builtin", None, 0, 0, None, None, None, "", reason="no tflite_micro",
                ),
            ),
            comparison=Comparison((unknown_side("builtin", gone.reason),)),
            fit=None,
            memory=None,
            confusion=(),
            misread=(),
        )  # fmt: skip

    return replace(run, variants=tuple(map(stripped, run.variants)), budgets=(), cached=True)


@pytest.fixture(scope="session")
def run_record() -> RunRecord:
    """Three variants of the digit classifier, one refused; one budget broken, one without a value."""
    return digits_run()


@pytest.fixture(scope="session")
def hostile_record() -> RunRecord:
    """Names with markup, quotes, terminal escapes, changes of direction, broken path bytes."""
    return hostile_run()


@pytest.fixture(scope="session")
def deep_record() -> RunRecord:
    """120 layers."""
    return deep_run(120)


@pytest.fixture(scope="session")
def bare_record() -> RunRecord:
    """Almost nothing could be measured; answered from the run folder."""
    return bare_run()


@pytest.fixture(scope="session")
def quantities() -> Callable[[RunRecord], tuple[Quantity, ...]]:
    """A function that gives every quantity anywhere in a record."""
    return lambda record: tuple(_quantities(record))


def _quantities(value: object) -> list[Quantity]:
    if isinstance(value, Quantity):
        return [value]
    if isinstance(value, Mapping):
        return [found for item in value.values() for found in _quantities(item)]
    if isinstance(value, tuple):
        return [found for item in value for found in _quantities(item)]
    names = getattr(value, "__dataclass_fields__", {})
    return [found for name in names for found in _quantities(getattr(value, name))]


@pytest.fixture(scope="session")
def golden() -> Callable[[str, str], None]:
    """A check of text against its golden file; ``CUBEAI_UPDATE_GOLDEN=1`` writes the file."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("CUBEAI_UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8"), (
            f"{path} differs; CUBEAI_UPDATE_GOLDEN=1 writes it"
        )

    return check
