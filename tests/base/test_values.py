"""Errors, quantities, targets and JSON text."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from cubeai_auto import errors
from cubeai_auto.jsontext import json_text
from cubeai_auto.quantity import Quantity, measured, missing, predicted, reported, simulated
from cubeai_auto.target import find_target, targets


def test_every_error_has_a_documented_exit_code() -> None:
    found = {
        error.__name__: error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.CubeAIError)
    }
    assert set(found.values()) == {1, 2, 3, 4, 5, 6}
    assert found["CheckFailedError"] == 1
    assert found["ConfigError"] == found["MissingPathError"] == found["UsageError"] == 2
    assert found["ToolMissingError"] == 3
    assert found["ToolFailedError"] == found["RefusedError"] == 4
    assert found["ModelFormatError"] == found["UnsupportedModelError"] == found["DatasetError"] == 5
    assert found["ToolTimeoutError"] == 6


def test_a_configuration_error_says_where() -> None:
    error = errors.ConfigError("no", file=Path("a.toml"), line=3, key="x.y", hint="do this")
    assert str(error) == "a.toml:3: no"
    assert (error.line, error.key, error.hint) == (3, "x.y", "do this")
    assert str(errors.ConfigError("no", file=Path("a.toml"))) == "a.toml: no"
    assert str(errors.ConfigError("no")) == "no"


@pytest.mark.parametrize(
    ("make", "how"),
    [
        (measured, "measured"),
        (reported, "reported"),
        (predicted, "predicted"),
        (simulated, "simulated"),
    ],
)
def test_a_quantity_says_how_and_where(make: object, how: str) -> None:
    assert callable(make)
    quantity = make(1284, "B", "a file")
    assert quantity.known
    assert quantity.to_json() == {"value": 1284, "unit": "B", "how": how, "source": "a file"}


def test_zero_is_a_value() -> None:
    assert measured(0, "B", "x").known


def test_a_missing_quantity_says_why() -> None:
    assert missing("no compiler").to_json() == {"value": None, "reason": "no compiler"}
    assert not missing("no compiler").known


@pytest.mark.parametrize(
    "arguments",
    [
        (None,),
        (1,),
        (1, "B"),
        (1, "B", "measured"),
        (1, "", "measured", "x"),
        (math.nan, "B", "measured", "x"),
        (math.inf, "B", "measured", "x"),
    ],
)
def test_a_bare_figure_is_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match=r"needs|finite"):
        Quantity(*arguments)  # type: ignore[arg-type]


def test_json_is_plain_and_finite() -> None:
    text = json_text({"b": [1, math.nan, math.inf], "a": "ä"})
    assert text == '{\n  "b": [\n    1,\n    null,\n    null\n  ],\n  "a": "\\u00e4"\n}\n'
    assert json.loads(text)["a"] == "ä"


def test_targets_state_what_their_flags_say() -> None:
    for target in targets():
        assert any(flag.startswith("-mcpu=cortex-m") for flag in target.flags)
        assert target.fpu == any("hard" in flag for flag in target.flags)
        assert target.dsp == (target.core in {"cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"})


def test_unknown_targets_list_the_known_ones() -> None:
    with pytest.raises(errors.UsageError) as caught:
        find_target("stm32x9")
    assert "stm32f4" in str(caught.value.hint)
