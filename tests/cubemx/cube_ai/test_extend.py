"""Asking again: nothing, a further network, new figures, or a refusal."""

from __future__ import annotations

import pytest
from support.cubemx_projects import n6_values, network, project, request, small_values

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.extend import AlreadyInstalledError
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.names import UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.request import AddRequest, Analysis
from cubeai_auto.cubemx.document import IocDocument, IocEditError, IocFormatError

PREFIX = "STMicroelectronics.X-CUBE-AI.10.2.0."


def installed(wanted: AddRequest | None = None, **values: str) -> IocDocument:
    """A project with one network, and some of its parameters changed afterwards."""
    document = add_cube_ai(project(small_values()), wanted or request()).after
    for name, text in values.items():
        document.set(PREFIX + name, text)
    return document


@pytest.mark.parametrize(
    "wanted",
    [
        request(),
        request("5.0.0"),
        request("8.1.0", application="ApplicationTemplate", switches="slot"),
        request("10.2.0", application="Validation", uart="USART2"),
        request("10.2.0", network("a"), network("b", "b.onnx", kind="ONNX", analysis=None)),
        request(heap=0x4000, stack=0x2000),
    ],
)
def test_asking_again_changes_nothing(wanted: AddRequest) -> None:
    once = add_cube_ai(project(small_values()), wanted)
    again = add_cube_ai(once.after, wanted)
    assert once.changes
    assert again.changes == ()
    assert again.after.to_bytes() == once.after.to_bytes()


def test_asking_without_figures_or_application_keeps_them() -> None:
    document = installed(request(application="ApplicationTemplate"))
    assert add_cube_ai(document, request("10.2.0", network(analysis=None))).changes == ()


def test_a_further_network_is_appended_to_every_list() -> None:
    document = installed(request(switches="global"), useInputAllocation="false")
    more = network("second", "second.onnx", kind="ONNX", analysis=Analysis(9, 9000, 3, 2, 1))
    edit = add_cube_ai(document, request("10.2.0", network(), more))
    changed = {change.key.removeprefix(PREFIX): change for change in edit.changes}
    slot = more.slot_id
    assert changed["ModelHashList"].after == f"{network().slot_id};{slot}"
    assert changed["ModelNameList"].after == "network,second"
    assert changed["WorkingBufferStartAddrList"].after == "0xFFFFFFFF,0xFFFFFFFF"
    assert changed["ActivationBufferSizeList"].after == "2048,9000"
    assert changed["ActivationBuffers"].after == "pool0;pool0"
    assert changed["ActivationSizes"].after == "AI_SECOND_DATA_ACTIVATION_1_SIZE"
    assert changed["MaximumNumberOfInputLayer"].after == "2"
    assert changed["MaximumSizeOfInputLayer"].after == "1,1"
    assert changed[f"ModelKind-{slot}"].before is None
    # the switches stay in the form the project has, with the user's value
    assert not [name for name in changed if name.startswith(("useInput", "copyWeight"))]
    listed = (edit.after.get(f"{PREFIX}IPParameters") or "").split(",")
    old = (document.get(f"{PREFIX}IPParameters") or "").split(",")
    assert listed[: len(old)] == old
    new_names = {name for name, change in changed.items() if change.before is None}
    assert set(listed[len(old) :]) == new_names
    assert {key for key in changed if key.startswith(("Mcu", "Project", "VP"))} == set()


def test_a_further_network_without_figures_keeps_the_sums_and_is_not_ready() -> None:
    document = installed()
    edit = add_cube_ai(document, request("10.2.0", network("b", "b.tflite", analysis=None)))
    assert edit.after.get(f"{PREFIX}ReadyForCodeGeneration") == "false"
    assert edit.after.get(f"{PREFIX}ActivationBufferSizeList") == "2048"
    assert any("b has no analysis" in note for note in edit.notes)


def test_a_buffer_at_an_address_stays_there() -> None:
    values = {
        "WorkingBufferStartAddrList": "0xD0000000",
        "ActivationBuffers": "(ai_handle) 0xD0000000",
        "ExternalRamActivationBufferMaxSize": "2048",
    }
    document = installed(**values)
    for name in ("ActivationNames", "ActivationSizes", "InternalRamActivationBufferMaxSize"):
        document.delete(PREFIX + name)
    after = add_cube_ai(document, request("10.2.0", network("b", "b.tflite"))).after
    assert after.get(f"{PREFIX}WorkingBufferStartAddrList") == "0xD0000000,0xFFFFFFFF"
    assert after.get(f"{PREFIX}ActivationBuffers") == "(ai_handle) 0xD0000000;pool0"
    assert after.get(f"{PREFIX}ExternalRamActivationBufferMaxSize") == "2048"
    assert after.get(f"{PREFIX}InternalRamActivationBufferMaxSize") == "AI_B_DATA_ACTIVATIONS_SIZE"
    assert after.get(f"{PREFIX}ActivationSizes") == "AI_B_DATA_ACTIVATION_1_SIZE"


def test_a_slot_that_stale_keys_have_is_not_taken() -> None:
    more = network("second", "second.tflite")
    document = installed()
    document.set(f"{PREFIX}useExternalRam-{more.slot_id}", "true")
    found = installed_cube_ai(add_cube_ai(document, request("10.2.0", more)).after)
    assert found is not None
    assert found.networks[1].slot == more.next_slot_id(1)
    with pytest.raises(AlreadyInstalledError, match="in use"):
        add_cube_ai(document, request("10.2.0", network("second", "s.tflite", slot=more.slot_id)))


def test_new_figures_of_a_network_that_is_there() -> None:
    document = installed()
    new = network(analysis=Analysis(7, 512, 9, 1, 1))
    edit = add_cube_ai(document, request("10.2.0", new))
    assert {change.key.removeprefix(PREFIX).split("-")[0]: change.after for change in edit.changes} == {
        "ModelMacc": "7",
        "ModelRamOccupation": "512",
        "ModelFlashOccupation": "9",
        "ActivationBufferSizeList": "512",
    }
    assert any("replaced" in note for note in edit.notes)


def test_heap_can_be_raised_later() -> None:
    edit = add_cube_ai(installed(), request(heap=0x2000, stack=0x100))
    assert {change.key: change.after for change in edit.changes} == {
        "ProjectManager.HeapSize": "0x2000",
        f"{PREFIX}HeapSize": "0x2000",
    }


def test_merge_markers_are_refused_also_where_nothing_is_to_do() -> None:
    text = installed().to_bytes().replace(b"File.Version", b">>>>>>> other\nFile.Version")
    with pytest.raises(IocEditError, match="merge marker"):
        add_cube_ai(IocDocument.parse(text), request())


@pytest.mark.parametrize(
    ("wanted", "text", "hint"),
    [
        (request("9.1.0"), "10.2.0 already", "upgrade-ai"),
        (request("10.1.0"), "10.2.0 already", "upgrade-ai"),
        (request(application="ApplicationTemplate"), "Core only", "remove-ai"),
        (request("10.2.0", network(model="other.tflite")), "another network", "another name"),
        (request("10.2.0", network(kind="KERAS")), "another network", "another name"),
        (request("10.2.0", network("NETWORK")), "another network", "another name"),
        (request("10.2.0", network(slot="f" * 64)), "another network", "another name"),
    ],
)
def test_contradictions_are_refused(wanted: AddRequest, text: str, hint: str) -> None:
    with pytest.raises(AlreadyInstalledError, match=text) as error:
        add_cube_ai(installed(), wanted)
    assert hint in (error.value.hint or "")
    assert error.value.exit_code == 2


def test_another_uart_is_refused() -> None:
    document = installed(request(application="Validation", uart="USART2"))
    with pytest.raises(AlreadyInstalledError, match="USART2, not USART1"):
        add_cube_ai(document, request(application="Validation", uart="USART1"))


@pytest.mark.parametrize(
    "values",
    [
        {"ModelNameList": "network,ghost"},
        {"ModelHashList": f"{network().slot_id};{network().slot_id}"},
        {"WorkingBufferStartAddrList": "0xFFFFFFFF,0xFFFFFFFF,0xFFFFFFFF"},
        {"IPParameters": ""},
        {"MaximumNumberOfInputLayer": "some"},
    ],
)
def test_lists_that_do_not_fit_are_typed_errors(values: dict[str, str]) -> None:
    with pytest.raises(IocFormatError):
        add_cube_ai(installed(**values), request("10.2.0", network("b", "b.tflite")))


def test_a_pack_without_networks_takes_the_first() -> None:
    document = installed()
    for key in document.starting(PREFIX):
        name = key.removeprefix(PREFIX)
        if name.startswith(("Model", "Latest", "Activation", "Maximum", "Internal", "Working")):
            document.delete(key)
    found = installed_cube_ai(add_cube_ai(document, request()).after)
    assert found is not None
    assert [(one.name, one.analyzed) for one in found.networks] == [("network", True)]


def test_no_further_network_in_a_context() -> None:
    document = add_cube_ai(project(n6_values()), request("10.1.0")).after
    with pytest.raises(UnsupportedProjectError, match="Appli"):
        add_cube_ai(document, request("10.1.0", network("b", "b.tflite")))
