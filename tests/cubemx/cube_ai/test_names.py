"""Names and versions, in the words of real keys."""

from __future__ import annotations

import pytest

from cubeai_auto.cubemx.cube_ai.names import (
    CORE,
    CORE_VALUE,
    PackVersion,
    application_value,
    instance_name,
    mangle,
    virtual_pin,
    virtual_pin_pattern,
)
from cubeai_auto.errors import UsageError


def test_components_are_mangled_as_in_real_keys() -> None:
    assert mangle("Artificial Intelligence") == "ArtificialOoIntelligence"
    assert mangle("X-CUBE-AI") == "XAaCUBEAaAI"
    assert CORE == "ArtificialOoIntelligenceJjXAaCUBEAaAI"
    assert CORE_VALUE == "XAaCUBEAaAICcArtificialOoIntelligenceJjCore"


def test_the_application_component_was_renamed_in_6_0() -> None:
    assert PackVersion.parse("5.2.0").application == "ArtificialOoIntelligenceJjApplication"
    assert PackVersion.parse("6.0.0").application == "DeviceJjApplication"
    assert application_value("DeviceJjApplication") == "ApplicationCcDeviceJjApplication"


def test_versions_compare_as_numbers_not_as_text() -> None:
    texts = ["10.2.0", "9.1.0", "5.0.0", "8.1.0", "10.0.0"]
    ordered = [str(version) for version in sorted(PackVersion.parse(text) for text in texts)]
    assert ordered == ["5.0.0", "8.1.0", "9.1.0", "10.0.0", "10.2.0"]


@pytest.mark.parametrize(("text", "digits"), [("10.2.0", "1020"), ("9.1.0", "910"), ("5.1.2", "512")])
def test_digits_are_those_of_the_runtime_library(text: str, digits: str) -> None:
    assert PackVersion.parse(text).digits == digits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "10.2",
        "v10.2.0",
        "10.2.0 ",
        "10.2.0\n",
        "10.02.0",
        "a.b.c",
        "10.2.0.1",
        "1e1.0.0",
        "\u0661.\u0662.\u0663",
    ],
)
def test_garbage_is_no_version(text: str) -> None:
    with pytest.raises(UsageError) as error:
        PackVersion.parse(text)
    assert error.value.exit_code == 2
    assert error.value.hint


@pytest.mark.parametrize("text", ["4.1.0", "6.1.0", "8.2.0", "13.0.0", "99.0.0", "0.0.0"])
def test_packs_that_do_not_exist_can_be_read_but_not_wanted(text: str) -> None:
    assert str(PackVersion.parse(text)) == text
    with pytest.raises(UsageError, match="can write"):
        PackVersion.wanted(text)


@pytest.mark.parametrize("text", ["5.0.0", "7.3.0", "9.0.0", "10.2.0"])
def test_measured_packs_have_no_note(text: str) -> None:
    assert PackVersion.wanted(text).note is None


@pytest.mark.parametrize("text", ["8.0.1", "10.3.0", "11.0.0", "12.0.1"])
def test_other_packs_are_marked_unverified(text: str) -> None:
    note = PackVersion.wanted(text).note
    assert note is not None
    assert "unverified" in note
    assert text in note


def test_instance_and_virtual_pin() -> None:
    version = PackVersion.parse("10.1.0")
    assert instance_name(version) == "STMicroelectronics.X-CUBE-AI.10.1.0"
    assert instance_name(version, "Appli") == "STMicroelectronics.X-CUBE-AI.10.1.0_Appli"
    plain, inside = virtual_pin(CORE, version), virtual_pin(CORE, version, "Appli")
    assert plain == f"VP_STMicroelectronics.X-CUBE-AI_VS_{CORE}_10.1.0"
    assert inside == f"VP_STMicroelectronics.X-CUBE-AI_Appli_VS_{CORE}_10.1.0"
    for pin, context in ((plain, None), (inside, "Appli")):
        for pattern in (virtual_pin_pattern(), virtual_pin_pattern(version)):
            match = pattern.fullmatch(pin)
            assert match is not None
            assert match.groupdict() == {"context": context, "component": CORE, "version": "10.1.0"}
    assert not virtual_pin_pattern(PackVersion.parse("10.2.0")).fullmatch(plain)
    assert not virtual_pin_pattern().fullmatch(
        "VP_STMicroelectronics.X-CUBE-ALGOBUILD_VS_DSPOoLib_1.4.0"
    )
