"""What holds for every project and every request: nothing else moves, twice is once, no crash."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cubemx_projects import (
    CONTEXT_FILES,
    answered_request,
    ioc_files,
    n6_values,
    network,
    project,
    request,
    small_values,
)

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.names import PackVersion, UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.request import AddRequest, Analysis, ModelKind, NetworkRequest
from cubeai_auto.cubemx.cube_ai.update import update_network
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, RowList, read_rows
from cubeai_auto.errors import CubeAIError

AI_PINS = "VP_STMicroelectronics.X-CUBE-AI_VS_"
PACKS = ("5.0.0", "5.1.2", "5.2.0", "6.0.0", "7.0.0", "7.1.0", "7.2.0", "7.3.0", "8.0.0", "8.1.0",
         "9.0.0", "9.1.0", "10.0.0", "10.1.0", "10.2.0", "11.0.0")  # fmt: skip
MODELS: list[tuple[str, ModelKind]] = [
    ("net.tflite", "TFLITE"),
    ("models/net 2.tflite", "TFLITE"),
    ("C:\\Users\\J\u00e4ger\\net.h5", "KERAS"),
    ("/home/u/#1=2!.onnx", "ONNX"),
]

counts = st.integers(0, 10**9)
layers = st.integers(1, 4)
analyses = st.builds(Analysis, counts, counts, counts, layers, layers)
names = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True).map(lambda text: f"n_{text}")


@st.composite
def requests(draw: st.DrawFn) -> AddRequest:
    networks = []
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        model, kind = draw(st.sampled_from(MODELS))
        networks.append(NetworkRequest(name, model, kind, analysis=draw(st.none() | analyses)))
    return AddRequest(
        draw(st.sampled_from(PACKS)),
        tuple(networks),
        application=draw(st.sampled_from([None, "ApplicationTemplate"])),
        heap=draw(st.none() | st.integers(0, 0x10000)),
        stack=draw(st.none() | st.integers(0, 0x10000)),
        caches=draw(st.booleans()),
        switches=draw(st.sampled_from(["both", "global", "slot"])),
    )


def with_uart(wanted: AddRequest, application: str, uart: str) -> AddRequest:
    return AddRequest(
        wanted.pack, wanted.networks, application=application, uart=uart, switches=wanted.switches
    )


@functools.cache
def _document(path: Path) -> IocDocument:
    return IocDocument.read(path)


@pytest.fixture(scope="session")
def free_projects(corpus: Path) -> list[tuple[str, IocDocument]]:
    """The real single-context projects without X-CUBE-AI, board files included."""
    found = []
    for path in ioc_files(corpus):
        if not any(part in path.name for part in CONTEXT_FILES):
            document = _document(path)
            if installed_cube_ai(document) is None:
                found.append((path.name, document))
    return found


def is_subsequence(some: tuple[str, ...], every: tuple[str, ...]) -> bool:
    rest = iter(every)
    return all(row in rest for row in some)


def new_rows(edit: Edit, rows: RowList) -> list[str]:
    before = list(read_rows(edit.before, rows))
    return [row for row in read_rows(edit.after, rows) if row not in before]


def calls_of(document: IocDocument) -> str:
    return document.get("ProjectManager.functionlistsort") or ""


def check_only_declared(edit: Edit, wanted: AddRequest) -> None:
    """Pins, peripherals and packs keep their order; every changed key is one that add may change."""
    version = PackVersion.parse(wanted.pack)
    pack = f"STMicroelectronics.X-CUBE-AI.{wanted.pack}"
    for rows in (PINS, IPS, THIRD_PARTIES):
        assert is_subsequence(read_rows(edit.before, rows), read_rows(edit.after, rows))
    assert new_rows(edit, THIRD_PARTIES) == [pack]
    assert new_rows(edit, IPS) in (["CRC"] if version.needs_crc else [[]], [])  # type: ignore[comparison-overlap]
    pins = [
        pin for pin in new_rows(edit, PINS) if not pin.startswith("VP_STMicroelectronics.X-CUBE-AI_VS_")
    ]
    assert pins == (["VP_CRC_VS_CRC"] if new_rows(edit, IPS) else [])
    allowed = {"ProjectManager.HeapSize", "ProjectManager.StackSize"}
    if wanted.application is not None or new_rows(edit, IPS):
        allowed.add("ProjectManager.functionlistsort")
    if wanted.caches and "CORTEX_M7" in read_rows(edit.before, IPS):
        allowed |= {f"CORTEX_M7.{name}" for name in ("CPU_ICache", "CPU_DCache", "IPParameters")}
    if new_rows(edit, IPS):
        allowed |= {"VP_CRC_VS_CRC.Mode", "VP_CRC_VS_CRC.Signal"}
    numbered = (PINS, THIRD_PARTIES, *((IPS,) if new_rows(edit, IPS) else ()))
    for change in edit.changes:
        key = change.key
        row = any(
            key == rows.counter or key.removeprefix(rows.prefix).split("_")[0].isdigit()
            for rows in numbered
            if key.startswith(rows.prefix)
        )
        own = key.startswith((f"{pack}.", f"{pack}_SwParameter", AI_PINS))
        assert row or own or key in allowed, key


@pytest.mark.corpus
@given(data=st.data(), wanted=requests())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_real_project_takes_every_request(
    free_projects: list[tuple[str, IocDocument]], data: st.DataObject, wanted: AddRequest
) -> None:
    _, document = data.draw(st.sampled_from(free_projects), label="project")
    bytes_before = document.to_bytes()
    edit = add_cube_ai(document, wanted)
    assert document.to_bytes() == bytes_before
    check_only_declared(edit, wanted)
    assert edit.after.canonical == document.canonical
    found = installed_cube_ai(edit.after)
    assert found is not None
    assert (found.pack, found.application) == (wanted.pack, wanted.application)
    asked = [(one.name, one.model, one.kind, one.analysis is not None) for one in wanted.networks]
    assert [(one.name, one.path, one.kind, one.analyzed) for one in found.networks] == asked
    assert found.orphan_slots == ()
    listed = {*found.parameters}
    present = {
        key.removeprefix(f"{found.instance}.") for key in edit.after.starting(f"{found.instance}.")
    }
    assert listed == {name for name in present if not name.endswith(("_Checked", "IPParameters"))}
    again = add_cube_ai(edit.after, wanted)
    assert again.changes == ()
    assert again.after.to_bytes() == edit.after.to_bytes()


@pytest.mark.corpus
def test_adding_network_by_network_gives_the_same_parameters(
    free_projects: list[tuple[str, IocDocument]],
) -> None:
    one, two = (
        network("one"),
        network("two", "two.onnx", kind="ONNX", analysis=Analysis(5, 9000, 1, 2, 2)),
    )
    for _, document in free_projects:
        together = add_cube_ai(document, request("10.2.0", one, two)).after
        apart = add_cube_ai(
            add_cube_ai(document, request("10.2.0", one)).after, request("10.2.0", two)
        ).after
        order = "STMicroelectronics.X-CUBE-AI.10.2.0.IPParameters"
        assert {*(together.get(order) or "").split(",")} == {*(apart.get(order) or "").split(",")}
        together.set(order, apart.get(order) or "")
        assert together.to_bytes() == apart.to_bytes()


@pytest.mark.corpus
def test_what_a_real_project_has_is_not_added_again(corpus: Path) -> None:
    checked = 0
    for path in ioc_files(corpus):
        document = _document(path)
        if installed_cube_ai(document) is None:
            continue
        edit = add_cube_ai(document, answered_request(document))
        assert edit.changes == (), path.name
        assert edit.after.to_bytes() == path.read_bytes(), path.name
        checked += 1
    assert checked == 37


@pytest.mark.corpus
def test_uarts_of_real_projects(free_projects: list[tuple[str, IocDocument]]) -> None:
    """Where both pins are there the application takes the UART; where not it is refused."""
    taken = refused = 0
    for name, document in free_projects:
        for uart in ("USART1", "USART2", "USART3", "LPUART1", "UART4", "USART6"):
            wanted = with_uart(request("10.2.0"), "SystemPerformance", uart)
            signals = {document.get(key) for key in document.keys if key.endswith(".Signal")}
            there = {f"{uart}_TX", f"{uart}_RX"} <= signals and uart in read_rows(document, IPS)
            if not there or f"-{uart}-false-LL-" in calls_of(document):
                with pytest.raises(UnsupportedProjectError, match=uart):
                    add_cube_ai(document, wanted)
                refused += 1
                continue
            edit = add_cube_ai(document, wanted)
            found = installed_cube_ai(edit.after)
            assert found is not None
            assert found.uart is not None
            assert found.uart.instance == uart
            for call in calls_of(edit.after).split(","):
                assert f"-{uart}-" not in call or "-true-HAL-false" in call, name
            taken += 1
    assert taken >= 5
    assert refused >= 5


@pytest.mark.corpus
@pytest.mark.parametrize("part", ["H72_Discovery", "M13_Discovery"])
def test_other_divided_real_projects_are_refused(corpus: Path, part: str) -> None:
    path = next(path for path in ioc_files(corpus) if part in path.name)
    with pytest.raises(UnsupportedProjectError):
        add_cube_ai(_document(path), request())


GARBAGE = ["", "0", "-1", ",", ";;", "0x", "\u00e9" * 3, "a" * 300, "1.2.3", "-", "true", "\\"]

ATTACKED = ("Mcu", "ST", "Pro", "VP", "COR", "App", "MxC")


def survives(action: Callable[[], object]) -> None:
    with contextlib.suppress(CubeAIError):
        action()


@pytest.mark.parametrize("values", [small_values(ips=("CORTEX_M7", "USART2")), n6_values()])
@pytest.mark.parametrize("installed", [False, True])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_projects_give_typed_errors_only(
    values: dict[str, str], installed: bool, data: st.DataObject
) -> None:
    document = project(values)
    if installed:
        document = add_cube_ai(
            document, request("10.1.0", network("a"), application="ApplicationTemplate")
        ).after
    keys = [
        key for key in document.keys if key.startswith(("Mcu", "ST", "Pro", "VP", "COR", "App", "MxC"))
    ]
    for key in data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=4, unique=True)):
        if data.draw(st.booleans()):
            document.delete(key)
        else:
            document.set(key, data.draw(st.sampled_from(GARBAGE)))
    before = document.to_bytes()
    pack = data.draw(st.sampled_from(["8.1.0", "10.1.0"]))
    survives(lambda: installed_cube_ai(document))
    survives(lambda: add_cube_ai(document, request(pack, network("a"), network("b", "b.tflite"))))
    survives(lambda: add_cube_ai(document, request(pack, application="Validation", uart="USART2")))
    survives(lambda: update_network(document, "a", Analysis(1, 2, 3, 4, 5)))
    assert document.to_bytes() == before


@pytest.mark.corpus
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_truncated_and_spliced_real_files_give_typed_errors_only(
    corpus: Path, data: st.DataObject
) -> None:
    content = data.draw(st.sampled_from(ioc_files(corpus))).read_bytes()
    start, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 400))
    noise = data.draw(st.binary(max_size=8))
    damaged = content[:start] + noise + (b"" if data.draw(st.booleans()) else content[start + length :])

    def work() -> None:
        document = IocDocument.parse(damaged)
        found = installed_cube_ai(document)
        name = found.networks[0].name if found is not None and found.networks else "network"
        pack = found.pack if found is not None and found.version.known else "8.1.0"
        survives(lambda: add_cube_ai(document, request(pack, network("another"))))
        survives(lambda: update_network(document, name, Analysis(1, 2, 3, 4, 5)))
        assert document.to_bytes() == damaged

    survives(work)


def test_files_are_the_same_on_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = add_cube_ai(project(small_values()), request()).after.to_bytes()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "HOME", str(tmp_path))
    assert add_cube_ai(project(small_values()), request()).after.to_bytes() == first
