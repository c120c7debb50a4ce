"""``.cproject``: in every configuration what CubeMX would write, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ide_projects import builtin, cproject, cube_ai, defaults, entry, option

from cubeai_auto.cubemx.ide import IdeFormatError, OtherKindError, add_to_cproject, remove_from_cproject
from cubeai_auto.cubemx.ide.cdt import canonical_path, is_covered, read_cproject, runtimes_of
from cubeai_auto.cubemx.xmltext import parse_xml

LIBRARY = ":NetworkRuntime1020_CM4_GCC.a"


def listed(data: bytes, name: str, tool: str = "c.compiler") -> list[list[str]]:
    """The values of a list option, one list for each option of that class in the file."""
    return [
        [child.get("value") or "" for child in element.children]
        for element in parse_xml(data).root.walk()
        if element.name == "option"
        and (element.get("superClass") or "").endswith(f"{tool}.option.{name}")
    ]


def folders(data: bytes) -> list[list[str]]:
    return [
        [child.get("name") or "" for child in element.children]
        for element in parse_xml(data).root.walk()
        if element.name == "sourceEntries"
    ]


def test_every_configuration_gets_all() -> None:
    edit = add_to_cproject(cproject(), cube_ai())
    paths = [
        "../Core/Inc",
        "../Drivers/Inc",
        "../X-CUBE-AI/App",
        "../X-CUBE-AI",
        "../Middlewares/ST/AI/Inc",
    ]
    assert listed(edit.after, "includepaths") == [paths, paths]
    assert listed(edit.after, "includepaths", "cpp.compiler") == []
    assert listed(edit.after, "directories", "c.linker") == [["../Middlewares/ST/AI/Lib"]] * 2
    assert listed(edit.after, "libraries", "c.linker") == [[LIBRARY]] * 2
    assert folders(edit.after) == [["X-CUBE-AI", "Core", "Drivers"]] * 2
    assert edit.notes == ()
    keys = {change.key for change in edit.changes}
    assert {"Debug/libraries", "Release/library paths", "Debug/source folders"} <= keys
    assert "Release/defaults libraries" in keys


def test_new_lines_look_like_their_neighbors() -> None:
    before = cproject(newline="\r\n")
    after = add_to_cproject(before, cube_ai()).after
    assert after.count(b"\n") == after.count(b"\r\n")
    added = [line for line in after.split(b"\r\n") if line not in before.split(b"\r\n")]
    depths = {line.strip().split()[0]: len(line) - len(line.lstrip(b"\t")) for line in added}
    assert depths[b"<listOptionValue"] == 9
    assert depths[b"<option"] in {7, 8}
    assert depths[b"<entry"] == 6
    assert b"\t\t\t\t\t\t\t\t</option>\r\n\t\t\t\t\t\t\t\t<inputType" in after
    assert after.startswith(before[:100])
    assert not after.endswith(b"\n")


def test_everything_else_keeps_its_bytes() -> None:
    before = cproject()
    edit = add_to_cproject(before, cube_ai())
    position = 0
    for splice in edit.splices:
        assert splice.start >= position
        position = splice.end
    inserted = sum(len(splice.text) - (splice.end - splice.start) for splice in edit.splices)
    assert len(edit.after) - len(before) == inserted
    assert edit.before == before


def test_options_have_ids_of_their_own_that_do_not_vary() -> None:
    once, twice = (add_to_cproject(cproject(), cube_ai()).after for _ in range(2))
    assert once == twice
    ids = [e.get("id") for e in parse_xml(once).root.walk() if e.name == "option"]
    assert len(ids) == len(set(ids))
    for name in ids:
        assert name is not None
        assert name.rpartition(".")[2].isdigit()


def test_a_taken_id_is_not_given_again() -> None:
    first = add_to_cproject(cproject(), cube_ai()).after
    taken = next(
        (e.get("id") or "").rpartition(".")[2]
        for e in parse_xml(first).root.walk()
        if (e.get("superClass") or "").endswith("linker.option.libraries")
    )
    again = add_to_cproject(
        cproject().replace(b'"blinky.null.5"', b'"blinky.null.%s"' % taken.encode()), cube_ai()
    )
    assert f"libraries.{taken}".encode() not in again.after
    assert f"libraries.{int(taken) + 1}".encode() in again.after


def test_adding_again_changes_nothing() -> None:
    for additions in (cube_ai(), builtin(), replace(cube_ai(), generated=False)):
        once = add_to_cproject(cproject(), additions).after
        assert add_to_cproject(once, additions).splices == ()


def test_the_built_in_engine_adds_sources_and_headers_only() -> None:
    edit = add_to_cproject(cproject(), builtin())
    assert b"NetworkRuntime" not in edit.after
    assert b"directories" not in edit.after
    assert listed(edit.after, "includepaths")[0][-1] == "../AI/digits"
    assert folders(edit.after)[0] == ["AI/digits", "Core", "Drivers"]
    # CubeMX did not generate this: its own memory must not name it.
    assert defaults().encode() in edit.after


def test_the_memory_of_generated_defaults_names_it() -> None:
    after = add_to_cproject(cproject(), cube_ai()).after.decode()
    value = next(
        e.get("value")
        for e in parse_xml(after.encode()).root.walk()
        if (e.get("id") or "").find("defaults") > 0
    )
    fields = (value or "").split(" || ")
    assert len(fields) == 28
    assert (
        fields[10]
        == "../Core/Inc | ../Drivers/Inc | ../X-CUBE-AI/App | ../X-CUBE-AI | ../Middlewares/ST/AI/Inc"
    )
    assert fields[15] == "X-CUBE-AI | Drivers | Core"
    assert fields[17] == "../Middlewares/ST/AI/Lib/NetworkRuntime1020_CM4_GCC.a"


@pytest.mark.parametrize("memory", [defaults(fields=27), "something || else", ""])
def test_another_form_of_the_memory_is_left_alone(memory: str) -> None:
    edit = add_to_cproject(cproject(memory=memory), cube_ai())
    assert f'value="{memory}"'.encode() in edit.after
    assert not any("defaults" in change.key for change in edit.changes)


def test_cpp_projects_have_both_compilers_and_the_other_linker() -> None:
    before = cproject(cpp=True)
    edit = add_to_cproject(before, cube_ai())
    for tool in ("c.compiler", "cpp.compiler"):
        assert listed(edit.after, "includepaths", tool)[0][-1] == "../Middlewares/ST/AI/Inc"
    assert listed(edit.after, "libraries", "cpp.linker") == [[LIBRARY]] * 2
    assert listed(edit.after, "libraries", "c.linker") == []
    assert remove_from_cproject(edit.after, cube_ai()).after == before


EMPTY = option("c.linker", "directories", "libPaths", [], number=51) + option(
    "c.linker", "libraries", "libs", [], number=52, label="Libraries (-l)"
)
OWN = option("c.linker", "directories", "libPaths", ["../lib"], number=51) + option(
    "c.linker", "libraries", "libs", ["dsp", ":other.a"], number=52
)


@pytest.mark.parametrize("linker", ["", EMPTY, OWN], ids=["none", "empty", "used"])
@pytest.mark.parametrize("cpp", [False, True])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_removing_gives_the_first_bytes(linker: str, cpp: bool, newline: str) -> None:
    if cpp:
        linker = linker.replace("tool.c.", "tool.cpp.")
    before = cproject(linker=linker, cpp=cpp, newline=newline)
    for additions in (cube_ai(), builtin(), cube_ai("8.1.0", "CM7", ("a", "b"))):
        edit = add_to_cproject(before, additions)
        assert edit.after != before
        assert remove_from_cproject(edit.after, additions, edit.changes).after == before


def test_an_empty_option_is_filled_and_emptied() -> None:
    edit = add_to_cproject(cproject(linker=EMPTY), cube_ai())
    assert edit.after.count(b"option.libraries.") == cproject(linker=EMPTY).count(b"option.libraries.")
    assert b'IS_VALUE_EMPTY="true"' not in edit.after
    assert listed(edit.after, "libraries", "c.linker") == [[LIBRARY]] * 2


def test_values_of_a_user_stay() -> None:
    edit = add_to_cproject(cproject(linker=OWN), cube_ai())
    assert listed(edit.after, "libraries", "c.linker")[0] == ["dsp", ":other.a", LIBRARY]
    back = remove_from_cproject(edit.after, cube_ai())
    assert listed(back.after, "libraries", "c.linker")[0] == ["dsp", ":other.a"]


OLD = option("c.linker", "libraries", "libs", [":NetworkRuntime810_CM4_GCC.a"], number=52)


def test_another_version_gives_way_and_returns() -> None:
    before = cproject(linker=OLD)
    edit = add_to_cproject(before, cube_ai())
    assert listed(edit.after, "libraries", "c.linker") == [[LIBRARY]] * 2
    assert any("was replaced" in note and "NetworkRuntime810" in note for note in edit.notes)
    assert remove_from_cproject(edit.after, cube_ai(), edit.changes).after == before
    assert listed(remove_from_cproject(edit.after, cube_ai()).after, "libraries", "c.linker") == []


def test_configurations_that_differ_are_reported() -> None:
    edit = add_to_cproject(cproject(linker=OLD, release_linker=""), cube_ai())
    (note,) = [note for note in edit.notes if "different" in note]
    assert "Debug: NetworkRuntime810_CM4_GCC.a; Release: none" in note
    _, found = read_cproject(cproject(linker=OLD, release_linker=""))
    assert [[r.digits for r in runtimes_of(c)] for c in found] == [["810"], []]


def test_what_a_user_did_after_adding_stays() -> None:
    before = cproject()
    edit = add_to_cproject(before, cube_ai())
    later = edit.after.replace(
        b'value="../Drivers/Inc"/>',
        b'value="../Drivers/Inc"/><listOptionValue builtIn="false" value="../Mine"/>',
    )
    expected = before.replace(
        b'value="../Drivers/Inc"/>',
        b'value="../Drivers/Inc"/><listOptionValue builtIn="false" value="../Mine"/>',
    )
    assert later != edit.after
    assert remove_from_cproject(later, cube_ai(), edit.changes).after == expected


def test_without_a_record_only_what_was_added_once_is_taken() -> None:
    before = cproject(includes=("../Core/Inc", "../X-CUBE-AI"))
    edit = add_to_cproject(before, cube_ai())
    assert remove_from_cproject(edit.after, cube_ai(), edit.changes).after == before
    assert listed(remove_from_cproject(edit.after, cube_ai()).after, "includepaths")[0] == [
        "../Core/Inc"
    ]


@pytest.mark.parametrize(
    "value",
    [
        "../X-CUBE-AI/App",
        "&quot;../X-CUBE-AI/App&quot;",
        "..\\X-CUBE-AI\\App",
        ".././X-CUBE-AI/App/",
        "${ProjDirPath}/X-CUBE-AI/App",
        "${workspace_loc:/${ProjName}/X-CUBE-AI/App}",
        "&quot;${workspace_loc:/blinky/X-CUBE-AI/App}&quot;",
    ],
)
def test_a_path_is_known_in_every_spelling(value: str) -> None:
    edit = add_to_cproject(cproject(includes=[value]), cube_ai())
    added = [c.after for c in edit.changes if c.key == "Debug/include paths C"]
    assert added == ["../X-CUBE-AI", "../Middlewares/ST/AI/Inc"]


def test_another_project_s_path_is_another_path() -> None:
    assert canonical_path("${workspace_loc:/other/X}", "blinky") == "${workspace_loc:/other/X}"
    assert canonical_path("", "blinky") == ""


@pytest.mark.parametrize(
    ("entries", "covered"),
    [
        (None, True),
        ("", True),
        (entry(""), True),
        (entry("", "Inc|Src|Startup"), True),
        (entry("", "Inc|AI"), False),
        (entry("", "AI/digits"), False),
        (entry("", "AI/*"), False),
        (entry("", "AI/digits/old.c"), True),
        (entry("AI"), True),
        (entry("AI", "digits"), False),
        (entry("AI/digits"), True),
        (entry("AI/digits2") + entry("Core"), False),
    ],
)
def test_source_folders_are_added_where_none_has_them(entries: str | None, covered: bool) -> None:
    before = cproject(entries=entries)
    edit = add_to_cproject(before, builtin())
    added = [change for change in edit.changes if change.key.endswith("source folders")]
    assert bool(added) is not covered
    _, configurations = read_cproject(edit.after)
    assert is_covered(configurations[0].source_entries, "AI/digits")
    assert remove_from_cproject(edit.after, builtin(), edit.changes).after == before


def test_excluded_sources_are_reported() -> None:
    edit = add_to_cproject(cproject(entries=entry("AI/digits", "digits.c")), builtin())
    assert "Debug excludes from the build: AI/digits/digits.c" in edit.notes


def test_blanks_and_marks_in_a_path_are_quoted() -> None:
    edit = add_to_cproject(cproject(), builtin("my AI/sub (2)"))
    assert b'value="&quot;../my AI/sub (2)&quot;"' in edit.after
    assert add_to_cproject(edit.after, builtin("my AI/sub (2)")).splices == ()
    assert remove_from_cproject(edit.after, builtin("my AI/sub (2)")).after == cproject()


def test_the_library_is_compared_with_the_processor() -> None:
    notes = add_to_cproject(cproject(mcu="STM32H743ZITx", abi="soft"), cube_ai()).notes
    assert "Debug: STM32H743ZITx has a CM7, the library is for CM4" in notes
    assert any("float ABI soft" in note for note in notes)
    assert add_to_cproject(cproject(mcu="STM32H747XIHx"), cube_ai()).notes == ()
    assert add_to_cproject(cproject(mcu="STM32F030R8Tx", abi="soft"), cube_ai(core="CM0")).notes == ()
    assert add_to_cproject(cproject(mcu="unknown"), cube_ai()).notes == ()
    assert add_to_cproject(cproject(mcu="STM32H743ZITx"), builtin()).notes == ()


def test_tools_of_single_folders_are_not_touched() -> None:
    after = add_to_cproject(cproject(), cube_ai()).after
    for line in cproject().splitlines():
        if b"77" in line:
            assert line in after


def test_a_compiler_without_include_paths_gets_the_option() -> None:
    bare = option(
        "c.compiler", "includepaths", "includePath", ["../Core/Inc", "../Drivers/Inc"], number=1001
    )
    before = cproject().replace(bare.encode(), b"", 1)
    assert before != cproject()
    edit = add_to_cproject(before, builtin())
    assert listed(edit.after, "includepaths") == [
        ["../AI/digits"],
        ["../Core/Inc", "../Drivers/Inc", "../AI/digits"],
    ]
    assert b'useByScannerDiscovery="false" valueType="includePath"' in edit.after
    assert remove_from_cproject(edit.after, builtin(), edit.changes).after == before


def test_what_is_no_cubeide_build_is_named() -> None:
    with pytest.raises(OtherKindError, match="managed build"):
        add_to_cproject(b"<cproject/>", cube_ai())
    with pytest.raises(OtherKindError, match="managed build"):
        add_to_cproject(cproject().replace(b"com.st.stm32cube.ide", b"fr.ac6.managedbuild"), cube_ai())
    no_compiler = cproject().replace(b"tool.c.compiler", b"tool.c.other")
    with pytest.raises(IdeFormatError, match="no compiler"):
        add_to_cproject(no_compiler, cube_ai())
    no_linker = cproject().replace(b"tool.c.linker", b"tool.c.other")
    with pytest.raises(IdeFormatError, match="no linker"):
        add_to_cproject(no_linker, cube_ai())
    assert add_to_cproject(no_linker, builtin()).changes


VALUES = st.lists(
    st.sampled_from(
        [
            "../Core/Inc",
            "../X-CUBE-AI",
            "../X-CUBE-AI/App",
            "dsp",
            ":NetworkRuntime730_CM4_GCC.a",
            LIBRARY,
        ]
    ),
    max_size=4,
    unique=True,
)


@given(
    includes=VALUES,
    libraries=VALUES,
    named=st.booleans(),
    cpp=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=50, deadline=None)
def test_adding_is_idempotent_and_undone(
    includes: list[str], libraries: list[str], named: bool, cpp: bool, newline: str
) -> None:
    linker = option(
        "cpp.linker" if cpp else "c.linker",
        "libraries",
        "libs",
        libraries,
        number=60,
        label="Libraries" if named else "",
    )
    before = cproject(includes=includes, linker=linker, cpp=cpp, newline=newline)
    for additions in (cube_ai(), builtin()):
        edit = add_to_cproject(before, additions)
        assert add_to_cproject(edit.after, additions).after == edit.after
        assert remove_from_cproject(edit.after, additions, edit.changes).after == before
        parse_xml(edit.after)
