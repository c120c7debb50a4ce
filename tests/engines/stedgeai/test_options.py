"""Every option in the versions that have it, lack it, or spell it otherwise."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping

import pytest

from cubeai_auto.engines.base import EngineRequest
from cubeai_auto.engines.stedgeai.arguments import build, question
from cubeai_auto.engines.stedgeai.connection import Connection
from cubeai_auto.engines.stedgeai.options import Kind, option_rows
from cubeai_auto.engines.stedgeai.requests import (
    AnalyzeRequest,
    GenerateRequest,
    SupportedOpsRequest,
    ToolRequest,
    ValidateRequest,
    generate_request,
)
from cubeai_auto.engines.stedgeai.versions import find_version, known_versions, parse_tool_version
from cubeai_auto.errors import UsageError
from cubeai_auto.target import find_target

NO = "refused"
M = ("m.tflite",)


def generate(**options: object) -> GenerateRequest:
    return GenerateRequest(models=M, **options)  # type: ignore[arg-type]


def validate(**options: object) -> ValidateRequest:
    return ValidateRequest(models=M, **options)  # type: ignore[arg-type]


def analyze(**options: object) -> AnalyzeRequest:
    return AnalyzeRequest(models=M, **options)  # type: ignore[arg-type]


# What stands behind "COMMAND --model m.tflite" in each version, or "refused".
TABLE: tuple[tuple[str, ToolRequest, Mapping[str, str]], ...] = (
    ("target", analyze(target="stm32f4"), {
        "5.2.0": NO, "7.1.0": NO, "7.2.0": "--series stm32f4", "8.1.0": "--series stm32f4",
        "9.0.0": "--target stm32f4", "9.1.0": "--target stm32f4", "12.0.1": "--target stm32f4"}),
    ("target n6", analyze(target="stm32n6"), {
        "8.1.0": NO, "9.1.0": NO, "10.0.0": "--target stm32n6", "12.0.1": "--target stm32n6"}),
    ("target u3", analyze(target="stm32u3"), {
        "11.0.0": NO, "12.0.0": "--target stm32u3"}),
    ("target mp", analyze(target="stm32mp"), {"10.2.0": "--target stm32mp", "11.0.0": NO}),
    ("target f1", analyze(target="stm32f1"), {"8.1.0": NO, "12.0.1": NO}),
    ("memory pool", analyze(memory_pool="p.json"), {
        "6.0.0": NO, "7.0.0": "--target p.json", "8.1.0": "--target p.json",
        "9.0.0": "--memory-pool p.json", "12.0.1": "--memory-pool p.json"}),
    ("both", analyze(target="stm32h7", memory_pool="p.json"), {
        "8.1.0": "--series stm32h7 --target p.json",
        "10.2.0": "--target stm32h7 --memory-pool p.json"}),
    ("compression none", analyze(compression="none"), {
        "5.0.0": "--compression 1", "6.0.0": "--compression 1", "7.0.0": "--compression 1",
        "7.2.0": "--compression none", "12.0.1": "--compression none"}),
    ("compression lossless", analyze(compression="lossless"), {
        "5.2.0": NO, "7.0.0": NO, "7.1.0": "--compression lossless",
        "10.2.0": "--compression lossless"}),
    ("compression low", analyze(compression="low"), {
        "5.2.0": "--compression 4", "7.3.0": "--compression low"}),
    ("compression medium", analyze(compression="medium"), {
        "7.0.0": "--compression 4", "7.3.0": "--compression medium"}),
    ("compression high", analyze(compression="high"), {
        "6.0.0": "--compression 8", "9.1.0": "--compression high"}),
    ("compression extreme", analyze(compression="extreme"), {"6.0.0": NO, "12.0.1": NO}),
    ("optimization balanced", analyze(optimization="balanced"), {
        "5.2.0": "", "7.2.0": "", "7.3.0": "--optimization balanced",
        "12.0.1": "--optimization balanced"}),
    ("optimization time", analyze(optimization="time"), {
        "7.2.0": NO, "7.3.0": "--optimization time", "10.2.0": "--optimization time"}),
    ("optimization ram", analyze(optimization="ram"), {"6.0.0": NO, "8.1.0": "--optimization ram"}),
    ("optimization size", analyze(optimization="size"), {"8.1.0": NO, "12.0.1": NO}),
    ("quiet", analyze(quiet=True), {
        "7.1.0": NO, "7.2.0": "--quiet", "12.0.1": "--quiet"}),
    ("verbosity 2", analyze(verbosity=2), {"5.0.0": "--verbosity 2", "12.0.1": "--verbosity 2"}),
    ("verbosity 3", analyze(verbosity=3), {"5.2.0": NO, "7.3.0": "--verbosity 3"}),
    ("verbosity 4", analyze(verbosity=4), {"12.0.1": NO}),
    ("io inside", analyze(inputs_allocated=True, outputs_allocated=True), {
        "5.0.0": NO, "5.1.0": "--allocate-inputs --allocate-outputs",
        "8.1.0": "--allocate-inputs --allocate-outputs", "9.1.0": "", "12.0.1": ""}),
    ("io outside", analyze(inputs_allocated=False, outputs_allocated=False), {
        "5.0.0": "", "8.1.0": "", "9.0.0": NO,
        "9.1.0": "--no-inputs-allocation --no-outputs-allocation",
        "12.0.1": "--no-inputs-allocation --no-outputs-allocation"}),
    ("input alignment", analyze(input_alignment=32), {
        "9.1.0": NO, "10.0.0": "--input-memory-alignment 32"}),
    ("output alignment", analyze(output_alignment=8), {
        "8.1.0": NO, "10.2.0": "--output-memory-alignment 8"}),
    ("no alignment", analyze(output_alignment=0), {"10.2.0": NO}),
    ("input types", analyze(input_data_types=("int8", "float32")), {
        "8.1.0": NO, "10.2.0": "--input-data-type int8,float32"}),
    ("output type", analyze(output_data_types=("int4",)), {"10.2.0": NO}),
    ("channels", analyze(inputs_ch_position="chfirst", outputs_ch_position="chfirst"), {
        "9.0.0": NO, "9.1.0": "--input-output-channel-position chfirst",
        "10.0.0": "--inputs-ch-position chfirst --outputs-ch-position chfirst"}),
    ("channels apart", analyze(inputs_ch_position="chfirst", outputs_ch_position="chlast"), {
        "9.1.0": NO, "10.0.0": "--inputs-ch-position chfirst --outputs-ch-position chlast"}),
    ("st-ai api", analyze(c_api="st-ai"), {
        "8.1.0": NO, "9.1.0": NO, "10.0.0": "--c-api st-ai", "12.0.1": "--c-api st-ai"}),
    ("legacy api", analyze(c_api="legacy"), {
        "5.2.0": "", "9.1.0": "", "10.2.0": "--c-api legacy", "11.0.0": "--c-api legacy"}),
    ("no workspace", analyze(no_workspace=True), {"10.2.0": NO, "12.0.1": "--no-workspace"}),
    ("two workspaces", analyze(no_workspace=True, workspace="w"), {"12.0.1": NO}),
    ("no report", analyze(no_report=True), {"8.1.0": NO, "12.0.1": "--no-report"}),
    ("type caffe", analyze(model_type="caffe"), {"5.2.0": "--type caffe", "6.0.0": NO}),
    ("type tflite", analyze(model_type="tflite"), {
        "5.0.0": "--type tflite", "12.0.1": "--type tflite"}),
    ("onnx transpose", analyze(no_onnx_io_transpose=True), {
        "6.0.0": NO, "8.1.0": "--no-onnx-io-transpose", "12.0.1": NO}),
    ("onnx simplifier", analyze(use_onnx_simplifier=True), {
        "8.1.0": NO, "10.0.0": "--use-onnx-simplifier"}),
    ("shapes", analyze(fix_parametric_shapes="1,28"), {
        "8.1.0": NO, "9.1.0": "--fix-parametric-shapes 1,28"}),
    ("cut", analyze(cut_output_tensors="a,b"), {
        "9.1.0": NO, "10.0.0": "--cut-output-tensors a,b"}),
    ("activations", analyze(allocate_activations=True, c_api="st-ai"), {
        "9.1.0": NO, "10.2.0": "--c-api st-ai --allocate-activations"}),
    ("activations by default", analyze(allocate_activations=True), {
        "10.2.0": NO, "11.0.0": "--allocate-activations"}),
    ("hsp", analyze(hsp="", target="stm32u3"), {
        "11.0.0": NO, "12.0.0": "--target stm32u3 --hsp"}),
    ("hsp on f4", analyze(hsp="4096", target="stm32f4"), {"12.0.0": NO}),
    ("npu", analyze(neural_art="-E", target="stm32n6"), {
        "9.1.0": NO, "10.0.0": "--target stm32n6 --st-neural-art=-E"}),
    ("npu on h7", analyze(neural_art="", target="stm32h7"), {"10.2.0": NO}),
    ("name", analyze(name="net_1"), {"5.0.0": "--name net_1", "12.0.1": "--name net_1"}),
    ("bad name", analyze(name="net-1"), {"5.0.0": NO, "12.0.1": NO}),
    ("sensor", analyze(device="imu_22", target="ispu"), {
        "8.1.0": NO, "10.2.0": "--target ispu --device imu_22"}),
    ("binary", generate(binary=True), {"5.0.0": "--binary", "12.0.1": "--binary"}),
    ("dll", generate(dll=True), {"6.0.0": NO, "7.0.0": "--dll", "12.0.1": "--dll"}),
    ("address", generate(address="0x90000000"), {
        "5.2.0": "--address 0x90000000", "10.2.0": "--address 0x90000000", "11.0.0": NO}),
    ("address st-ai", generate(address="0x90000000", c_api="st-ai"), {"10.2.0": NO}),
    ("address legacy", generate(address="0x90000000", c_api="legacy"), {
        "11.0.0": "--c-api legacy --address 0x90000000"}),
    ("copy", generate(copy_weights_at="0x20000000"), {
        "8.1.0": "--copy-weights-at 0x20000000", "12.0.1": NO}),
    ("bad address", generate(address="flash"), {"8.1.0": NO}),
    ("relocatable", generate(relocatable=""), {"7.2.0": "--relocatable", "12.0.1": "--relocatable"}),
    ("relocatable split", generate(relocatable="split,no-secure"), {
        "10.2.0": NO, "11.0.0": "--relocatable split,no-secure"}),
    ("epochs", generate(epoch_controller=True), {
        "9.1.0": NO, "10.0.0": "--enable-epoch-controller"}),
    ("ihex", generate(ihex=True), {"7.3.0": NO, "8.1.0": "--ihex", "10.2.0": "--ihex", "12.0.1": NO}),
    ("no c files", generate(no_c_files=True), {"8.1.0": "--no-c-files", "12.0.1": NO}),
    ("host", validate(mode="host"), {
        "5.0.0": "--mode x86", "7.3.0": "--mode x86", "8.1.0": "--mode host",
        "12.0.1": "--mode host"}),
    ("target mode", validate(mode="target"), {
        "5.2.0": "--mode stm32", "8.0.0": "--mode target", "10.2.0": "--mode target"}),
    ("io only mode", validate(mode="target-io-only"), {
        "8.1.0": NO, "12.0.1": "--mode target-io-only"}),
    ("host on n6", validate(mode="host", target="stm32n6"), {"10.2.0": NO, "12.0.1": NO}),
    ("board on n6", validate(mode="target", target="stm32n6"), {
        "10.2.0": "--target stm32n6 --mode target"}),
    ("port", validate(mode="target", connection=Connection(port="COM6", baud=115200)), {
        "5.2.0": "--mode stm32 --desc COM6:115200",
        "7.0.0": "--mode stm32 --desc serial:COM6:115200",
        "10.2.0": "--mode target --desc serial:COM6:115200"}),
    ("port on host", validate(connection=Connection(port="COM6")), {"10.2.0": NO}),
    ("batch", validate(batch_size=7), {
        "5.2.0": "--batches 7", "6.0.0": "--batch-size 7", "12.0.1": "--batch-size 7"}),
    ("empty batch", validate(batch_size=0), {"5.2.0": NO, "12.0.1": NO}),
    ("vectors", validate(inputs=("a.npz", "b.csv"), outputs=("r.npz",)), {
        "5.0.0": "--valinput a.npz b.csv --valoutput r.npz",
        "12.0.1": "--valinput a.npz b.csv --valoutput r.npz"}),
    ("json", validate(validation_json="v.json"), {"10.2.0": NO, "11.0.0": "--val-json v.json"}),
    ("range", validate(range=(-1.0, 1.5)), {"6.0.0": NO, "7.0.0": "--range -1 1.5"}),
    ("endless range", validate(range=(0.0, float("inf"))), {"7.0.0": NO}),
    ("odd range", validate(range=(1.0,)), {"7.0.0": NO}),
    ("seed", validate(seed=2**32 - 1), {"12.0.1": "--seed 4294967295"}),
    ("large seed", validate(seed=2**32), {"12.0.1": NO}),
    ("csv", validate(save_csv=True), {"5.2.0": "", "6.0.0": "--save-csv", "12.0.1": "--save-csv"}),
)  # fmt: skip

CASES = [
    pytest.param(request, pack, expected, id=f"{name} in {pack}")
    for name, request, packs in TABLE
    for pack, expected in packs.items()
]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 120


@pytest.mark.parametrize(("request_", "pack", "expected"), CASES)
def test_an_option_in_a_version(request_: ToolRequest, pack: str, expected: str) -> None:
    version = find_version(pack)
    if expected == NO:
        with pytest.raises(UsageError) as caught:
            build(request_, version)
        assert caught.value.hint
        return
    start = (request_.command, "--model", "m.tflite")
    rest = list(build(request_, version))
    assert rest[:3] == list(start)
    wanted = expected.split()
    assert sorted(rest[3:]) == sorted(wanted)
    for option in (word for word in wanted if word.startswith("--")):
        at, there = wanted.index(option), rest.index(option)
        if at + 1 < len(wanted) and not wanted[at + 1].startswith("--"):
            assert rest[there + 1] == wanted[at + 1]


@pytest.mark.parametrize(
    ("request_", "pack", "option", "hint"),
    [
        (analyze(c_api="st-ai"), "8.1.0", "--c-api", "legacy"),
        (analyze(optimization="time"), "7.2.0", "--optimization", "balanced"),
        (analyze(compression="lossless"), "7.0.0", "--compression", "none"),
        (analyze(target="stm32n6"), "8.1.0", "--series", "another target"),
        (generate(relocatable="split"), "10.2.0", "--relocatable", "sub-option"),
        (generate(address="0x0", c_api="st-ai"), "10.2.0", "--address", "legacy"),
        (validate(range=(0.0, 1.0)), "6.0.0", "--range", "file"),
        (analyze(target="stm32f44"), "10.2.0", "--target", "stm32f4"),
    ],
)
def test_a_refusal_names_option_version_and_alternative(
    request_: ToolRequest, pack: str, option: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        build(request_, find_version(pack))
    assert option in caught.value.message
    assert str(find_version(pack)) in caught.value.message
    assert hint in (caught.value.hint or "")


def test_supported_ops() -> None:
    request = SupportedOpsRequest(model_type="tflite", with_report=True)
    line = ("supported-ops", "--type", "tflite", "--with-report")
    assert build(request, find_version("10.2.0")) == line
    with pytest.raises(UsageError, match="no command supported-ops"):
        build(request, find_version("7.3.0"))


def test_a_model_is_needed() -> None:
    with pytest.raises(UsageError, match="needs a model"):
        build(AnalyzeRequest(), find_version("10.2.0"))


def test_an_unknown_version_gets_the_newest_grammar() -> None:
    unknown = parse_tool_version("no banner at all")
    request = analyze(target="stm32u3", hsp="", quiet=True)
    assert build(request, unknown) == build(request, find_version("12.0.1"))


def test_questions_to_the_tool() -> None:
    assert question("tools_version", find_version("8.1.0")) == "--tools_version"
    assert question("tools_version", find_version("10.2.0")) == "--tools-version"
    assert question("version", find_version("5.0.0")) == "--version"


def test_an_engine_request_in_every_version(tmp_path: object) -> None:
    from pathlib import Path

    for known in known_versions():
        version = find_version(known.pack)
        request = EngineRequest(Path("/m.tflite"), find_target("stm32h7"), c_api="legacy")
        if known.pack == "5.0.0":
            continue  # it cannot put outputs into the activations
        line = build(generate_request(request, version), version)
        assert ("--quiet" in line) == (version.order >= (7, 2))
        assert ("stm32h7" in line) == (version.order >= (7, 2))
    with pytest.raises(UsageError, match="code size"):
        generate_request(
            EngineRequest(Path("m"), find_target("stm32h7"), optimization="size"),
            find_version("10.2.0"),
        )


def test_the_table_fits_the_requests() -> None:
    kinds = typing.get_args(Kind)
    for row in option_rows():
        assert row.kind in kinds, row
        for command in row.commands:
            if command == "tool":
                continue
            request = {
                "analyze": AnalyzeRequest,
                "generate": GenerateRequest,
                "validate": ValidateRequest,
                "supported-ops": SupportedOpsRequest,
            }[command]
            assert row.field in {field.name for field in dataclasses.fields(request)}, row
    for request in (AnalyzeRequest, GenerateRequest, ValidateRequest, SupportedOpsRequest):
        for field in dataclasses.fields(request):
            rows = [row for row in option_rows() if field.name in (row.field, row.also)]
            assert rows, field.name
