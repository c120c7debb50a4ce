"""The root ``CMakeLists.txt``: one marked block, never in the generated file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ide_projects import CMAKE, GENERATED_CMAKE, builtin, cube_ai

from cubeai_auto import process
from cubeai_auto.cubemx.ide import IdeFormatError, OtherKindError, add_to_cmake, remove_from_cmake
from cubeai_auto.cubemx.ide.cmake import find_target
from cubeai_auto.cubemx.ide.cmakesyntax import commands_of

ENDS = {
    "lf": CMAKE,
    "crlf": CMAKE.replace("\n", "\r\n"),
    "no end": CMAKE.rstrip("\n"),
    "crlf, no end": CMAKE.rstrip("\n").replace("\n", "\r\n"),
    "empty lines": CMAKE + "\n\n\n",
    "mixed": CMAKE.replace("\n", "\r\n", 4),
}


@pytest.mark.parametrize("form", ENDS)
def test_the_block_is_added_once_and_leaves_no_trace(form: str) -> None:
    before = ENDS[form].encode()
    for additions in (cube_ai(), builtin()):
        edit = add_to_cmake(before, additions)
        assert edit.after.startswith(before)
        assert add_to_cmake(edit.after, additions).splices == ()
        assert remove_from_cmake(edit.after).after == before
        newer = add_to_cmake(edit.after, cube_ai("9.1.0"))
        assert newer.after == add_to_cmake(before, cube_ai("9.1.0")).after
        assert remove_from_cmake(newer.after).after == before
    if form == "crlf":
        assert edit.after.count(b"\n") == edit.after.count(b"\r\n")
    assert remove_from_cmake(before).splices == ()


def test_what_a_user_writes_below_stays() -> None:
    for form in ENDS.values():
        later = add_to_cmake(form.encode(), cube_ai()).after + b"\nset(MINE 1)\n"
        back = remove_from_cmake(later).after.decode()
        assert back.startswith(form.rstrip("\r\n"))
        assert [c.name for c in commands_of(back)] == [
            c.name for c in commands_of(form + "\nset(MINE 1)\n")
        ]


def test_the_block_names_everything() -> None:
    edit = add_to_cmake(CMAKE.encode(), cube_ai())
    block = edit.after[len(CMAKE) :].decode()
    commands = list(commands_of(block))
    assert [command.name for command in commands] == [
        "target_sources",
        "target_include_directories",
        "target_link_directories",
        "target_link_libraries",
    ]
    assert {command.arguments[0] for command in commands} == {"${CMAKE_PROJECT_NAME}"}
    assert commands[0].word(2) == "${CMAKE_CURRENT_SOURCE_DIR}/X-CUBE-AI/App/network.c"
    assert commands[3].arguments[1:] == (":NetworkRuntime1020_CM4_GCC.a", "m")
    assert len(edit.changes) == 9
    names = [
        c.name
        for c in commands_of(add_to_cmake(CMAKE.encode(), builtin()).after[len(CMAKE) :].decode())
    ]
    assert names == ["target_sources", "target_include_directories"]


def test_changes_of_an_upgrade_are_the_difference() -> None:
    once = add_to_cmake(CMAKE.encode(), cube_ai()).after
    changes = add_to_cmake(once, cube_ai("9.1.0")).changes
    assert [(c.key, c.before, c.after) for c in changes] == [
        ("target_link_libraries", ":NetworkRuntime1020_CM4_GCC.a", None),
        ("target_link_libraries", None, ":NetworkRuntime910_CM4_GCC.a"),
    ]


@pytest.mark.parametrize(
    ("text", "written", "name", "keyword"),
    [
        (CMAKE, "${CMAKE_PROJECT_NAME}", "blinky", False),
        ("project(a)\nadd_executable(a m.c)", "a", "a", False),
        ('set(N a)\nproject("${N}" C)\nADD_EXECUTABLE ( ${N}.x\n m.c )', "${N}.x", "a.x", False),
        ("set(E app)\nadd_executable(${E})\ntarget_link_libraries(app PRIVATE x)", "${E}", "app", True),
        ("project(a)\nadd_executable(t t.c)\nadd_executable(a a.c)", "a", "a", False),
        ("add_executable(a a.c)\nadd_executable(b ALIAS a)", "a", "a", False),
        ("macro(f)\nadd_executable(x)\nendmacro()\nif(1)\nadd_executable(a)\nendif()", "a", "a", False),
        ("#[[ add_executable(no)\n]]\n# add_executable(no)\nadd_executable(a)", "a", "a", False),
        ("set(T [=[add_executable(n)]=])\nadd_executable(a)", "a", "a", False),
        ("set(A ${A})\nset(B ${B}${B})\nadd_executable(${A})", "${A}", "${A}", False),
        ("set(B b)\n" + "set(B ${B}${B})\n" * 99 + "add_executable(${B})", "${B}", None, False),
    ],
)  # fmt: skip
def test_the_target_is_found(text: str, written: str, name: str | None, keyword: bool) -> None:
    target = find_target(text.encode())
    assert target.written == written
    assert name is None or target.name == name
    assert target.keyword is keyword
    assert len(target.name) <= 4096
    linking = f"target_link_libraries({written} PUBLIC q)"
    assert find_target(text.encode(), linking.encode()).keyword


def test_signatures_are_not_mixed() -> None:
    text = CMAKE.replace("NAME}\n    stm32cubemx", "NAME} PUBLIC\n    stm32cubemx")
    assert (
        b"target_link_libraries(${CMAKE_PROJECT_NAME} PRIVATE\n    :Net"
        in add_to_cmake(text.encode(), cube_ai()).after
    )
    assert (
        b"target_link_libraries(${CMAKE_PROJECT_NAME}\n    :Net"
        in add_to_cmake(CMAKE.encode(), cube_ai()).after
    )


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        (GENERATED_CMAKE, OtherKindError, "written anew by CubeMX"),
        ("project(a)\nadd_subdirectory(b)", OtherKindError, "builds no program"),
        ("", OtherKindError, "builds no program"),
        ("add_executable(a)\nadd_executable(b)", IdeFormatError, "several programs: a, b"),
        ("add_executable(a", IdeFormatError, "line 1: a command that does not end"),
        ('\nset(A "x)', IdeFormatError, "line 2: an argument that does not end"),
        ("#[[ x\nadd_executable(a)", IdeFormatError, "line 1: a bracket"),
        ("<<<<<<< HEAD\nadd_executable(a)", IdeFormatError, "line 1: neither"),
        ("add_executable(a)\0", IdeFormatError, "null bytes"),
        ("# >>> cubeai-auto: x\nadd_executable(a)\n", IdeFormatError, "line 1: the markers"),
        ("add_executable(a)\n# <<< cubeai-auto\n", IdeFormatError, "line 2: the markers"),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, kind: type[IdeFormatError], what: str) -> None:
    with pytest.raises(IdeFormatError, match=what) as caught:
        add_to_cmake(text.encode(), cube_ai())
    assert type(caught.value) is kind
    assert caught.value.hint


def test_what_cubemx_generated_is_not_added_twice() -> None:
    generated = GENERATED_CMAKE.replace(
        "Core/Src/main.c\n",
        "Core/Src/main.c\n"
        + "".join(
            f"    ${{CMAKE_CURRENT_SOURCE_DIR}}/../../X-CUBE-AI/App/network{part}.c\n"
            for part in ("", "_data", "_data_params")
        ),
    ).replace("    m\n", "    :NetworkRuntime1020_CM4_GCC.a\n    m\n")
    edit = add_to_cmake(CMAKE.encode(), cube_ai(), generated.encode())
    assert edit.splices == ()
    assert any("has the network already" in note for note in edit.notes)
    other = add_to_cmake(CMAKE.encode(), cube_ai("9.1.0"), generated.encode())
    assert any("links NetworkRuntime1020_CM4_GCC.a already" in note for note in other.notes)
    own = add_to_cmake(CMAKE.encode(), cube_ai(), GENERATED_CMAKE.encode()).after
    assert add_to_cmake(own, cube_ai(), generated.encode()).after == CMAKE.encode()
    assert add_to_cmake(CMAKE.encode(), builtin(), generated.encode()).changes


def test_a_template_is_mentioned() -> None:
    text = "#THIS FILE IS AUTO GENERATED FROM THE TEMPLATE! DO NOT CHANGE!\nadd_executable(a)\n"
    assert "template" in add_to_cmake(text.encode(), cube_ai()).notes[0]


def test_names_that_are_not_ascii_are_kept() -> None:
    text = CMAKE.replace("blinky", "b\u00fcro")
    edit = add_to_cmake(
        text.replace("${CMAKE_PROJECT_NAME}", "b\u00fcro").encode(), builtin("Gr\u00f6\u00dfe")
    )
    assert edit.after.decode().count("target_sources(b\u00fcro PRIVATE") == 2
    assert "/Gr\u00f6\u00dfe/digits.c" in edit.after.decode()
    assert edit.changes[0].after == '"${CMAKE_CURRENT_SOURCE_DIR}/Gr\u00f6\u00dfe/digits.c"'


FILES = {
    "Core/Src/main.c": '#include "network.h"\nint main(int n, char **v) { return (int)network(n); }\n',
    "X-CUBE-AI/App/network.h": "float network(int n);\n",
    "X-CUBE-AI/App/network.c": "float runtime(float x);\nfloat network(int n) { return runtime(n); }\n",
    "X-CUBE-AI/App/network_data.c": "int network_data;\n",
    "X-CUBE-AI/App/network_data_params.c": "int network_data_params;\n",
    "runtime.c": "#include <math.h>\nfloat runtime(float x) { return expf(x); }\n",
    "cmake/stm32cubemx/CMakeLists.txt": GENERATED_CMAKE,
}


@pytest.mark.skipif(
    not (shutil.which("cmake") and shutil.which("ar")), reason="no cmake or no compiler"
)
@pytest.mark.parametrize("keyword", [False, True])
def test_the_patched_project_builds(keyword: bool, tmp_path: Path) -> None:
    folder = tmp_path / "a project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    library = folder / "Middlewares/ST/AI/Lib/NetworkRuntime1020_CM4_GCC.a"
    library.parent.mkdir(parents=True)
    process.run(["gcc", "-c", "runtime.c", "-o", "runtime.o"], cwd=folder, timeout=60)
    process.run(["ar", "rcs", str(library), "runtime.o"], cwd=folder, timeout=60)
    root, generated = CMAKE, GENERATED_CMAKE
    if keyword:
        root = root.replace("NAME}\n    stm32cubemx", "NAME} PRIVATE\n    stm32cubemx")
        generated = generated.replace("NAME} ${MX_LINK", "NAME} PRIVATE ${MX_LINK")
    (folder / "cmake/stm32cubemx/CMakeLists.txt").write_text(generated)
    (folder / "CMakeLists.txt").write_bytes(
        add_to_cmake(root.encode(), cube_ai(), generated.encode()).after
    )
    process.run(["cmake", "-S", ".", "-B", "out"], cwd=folder, timeout=120)
    process.run(["cmake", "--build", "out"], cwd=folder, timeout=120)
    assert (folder / "out" / "blinky").is_file()


PIECES = st.lists(
    st.sampled_from([
        "add_executable(a)\n", "project(a)\n", "set(A b)\n", "# >>> cubeai-auto\n", "${A}", "\r\n",
        "# <<< cubeai-auto\n", "#[[", "]]", '"', "(", ")", "\\", "if(1)\n", "endif()\n", "x",
        "target_link_libraries(a PRIVATE m)\n",
    ]),
    max_size=10,
)  # fmt: skip


@given(PIECES)
@settings(max_examples=200, deadline=None)
def test_any_text_is_edited_once_or_refused(pieces: list[str]) -> None:
    before = "".join(pieces).encode()
    try:
        edit = add_to_cmake(before, cube_ai())
    except IdeFormatError as error:
        hint = error.hint
        assert hint
        return
    assert add_to_cmake(edit.after, cube_ai()).after == edit.after
    if b"cubeai-auto" not in before:
        assert remove_from_cmake(edit.after).after == before
