"""``validate`` and ``supported-ops`` as a user calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.recurrent_networks import keyword_spotter
from support.reports import is_quantity

from cubeai_auto.errors import ToolMissingError

Say = Callable[..., object]
VALIDATE_KEYS = {
    "schema", "on", "engine", "oracle", "vectors", "outputs_compared", "mismatches", "max_abs_error",
    "metrics", "instructions_per_inference", "stack", "tolerance",
}  # fmt: skip


@pytest.mark.oracle
def test_validate(say: Say, model: Path) -> None:
    spoken = say("validate", model, "--samples", 20, "--json", "-")
    assert spoken.code == 0
    document = json.loads(spoken.out)
    assert document["schema"] == "cubeai-auto/validate/1"
    assert set(document) >= VALIDATE_KEYS
    assert (document["vectors"], document["outputs_compared"], document["mismatches"]) == (20, 100, 0)
    assert document["oracle"].startswith("TFLM (tflite_micro")
    assert all(is_quantity(value) for value in document["metrics"].values())
    assert is_quantity(document["stack"])
    assert document["instructions_per_inference"]["value"] is None


@pytest.mark.oracle
@pytest.mark.emulator
def test_validate_on_the_emulator(say: Say, model: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "Vektoren ü.npz"
    np.savez(vectors, np.arange(30, dtype=np.int8).reshape(3, 10))
    work = tmp_path / "Arbeit ü"
    spoken = say(
        "validate", model, "--on", "emulator", "--inputs", vectors, "--json", "-", "--work", work
    )
    assert spoken.code == 0
    document = json.loads(spoken.out)
    assert (document["vectors"], document["mismatches"]) == (3, 0)
    counted = document["instructions_per_inference"]
    assert counted["how"] == "simulated"
    assert counted["unit"] == "instructions"
    assert "QEMU" in counted["source"]
    assert (work / "emulator" / "network.elf").is_file()


@pytest.mark.oracle
def test_a_recurrent_network_runs_a_sequence_or_single_vectors(say: Say, tmp_path: Path) -> None:
    model = tmp_path / "keyword.tflite"
    model.write_bytes(keyword_spotter())
    for flags, order in (((), "one sequence from a reset"), (("--independent",), "reset before every")):
        spoken = say("validate", model, "--samples", 30, "--json", "-", *flags)
        assert spoken.code == 0
        document = json.loads(spoken.out)
        assert (document["vectors"], document["mismatches"]) == (30, 0)
        assert order in document["oracle"]


@pytest.mark.oracle
def test_a_mismatch_ends_with_1(say: Say, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cubeai_auto.engines import builtin
    from cubeai_auto.tflm.host import run_host

    def other_outputs(*arguments: object, **options: object) -> object:
        found = run_host(*arguments, **options)  # type: ignore[arg-type]
        found.outputs[0][0, 0] ^= 1  # type: ignore[operator]
        return found

    monkeypatch.setattr(builtin, "run_host", other_outputs)
    spoken = say("validate", model, "--samples", 5)
    assert spoken.code == 1
    assert "1 MISMATCHES" in spoken.out


def test_without_the_oracle_a_validation_ends_with_3(
    say: Say, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise ToolMissingError("tflite_micro is not here")

    monkeypatch.setattr("cubeai_auto.tflm.host.require_host", missing)
    spoken = say("validate", model, "--samples", 5, "--json", "-")
    assert spoken.code == 3
    document = json.loads(spoken.out)
    assert document["oracle"] is None
    assert document["mismatches"] is None
    assert document["reason"] == "tflite_micro is not here"
    assert "error: tflite_micro is not here" in spoken.err
    assert "hint: " in spoken.err
    assert "not validated on host" in say("validate", model, "--samples", 5).out


@pytest.mark.parametrize(
    ("place", "tool"), [("host", "host C compiler"), ("emulator", "arm-none-eabi-gcc")]
)
def test_without_its_tools_a_validation_ends_with_3(
    place: str, tool: str, say: Say, model: Path, no_tools: None
) -> None:
    spoken = say("validate", model, "--on", place, "--samples", 5, "--json", "-")
    assert spoken.code == 3
    document = json.loads(spoken.out)
    assert (document["oracle"], document["mismatches"], document["vectors"]) == (None, None, 0)
    assert tool in document["reason"]
    assert "apt-get install" in spoken.err


@pytest.mark.arm
def test_without_the_emulator_a_validation_ends_with_3(
    say: Say, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QEMU_SYSTEM_ARM", str(tmp_path / "nowhere"))
    spoken = say("validate", model, "--on", "emulator", "--samples", 5)
    assert spoken.code == 3
    assert "qemu-system-arm" in spoken.err


def test_supported_ops(say: Say) -> None:
    document = json.loads(say("supported-ops", "--json", "-").out)
    assert document["schema"] == "cubeai-auto/supported-ops/1"
    assert document["engine"] == "builtin"
    names = [operator["name"] for operator in document["operators"]]
    assert "FULLY_CONNECTED" in names
    text = say("supported-ops")
    assert text.code == 0
    assert all(name in text.out for name in names)
    assert say("supported-ops", "--engine", "stedgeai").code == 3
