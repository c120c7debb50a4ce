"""Removing: to the first bytes with the journal, cleanly without it, whatever happened in between."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_projects import ioc_document, ioc_text, row_problems, small_project

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.journal import Journal
from cubeai_auto.cubemx.cube_ai.names import PACK, UnsupportedProjectError
from cubeai_auto.cubemx.cube_ai.remove import remove_cube_ai
from cubeai_auto.cubemx.cube_ai.request import AddRequest, Analysis, NetworkRequest
from cubeai_auto.cubemx.cube_ai.update import update_network
from cubeai_auto.cubemx.cube_ai.upgrade import upgrade_cube_ai
from cubeai_auto.cubemx.document import IocDocument, IocEditError, IocFormatError
from cubeai_auto.cubemx.edit import Edit, key_changes
from cubeai_auto.cubemx.functions import parse_functions, render_functions
from cubeai_auto.cubemx.linting import lint
from cubeai_auto.cubemx.rows import IPS, PINS, read_rows, write_rows
from cubeai_auto.errors import CubeAIError

FUNCTIONS = "ProjectManager.functionlistsort"
ALGOBUILD = "STMicroelectronics.X-CUBE-ALGOBUILD.1.4.0"
BYTE_FOR_BYTE = "the file is byte for byte what it was before X-CUBE-AI was added"


def request(pack: str = "8.1.0", application: str | None = None) -> AddRequest:
    networks = (NetworkRequest("network", "model.tflite", "TFLITE", None, Analysis(1, 2, 3, 1, 1)),)
    uart = "USART2" if application in {"Validation", "SystemPerformance"} else None
    return AddRequest(pack, networks, application, heap=0x1000, stack=0x1000, uart=uart)


def added(
    before: IocDocument, pack: str = "8.1.0", application: str | None = None
) -> tuple[Edit, Journal]:
    """What add makes, and its journal after a way through its file."""
    edit = add_cube_ai(before, request(pack, application))
    return edit, Journal.parse(Journal.of(edit, pack).to_json())


def reread(document: IocDocument) -> IocDocument:
    return IocDocument.parse(document.to_bytes())


def no_trace(document: IocDocument) -> bool:
    return re.search(rb"X.CUBE.AI(?!-demo)|XAaCUBE", document.to_bytes()) is None


def insert_row(document: IocDocument, rows: str, place: int, value: str) -> None:
    listed = {"pins": PINS, "ips": IPS}[rows]
    present = read_rows(document, listed)
    write_rows(document, listed, (*present[:place], value, *present[place:]))


@pytest.mark.parametrize(
    "application", [None, "ApplicationTemplate", "SystemPerformance", "Validation"]
)
@pytest.mark.parametrize("pack", ["5.0.0", "5.2.0", "6.0.0", "7.1.0", "8.1.0", "9.0.0", "10.2.0"])
@pytest.mark.parametrize("m7", [False, True])
def test_the_journal_gives_the_first_bytes_back(pack: str, application: str | None, m7: bool) -> None:
    before = ioc_document(small_project(m7=m7))
    edit, journal = added(before, pack, application)
    assert edit.changes
    result = remove_cube_ai(reread(edit.after), journal)
    assert result.after.to_bytes() == before.to_bytes()
    assert result.notes == (BYTE_FOR_BYTE,)
    assert result.before.to_bytes() == edit.after.to_bytes()


@pytest.mark.parametrize("application", [None, "Validation"])
@pytest.mark.parametrize("m7", [False, True])
@pytest.mark.parametrize("extended", [False, True])
def test_after_an_upgrade_too(application: str | None, m7: bool, extended: bool) -> None:
    before = ioc_document(small_project(m7=m7))
    edit, journal = added(before, "5.2.0", application)
    for version in ("7.1.0", "8.1.0", "10.2.0"):
        edit = upgrade_cube_ai(reread(edit.after), version)
        journal = journal.then(edit) if extended else journal
    edit = update_network(reread(edit.after), "network", Analysis(5, 6, 7, 2, 2))
    journal = journal.then(edit) if extended else journal
    result = remove_cube_ai(reread(edit.after), journal)
    assert result.after.to_bytes() == before.to_bytes()
    assert result.notes == (BYTE_FOR_BYTE,)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("unsorted", [True, False])
def test_files_in_other_forms_come_back_too(newline: str, final: bool, unsorted: bool) -> None:
    text = ioc_text(small_project(m7=True), newline=newline, final=final)
    if unsorted:
        head, *lines = text.split(newline.encode())
        text = newline.encode().join(
            [b"#Copyright (c) 2021", head, *lines[9:-1], *lines[:9], lines[-1]]
        )
    before = IocDocument.parse(text)
    assert before.canonical is not unsorted
    edit, journal = added(before, "8.1.0", "Validation")
    assert remove_cube_ai(reread(edit.after), journal).after.to_bytes() == text
    upgrade = upgrade_cube_ai(reread(edit.after), "10.2.0")
    assert remove_cube_ai(reread(upgrade.after), journal).after.to_bytes() == text


def test_board_files_without_counters_sizes_and_function_list() -> None:
    values = small_project(m7=True)
    for key in (
        "Mcu.ThirdPartyNb",
        "ProjectManager.HeapSize",
        "ProjectManager.StackSize",
        FUNCTIONS,
        "CORTEX_M7.IPParameters",
        "CORTEX_M7.CPU_ICache",
        "CORTEX_M7.CPU_DCache",
    ):
        del values[key]
    before = ioc_document(values)
    edit, journal = added(before, "8.1.0")
    assert edit.after.get("Mcu.ThirdPartyNb") == "1"
    assert remove_cube_ai(edit.after, journal).after.to_bytes() == before.to_bytes()
    upgrade = upgrade_cube_ai(edit.after, "9.1.0")
    assert remove_cube_ai(upgrade.after, journal).after.to_bytes() == before.to_bytes()


def test_without_a_journal_the_notes_say_what_stays() -> None:
    before = ioc_document(small_project(m7=True))
    edit, _ = added(before, "8.1.0", "Validation")
    result = remove_cube_ai(edit.after)
    assert no_trace(result.after)
    assert not row_problems(result.after)
    assert result.after.canonical
    assert result.notes == (
        "not restored: heap 0x1000",
        "not restored: stack 0x1000",
        "not restored: the CRC unit (enabled)",
        "not restored: CPU_ICache of the Cortex-M7 (enabled)",
        "not restored: CPU_DCache of the Cortex-M7 (enabled)",
        "not restored: the flags of MX_USART2_UART_Init (not called by main)",
        "not restored: Mcu.ThirdPartyNb (0)",
        "only the journal of the adding knows what these were before",
    )
    left = {change.key for change in key_changes(before, result.after)}
    assert left == {
        *("CORTEX_M7.CPU_DCache", "CORTEX_M7.CPU_ICache", "VP_CRC_VS_CRC.Mode", "VP_CRC_VS_CRC.Signal"),
        *("Mcu.IP1", "Mcu.IP2", "Mcu.IP3", "Mcu.IP4", "Mcu.IP5", "Mcu.IP6", "Mcu.IP7", "Mcu.IPNb"),
        *("Mcu.Pin4", "Mcu.Pin5", "Mcu.Pin6", "Mcu.PinsNb"),
        *("ProjectManager.HeapSize", "ProjectManager.StackSize", FUNCTIONS),
    }


def test_a_journal_that_begins_later_says_so() -> None:
    edit, _ = added(ioc_document(small_project()), "8.1.0")
    upgrade = upgrade_cube_ai(edit.after, "10.2.0")
    late = Journal.of(upgrade, "10.2.0")
    result = remove_cube_ai(upgrade.after, late)
    assert result.after.to_bytes() == remove_cube_ai(upgrade.after).after.to_bytes()
    assert "the journal begins when X-CUBE-AI was already there" in result.notes
    assert "not restored: heap 0x1000" in result.notes


def test_nothing_to_remove() -> None:
    document = ioc_document(small_project(crc=True))
    result = remove_cube_ai(document, drop_crc=True)
    assert result.changes == ()
    assert result.notes == ("the project has no X-CUBE-AI: nothing to remove",)


def test_values_changed_since_stay_and_are_reported() -> None:
    edit, journal = added(ioc_document(small_project(m7=True)), "8.1.0", "Validation")
    after = edit.after.copy()
    after.set("ProjectManager.HeapSize", "0x3000")
    after.delete("ProjectManager.StackSize")
    after.set("CORTEX_M7.CPU_ICache", "Disabled")
    functions = after.get(FUNCTIONS) or ""
    after.set(FUNCTIONS, functions.replace("USART2-true-HAL-false", "USART2-false-HAL-false"))
    result = remove_cube_ai(after, journal)
    assert result.after.get("ProjectManager.HeapSize") == "0x3000"
    assert result.after.get("ProjectManager.StackSize") is None
    assert "USART2-false-HAL-false" in (result.after.get(FUNCTIONS) or "")
    assert "VP_CRC_VS_CRC.Mode" not in result.after
    assert not row_problems(result.after)
    assert result.notes == (
        "ProjectManager.HeapSize was set to 0x1000 and is now 0x3000: left as it is",
        "ProjectManager.StackSize was set to 0x1000 and is now gone: left as it is",
        f"{FUNCTIONS}: the entry of USART2 was changed since: left as it is",
    )


def test_a_cache_that_somebody_set_otherwise_stays_listed() -> None:
    values = small_project(m7=True)
    for name in ("CORTEX_M7.CPU_ICache", "CORTEX_M7.CPU_DCache", "CORTEX_M7.IPParameters"):
        del values[name]
    values["CORTEX_M7.IPParameters"] = "default_mode_Activation"
    edit, journal = added(ioc_document(values))
    after = edit.after.copy()
    after.set("CORTEX_M7.CPU_ICache", "Disabled")
    result = remove_cube_ai(after, journal).after
    assert result.get("CORTEX_M7.IPParameters") == "default_mode_Activation,CPU_ICache"
    assert result.get("CORTEX_M7.CPU_ICache") == "Disabled"
    assert result.get("CORTEX_M7.CPU_DCache") is None


@pytest.mark.parametrize("setting", ["CRC.InputDataFormat", "VP_CRC_VS_CRC.Mode"])
def test_a_crc_unit_that_somebody_made_their_own_stays_whole(setting: str) -> None:
    edit, journal = added(ioc_document(small_project()), "8.1.0")
    after = edit.after.copy()
    after.set(setting, "CRC_INPUTDATA_FORMAT_WORDS")
    result = remove_cube_ai(after, journal)
    assert "CRC" in read_rows(result.after, IPS)
    assert "VP_CRC_VS_CRC" in read_rows(result.after, PINS)
    assert "-MX_CRC_Init-CRC-" in (result.after.get(FUNCTIONS) or "")
    assert result.after.get("ProjectManager.HeapSize") == "0x200"
    assert not row_problems(result.after)
    assert no_trace(result.after)
    assert result.notes == ("CRC stays: it has settings of its own by now",)


def shuffled_ranks(document: IocDocument) -> None:
    entries = parse_functions(document.get(FUNCTIONS) or "")
    texts = [f"{entry.rank + 3}-{entry.render().partition('-')[2]}" for entry in entries]
    document.set(FUNCTIONS, ",".join(texts))


def new_pin(place: int) -> Callable[[IocDocument], None]:
    def edit(document: IocDocument) -> None:
        insert_row(document, "pins", min(place, 4), f"PB{place}")
        document.set(f"PB{place}.Signal", "GPIO_Input")

    return edit


def new_timer(document: IocDocument) -> None:
    insert_row(document, "ips", read_rows(document, IPS).index("USART2"), "TIM8")
    pins = read_rows(document, PINS)
    insert_row(document, "pins", pins.index("VP_TIM3_VS_ClockSourceINT") + 1, "VP_TIM8_VS_no_output1")
    document.set("VP_TIM8_VS_no_output1.Mode", "Output")
    document.set("VP_TIM8_VS_no_output1.Signal", "TIM8_VS_no_output1")


def new_function(document: IocDocument) -> None:
    entries = parse_functions(document.get(FUNCTIONS) or "")
    new = parse_functions("4-MX_TIM8_Init-TIM8-false-HAL-true")
    document.set(FUNCTIONS, render_functions((*entries[:3], *new, *entries[3:])))


def new_pack(document: IocDocument) -> None:
    """CubeMX sorts the packs: the new one comes first, the others move down."""
    new = "EdgeImpulse.EI.1.0.0"
    rows = [key for key in document.keys if re.fullmatch(r"Mcu\.ThirdParty[0-9]+", key)]
    values = [document.get(key) or "" for key in rows]
    for number, value in enumerate([new, *values]):
        document.set(f"Mcu.ThirdParty{number}", value)
    document.set("Mcu.ThirdPartyNb", str(len(values) + 1))
    behind = read_rows(document, PINS).index("VP_TIM3_VS_ClockSourceINT") + 1
    insert_row(document, "pins", behind, "VP_EdgeImpulse.EI_VS_Inferencing_1.0.0")
    document.set("VP_EdgeImpulse.EI_VS_Inferencing_1.0.0.Mode", "Inferencing")


def new_cache_setting(document: IocDocument) -> None:
    names = document.get("CORTEX_M7.IPParameters") or ""
    document.set("CORTEX_M7.IPParameters", f"MPU_Control,{names}")
    document.set("CORTEX_M7.MPU_Control", "MPU_PRIVILEGED_DEFAULT")


def migrated(document: IocDocument) -> None:
    document.set("MxCube.Version", "6.15.0")
    document.set("CAD.formats", "")


STEPS: dict[str, Callable[[IocDocument], None]] = {
    "ranks": shuffled_ranks,
    "pin 0": new_pin(0),
    "pin 3": new_pin(3),
    "timer": new_timer,
    "function": new_function,
    "pack": new_pack,
    "cache": new_cache_setting,
    "migrated": migrated,
}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    names=st.lists(st.sampled_from(sorted(STEPS)), unique=True, max_size=5),
    pack=st.sampled_from(["5.1.2", "7.1.0", "8.1.0", "10.2.0"]),
    application=st.sampled_from([None, "ApplicationTemplate", "Validation"]),
    upgraded=st.sampled_from(["", "before", "after", "recorded"]),
)
def test_edits_in_between_stay_and_only_they(
    names: list[str], pack: str, application: str | None, upgraded: str
) -> None:
    """Add, then others' edits, then remove: the project with the others' edits alone."""
    before = ioc_document(small_project(m7=True))
    edit, journal = added(before, pack, application)
    expected, project = before.copy(), reread(edit.after)
    if upgraded == "before":
        project = upgrade_cube_ai(project, "11.0.0").after
    for name in names:
        STEPS[name](expected)
        STEPS[name](project)
    if upgraded in {"after", "recorded"}:
        last = upgrade_cube_ai(project, "11.0.0")
        project = last.after
        journal = journal.then(last) if upgraded == "recorded" else journal
    result = remove_cube_ai(reread(project), journal)
    assert dict(result.after.items()) == dict(expected.items())
    assert result.after.to_bytes() == expected.to_bytes()
    assert (BYTE_FOR_BYTE in result.notes) is (not names)


def test_packs_behind_it_move_up_with_what_belongs_to_them() -> None:
    before = ioc_document(
        small_project()
        | {
            "Mcu.ThirdParty0": ALGOBUILD,
            "Mcu.ThirdParty0_Instance": f"{ALGOBUILD}_Appli",
            "Mcu.ThirdParty0_ContextShortName": "Appli",
            "Mcu.ThirdPartyNb": "1",
        }
    )
    edit, journal = added(before, "10.2.0")
    assert edit.after.get("Mcu.ThirdParty1_Instance") == f"{ALGOBUILD}_Appli"
    assert edit.after.get("Mcu.ThirdParty0_Instance") is None
    for result in (remove_cube_ai(edit.after), remove_cube_ai(edit.after, journal)):
        assert result.after.get("Mcu.ThirdParty0_Instance") == f"{ALGOBUILD}_Appli"
        assert result.after.get("Mcu.ThirdParty0_ContextShortName") == "Appli"
        assert not result.after.starting("Mcu.ThirdParty1")
        assert result.after.get("Mcu.ThirdPartyNb") == "1"


def test_leftovers_of_a_pack_that_is_gone_are_removed() -> None:
    edit, _ = added(ioc_document(small_project()), "8.1.0", "ApplicationTemplate")
    damaged = edit.after.copy()
    damaged.delete("Mcu.ThirdParty0")
    damaged.set("Mcu.ThirdPartyNb", "0")
    damaged.set(f"{PACK}.7.1.0.HeapSize", "0x800")
    damaged.set(f"{PACK}.5.0.0_license", "text")
    assert installed_cube_ai(damaged) is None
    assert no_trace(remove_cube_ai(damaged).after)
    twice = edit.after.copy()
    twice.set("Mcu.ThirdParty1", f"{PACK}.9.0.0")
    twice.set("Mcu.ThirdPartyNb", "2")
    with pytest.raises(UnsupportedProjectError):
        installed_cube_ai(twice)
    assert no_trace(remove_cube_ai(twice).after)
    odd = edit.after.copy()
    odd.set("Mcu.ThirdParty0", f"{PACK}.newest")
    assert no_trace(remove_cube_ai(odd).after)


def test_names_of_the_user_that_sound_like_it_stay() -> None:
    before = ioc_document(
        small_project()
        | {"ProjectManager.ProjectName": "X-CUBE-AI-demo", "PA5.GPIO_Label": "X-CUBE-AI-demo"}
    )
    edit, _ = added(before)
    result = remove_cube_ai(edit.after)
    assert result.after.get("ProjectManager.ProjectName") == "X-CUBE-AI-demo"
    assert no_trace(result.after)
    named = edit.after.copy()
    named.set("PA5.GPIO_Label", f"see {PACK}")
    assert "PA5.GPIO_Label still names X-CUBE-AI" in remove_cube_ai(named).notes


@pytest.mark.parametrize(
    ("extra", "pack", "says"),
    [
        ({}, "8.1.0", "the CRC unit is switched off: nothing else was seen to use it"),
        ({"CRC.InputDataFormat": "x"}, "8.1.0", "the CRC unit stays: its own settings may need it"),
        ({"Mcu.IP7": "PDM2PCM", "Mcu.IPNb": "8"}, "8.1.0", "the CRC unit stays: PDM2PCM may need it"),
        ({"other": "pack"}, "8.1.0", f"the CRC unit stays: {ALGOBUILD} may need it"),
        ({}, "9.0.0", "the CRC unit stays: this X-CUBE-AI did not need it, so it was not its doing"),
    ],
)
def test_the_crc_unit_goes_only_on_request_and_without_other_users(
    extra: dict[str, str], pack: str, says: str
) -> None:
    values = small_project(crc=True)
    if "other" in extra:
        extra = {"Mcu.ThirdParty0": ALGOBUILD, "Mcu.ThirdPartyNb": "1"}
    edit, _ = added(ioc_document(values | extra), pack)
    result = remove_cube_ai(edit.after, drop_crc=True)
    assert says in result.notes
    assert not row_problems(result.after)
    kept = "stays" in says
    assert ("CRC" in read_rows(result.after, IPS)) is kept
    assert ("VP_CRC_VS_CRC" in read_rows(result.after, PINS)) is kept
    assert bool(result.after.starting("VP_CRC_VS_CRC.")) is kept
    assert ("MX_CRC_Init" in (result.after.get(FUNCTIONS) or "")) is kept
    assert "CRC" in read_rows(remove_cube_ai(edit.after).after, IPS), "by default it stays"


def test_damaged_files_are_refused() -> None:
    text = added(ioc_document(small_project()))[0].after.to_bytes()
    for odd in (text + b"=======\n", text + b"board=other\n"):
        with pytest.raises(IocEditError) as caught:
            remove_cube_ai(IocDocument.parse(odd))
        assert caught.value.hint
    with pytest.raises(IocFormatError, match=r"Mcu\.PinsNb"):
        remove_cube_ai(IocDocument.parse(text.replace(b"Mcu.PinsNb=8", b"Mcu.PinsNb=many")))


@functools.cache
def validation_text() -> bytes:
    return added(ioc_document(small_project(m7=True)), "7.1.0", "Validation")[0].after.to_bytes()


@settings(max_examples=120, derandomize=True, deadline=None)
@given(
    place=st.integers(0, 9000), cut=st.integers(0, 300), put=st.binary(max_size=8), use=st.booleans()
)
def test_mutated_projects_give_typed_errors_only(place: int, cut: int, put: bytes, use: bool) -> None:
    text = validation_text()
    place %= len(text)
    journal = added(ioc_document(small_project(m7=True)), "7.1.0", "Validation")[1] if use else None
    try:
        edit = remove_cube_ai(IocDocument.parse(text[:place] + put + text[place + cut :]), journal)
    except CubeAIError:
        return
    assert not [key for key in edit.after.keys if key.startswith(f"{PACK}.")]
    assert reread(edit.after).items() == edit.after.items()


def real_files(corpus: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted((corpus / "ioc").glob("*.ioc"))]


@pytest.mark.corpus
def test_every_real_project_without_it_is_clean(corpus: Path) -> None:
    removed = 0
    for name, text in real_files(corpus):
        document = IocDocument.parse(text)
        result = remove_cube_ai(document)
        if installed_cube_ai(document) is None:
            assert result.after.to_bytes() == text, name
            continue
        removed += 1
        assert re.search(rb"X.CUBE.AI(?!-)|XAaCUBE", result.after.to_bytes()) is None, name
        assert result.after.canonical == document.canonical, name
        assert row_problems(result.after) <= row_problems(document), name
        found = {finding.rule for finding in lint(result.after)}
        assert found <= {finding.rule for finding in lint(document)}, name
        assert f"not restored: heap {document.get('ProjectManager.HeapSize')}" in result.notes, name
        again = remove_cube_ai(result.after)
        assert again.changes == ()
    assert removed >= 37


@pytest.mark.corpus
def test_add_and_remove_is_the_identity_on_real_files(corpus: Path) -> None:
    """Files with the pack take part without it; files divided into contexts cannot be added to."""
    done, divided = 0, []
    for number, (name, text) in enumerate(real_files(corpus)):
        document = IocDocument.parse(text)
        if installed_cube_ai(document) is not None:
            document = reread(remove_cube_ai(document).after)
        pack = ("5.2.0", "7.1.0", "8.1.0", "9.1.0", "10.2.0")[number % 5]
        application = (None, "ApplicationTemplate", "Validation")[number % 3]
        try:
            edit, journal = added(document, pack, application)
        except UnsupportedProjectError:
            application = None  # no such UART
            try:
                edit, journal = added(document, pack)
            except UnsupportedProjectError:
                divided.append(name)
                continue
        done += 1
        result = remove_cube_ai(reread(edit.after), journal)
        assert result.after.to_bytes() == document.to_bytes(), name
        assert result.notes == (BYTE_FOR_BYTE,), name
        if pack != "10.2.0":
            upgrade = upgrade_cube_ai(reread(edit.after), "10.2.0")
            known = journal if number % 2 else journal.then(upgrade)
            result = remove_cube_ai(reread(upgrade.after), known)
            assert result.after.to_bytes() == document.to_bytes(), name
    assert done >= 53
    assert all(
        IocDocument.parse(text).get("Mcu.ContextNb") for n, text in real_files(corpus) if n in divided
    )


@pytest.mark.corpus
def test_the_form_with_contexts_comes_back_too(corpus: Path) -> None:
    document = IocDocument.read(next((corpus / "ioc").glob("*pairD-without.ioc")))
    edit, journal = added(document, "10.1.0", "ApplicationTemplate")
    assert "CACHEAXI" in read_rows(edit.after, IPS)
    assert remove_cube_ai(reread(edit.after), journal).after.to_bytes() == document.to_bytes()
    upgrade = upgrade_cube_ai(reread(edit.after), "10.2.0")
    result = remove_cube_ai(reread(upgrade.after), journal)
    assert result.after.to_bytes() == document.to_bytes()
    plain = remove_cube_ai(edit.after)
    assert "not restored: the AXI cache (enabled)" in plain.notes
    assert "X-CUBE-AI" not in (plain.after.get("Appli.IPs") or "")


@pytest.mark.corpus
@pytest.mark.parametrize("pair", ["B", "C", "D", "E", "F"])
def test_a_journal_of_what_cubemx_itself_added(corpus: Path, pair: str) -> None:
    """All that CubeMX and the user changed between two saved files goes back."""
    folder = corpus / "ioc"
    before = IocDocument.read(next(folder.glob(f"*pair{pair}-without.ioc")))
    after = IocDocument.read(next(folder.glob(f"*pair{pair}-with-*.ioc")))
    journal = Journal.of(Edit(before, after), "8.1.0")
    assert remove_cube_ai(after, journal).after.to_bytes() == before.to_bytes()


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("pair", "left"),
    [
        ("E", ["CORTEX_M7.CPU_DCache"]),
        (
            "F",
            [
                *("CORTEX_M7.CPU_DCache", "CORTEX_M7.CPU_ICache", "PH0-OSC_IN (PH0).Mode"),
                *("ProjectManager.HeapSize", "ProjectManager.StackSize"),
            ],
        ),
    ],
)
def test_without_a_journal_the_clean_pairs_differ_only_in_what_the_notes_say(
    corpus: Path, pair: str, left: list[str]
) -> None:
    """The mode of PH0 is not X-CUBE-AI's: CubeMX or the user added it in the same save."""
    folder = corpus / "ioc"
    before = IocDocument.read(next(folder.glob(f"*pair{pair}-without.ioc")))
    result = remove_cube_ai(IocDocument.read(next(folder.glob(f"*pair{pair}-with-*.ioc"))))
    assert [change.key for change in key_changes(before, result.after)] == left
    notes = " ".join(result.notes)
    for word in [
        key.rpartition(".")[2].removesuffix("Size").lower() for key in left if "PH0" not in key
    ]:
        assert word in notes.lower()
