from __future__ import annotations

import pytest

from cubeai_auto.project.names import c_name_problem, nearest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("optimisation", "optimization"),
        ("Optimization", "optimization"),
        ("c-api", "c_api"),
        ("CAPI", "c_api"),
        ("zebra", None),
        ("", None),
    ],
)
def test_nearest(typed: str, meant: str | None) -> None:
    assert nearest(typed, ["name", "optimization", "c_api", "opt_level"]) == meant


def test_nearest_of_nothing() -> None:
    assert nearest("name", []) is None


@pytest.mark.parametrize("name", ["network", "_n", "N2", "int8", "x" * 63])
def test_a_c_identifier(name: str) -> None:
    assert c_name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("", "letters"),
        ("2net", "letters"),
        ("my-net", "letters"),
        ("net\n", "letters"),
        ("größe", "letters"),
        ("int", "keyword"),
        ("_Bool", "keyword"),
        ("x" * 64, "63"),
    ],
)
def test_no_c_identifier(name: str, part: str) -> None:
    assert part in (c_name_problem(name) or "")
