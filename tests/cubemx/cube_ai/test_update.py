"""New figures for a network of a project."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cubemx_projects import (
    answered_request,
    ioc_files,
    network,
    project,
    request,
    small_values,
)

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.request import Analysis
from cubeai_auto.cubemx.cube_ai.update import update_network
from cubeai_auto.cubemx.document import IocDocument, IocEditError, IocFormatError
from cubeai_auto.errors import UsageError

PREFIX = "STMicroelectronics.X-CUBE-AI.10.2.0."
NEW = Analysis(77, 5000, 99, 1, 3, compression="2.5")


def two_networks() -> IocDocument:
    networks = (
        network("a", "a.tflite", analysis=Analysis(1, 4000, 1, 2, 1)),
        network("b", "b.tflite", analysis=Analysis(1, 1000, 1, 1, 1)),
    )
    return add_cube_ai(project(small_values()), request("10.2.0", *networks)).after


def test_only_this_network_and_the_sums_change() -> None:
    edit = update_network(two_networks(), "b", NEW)
    slot = network("b", "b.tflite").slot_id
    assert {change.key.removeprefix(PREFIX): change.after for change in edit.changes} == {
        f"ModelMacc-{slot}": "77",
        f"ModelRamOccupation-{slot}": "5000",
        f"ModelFlashOccupation-{slot}": "99",
        f"ModelActualCompression-{slot}": "2.5",
        "ActivationBufferSizeList": "4000,5000",
        "ActivationSizes": "AI_B_DATA_ACTIVATION_1_SIZE",
        "InternalRamActivationBufferMaxSize": "AI_B_DATA_ACTIVATIONS_SIZE",
        "MaximumNumberOfOutputLayer": "3",
        "MaximumSizeOfOutputLayer": "1,1,1",
    }
    assert update_network(edit.after, "b", NEW).changes == ()


def test_counts_shrink_only_if_no_other_network_can_need_them() -> None:
    shared = update_network(two_networks(), "a", Analysis(1, 1, 1, 1, 1)).after
    assert shared.get(f"{PREFIX}MaximumNumberOfInputLayer") == "2"
    alone = add_cube_ai(project(small_values()), request("10.2.0", network(analysis=NEW))).after
    after = update_network(alone, "network", Analysis(1, 1, 1, 1, 1)).after
    assert after.get(f"{PREFIX}MaximumNumberOfOutputLayer") == "1"
    assert after.get(f"{PREFIX}MaximumSizeOfOutputLayer") == "1"


def test_the_last_missing_analysis_makes_the_project_ready() -> None:
    networks = (network("a", analysis=None), network("b", "b.tflite", analysis=None))
    document = add_cube_ai(project(small_values()), request("10.2.0", *networks)).after
    half = update_network(document, "a", NEW)
    assert half.after.get(f"{PREFIX}ReadyForCodeGeneration") == "false"
    assert f"{PREFIX}ActivationBufferSizeList" not in half.after
    assert half.notes == ("b has no analysis yet: CubeMX generates no code before",)
    done = update_network(half.after, "b", NEW)
    assert done.notes == ()
    assert done.after.get(f"{PREFIX}ReadyForCodeGeneration") == "true"
    assert done.after.get(f"{PREFIX}ActivationBufferSizeList") == "5000,5000"
    listed = (done.after.get(f"{PREFIX}IPParameters") or "").split(",")
    present = {key.removeprefix(PREFIX) for key in done.after.starting(PREFIX)}
    assert set(listed) == {name for name in present if not name.endswith(("_Checked", "IPParameters"))}


def test_adding_with_and_updating_to_an_analysis_give_the_same_values() -> None:
    late = add_cube_ai(project(small_values()), request("10.2.0", network(analysis=None))).after
    late = update_network(late, "network", NEW).after
    early = add_cube_ai(project(small_values()), request("10.2.0", network(analysis=NEW))).after
    order = f"{PREFIX}IPParameters"
    assert set((late.get(order) or "").split(",")) == set((early.get(order) or "").split(","))
    assert {k: v for k, v in late.items() if k != order} == {
        k: v for k, v in early.items() if k != order
    }


def test_a_pool_under_another_name_is_kept() -> None:
    document = two_networks()
    document.set(f"{PREFIX}ActivationSizes", "AI_OWN_SIZE")
    document.set(f"{PREFIX}ActivationNames", "own_pool")
    edit = update_network(document, "b", NEW)
    assert edit.after.get(f"{PREFIX}ActivationSizes") == "AI_OWN_SIZE"
    assert edit.after.get(f"{PREFIX}ActivationNames") == "own_pool"


def test_no_pack_no_network() -> None:
    with pytest.raises(UsageError, match="no X-CUBE-AI"):
        update_network(project(small_values()), "network", NEW)
    with pytest.raises(UsageError, match="'c'") as error:
        update_network(two_networks(), "c", NEW)
    assert error.value.hint == "its networks: a, b"


def test_damaged_projects_are_typed_errors() -> None:
    document = two_networks()
    document.set(f"{PREFIX}ModelNameList", "a")
    with pytest.raises(IocFormatError, match="2 slots, 1 names"):
        update_network(document, "b", NEW)
    data = two_networks().to_bytes().replace(b"File.Version", b"=======\nFile.Version")
    with pytest.raises(IocEditError):
        update_network(IocDocument.parse(data), "b", NEW)


@pytest.mark.corpus
def test_the_figures_that_a_real_project_has_change_nothing(corpus: Path) -> None:
    """So the sums are computed as CubeMX does: external memory, five networks, the NPU included."""
    checked = 0
    for path in ioc_files(corpus):
        document = IocDocument.read(path)
        found = installed_cube_ai(document)
        if found is None:
            continue
        request_ = answered_request(document)
        for one in request_.networks:
            assert one.analysis is not None
            edit = update_network(document, one.name, one.analysis)
            assert edit.changes == (), (path.name, one.name)
            checked += 1
    assert checked == 50


@pytest.mark.corpus
def test_real_projects_take_new_figures(corpus: Path) -> None:
    for path in ioc_files(corpus):
        document = IocDocument.read(path)
        found = installed_cube_ai(document)
        if found is None:
            continue
        edit = update_network(document, found.networks[-1].name, NEW)
        again = installed_cube_ai(edit.after)
        assert again is not None
        last = again.networks[-1]
        assert (last.macc, last.ram, last.flash) == (77, 5000, 99), path.name
        sizes = (edit.after.get(f"{again.instance}.ActivationBufferSizeList") or "").split(",")
        assert sizes == [str(one.ram) for one in again.networks]
        foreign = [c.key for c in edit.changes if not c.key.startswith(f"{found.instance}.")]
        assert foreign == [], path.name
