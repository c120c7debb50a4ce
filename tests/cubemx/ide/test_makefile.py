"""The Makefile of CubeMX: words on lines of their own, taken out without a trace."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ide_projects import MAKEFILE, builtin, cube_ai

from cubeai_auto import process
from cubeai_auto.cubemx.ide import IdeFormatError, OtherKindError, add_to_makefile, remove_from_makefile
from cubeai_auto.cubemx.ide.makesyntax import assignments_of, lines_of
from cubeai_auto.errors import UsageError

GROUPED = MAKEFILE.replace("$(LIBS) -Wl", "-Wl,--start-group $(LIBS) -Wl,--end-group -Wl")


def test_words_are_added_as_cubemx_writes_them() -> None:
    edit = add_to_makefile(GROUPED.encode(), cube_ai())
    text = edit.after.decode()
    assert (
        "Core/Src/gpio.c \\\nX-CUBE-AI/App/network.c \\\nX-CUBE-AI/App/network_data.c \\\n"
        "X-CUBE-AI/App/network_data_params.c\n"
    ) in text
    assert "-ICore/Inc \\\n-IX-CUBE-AI/App \\\n-IX-CUBE-AI \\\n-IMiddlewares/ST/AI/Inc\n" in text
    assert "LIBS = -lc -lm -lnosys  \\\n-l:NetworkRuntime1020_CM4_GCC.a\n" in text
    assert "LIBDIR =  \\\n-LMiddlewares/ST/AI/Lib\n" in text
    assert edit.notes == ()


def test_outside_a_group_libm_stays_behind_the_library() -> None:
    text = add_to_makefile(MAKEFILE.encode(), cube_ai()).after.decode()
    assert "LIBS = -l:NetworkRuntime1020_CM4_GCC.a -lc -lm -lnosys \n" in text


FORMS = {
    "as it is": MAKEFILE,
    "grouped": GROUPED,
    "ends in a backslash": MAKEFILE.replace("Core/Src/gpio.c\n", "Core/Src/gpio.c \\\n"),
    "trailing blanks": MAKEFILE.replace("Core/Src/gpio.c\n", "Core/Src/gpio.c  \n"),
    "one line": MAKEFILE.replace(
        "C_SOURCES =  \\\nCore/Src/main.c \\\nCore/Src/gpio.c", "C_SOURCES := Core/Src/main.c"
    ),
    "tabs": MAKEFILE.replace("\\\nCore", "\\\n\tCore"),
    "a comment": MAKEFILE.replace("-lnosys ", "-lnosys # no semihosting"),
    "appended": MAKEFILE.replace("# C includes", "C_SOURCES += Lib/x.c\n# C includes"),
    "conditional": MAKEFILE.replace(
        "C_SOURCES =", "ifeq ($(A),1)\nC_SOURCES = a.c\nendif\nC_SOURCES ="
    ),
    "empty list": MAKEFILE.replace("LIBDIR = \n", "LIBDIR = \\\n\n\n"),
    "no libraries": MAKEFILE.replace("LIBS = -lc -lm -lnosys ", "LIBS ="),
    "no end": MAKEFILE.rstrip("\n"),
    "last": MAKEFILE.replace("LIBDIR = \n", "") + "\nLIBDIR =",
    "ends in a backslash without a line end": MAKEFILE.replace("LIBDIR = \n", "") + "\nLIBDIR = -Lx \\",
    "last with a backslash": MAKEFILE.replace("LIBDIR = \n", "") + "\nLIBDIR = -Lx \\\n",
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_edited_once_and_restored(form: str, newline: str) -> None:
    before = FORMS[form].replace("\n", newline).encode()
    for additions in (cube_ai(), builtin(), cube_ai("8.1.0", "CM7", ("a", "b"))):
        edit = add_to_makefile(before, additions)
        assert edit.after != before
        assert edit.after.count(b"\r\n") == (edit.after.count(b"\n") if newline == "\r\n" else 0)
        assert add_to_makefile(edit.after, additions).splices == ()
        assert remove_from_makefile(edit.after, additions).after == before
        assert remove_from_makefile(edit.after, additions, edit.changes).after == before


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("form", FORMS)
def test_make_sees_the_words(form: str, tmp_path: Path) -> None:
    text = add_to_makefile(FORMS[form].encode(), cube_ai()).after.decode()
    names = ("C_SOURCES", "C_INCLUDES", "LIBS", "LIBDIR")
    (tmp_path / "Makefile").write_text(
        text + "\n\nshow:\n" + "".join(f"\t@echo '{name}={'$'}({name})'\n" for name in names)
    )
    done = process.run(["make", "-s", "show"], cwd=tmp_path, timeout=20)
    values = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert (
        values["C_SOURCES"].split()[-3:]
        == [f"X-CUBE-AI/App/network{part}.c" for part in ("", "_data", "_data_params")]
        or form == "appended"
    )
    assert "Core/Src/main.c" in values["C_SOURCES"].split()
    assert values["C_INCLUDES"].split()[1:] == [
        "-IX-CUBE-AI/App",
        "-IX-CUBE-AI",
        "-IMiddlewares/ST/AI/Inc",
    ]
    assert "-l:NetworkRuntime1020_CM4_GCC.a" in values["LIBS"].split()
    assert "-LMiddlewares/ST/AI/Lib" in values["LIBDIR"].split()


@pytest.mark.skipif(not (shutil.which("make") and shutil.which("ar")), reason="no make or no compiler")
def test_the_patched_makefile_links(tmp_path: Path) -> None:
    """The library uses libm, so the order on the link line decides whether this builds."""
    for name, text in {
        "Core/Src/main.c": '#include "network.h"\nint main(int n, char **v) { return network(n); }\n',
        "Core/Src/gpio.c": "int gpio;\n",
        "X-CUBE-AI/App/network.h": "float network(int n);\n",
        "X-CUBE-AI/App/network.c": "float runtime(float);\nfloat network(int n) { return runtime(n); }",
        "X-CUBE-AI/App/network_data.c": "int network_data;\n",
        "X-CUBE-AI/App/network_data_params.c": "int network_data_params;\n",
        "runtime.c": "#include <math.h>\nfloat runtime(float x) { return expf(x); }\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    library = tmp_path / "Middlewares/ST/AI/Lib/NetworkRuntime1020_CM4_GCC.a"
    library.parent.mkdir(parents=True)
    process.run(["gcc", "-c", "runtime.c", "-o", "runtime.o"], cwd=tmp_path, timeout=60)
    process.run(["ar", "rcs", str(library), "runtime.o"], cwd=tmp_path, timeout=60)
    makefile = MAKEFILE.replace(" -lnosys", "")
    (tmp_path / "Makefile").write_bytes(add_to_makefile(makefile.encode(), cube_ai()).after)
    process.run(["make", "-s", "CC=gcc", "build/blinky.elf"], cwd=tmp_path, timeout=120)
    assert (tmp_path / "build" / "blinky.elf").is_file()


@pytest.mark.parametrize("name", ["C_SOURCES", "C_INCLUDES", "LIBS", "LIBDIR"])
def test_a_missing_variable_is_named(name: str) -> None:
    text = MAKEFILE.replace(f"{name} =", "OTHER =")
    with pytest.raises(IdeFormatError, match=f"no variable {name}") as caught:
        add_to_makefile(text.encode(), cube_ai())
    assert isinstance(caught.value, OtherKindError) is (name == "C_SOURCES")


def test_the_built_in_engine_needs_no_libraries() -> None:
    text = MAKEFILE.replace("LIBS =", "X =").replace("LIBDIR =", "Y =")
    assert {change.key for change in add_to_makefile(text.encode(), builtin()).changes} == {
        "C_SOURCES",
        "C_INCLUDES",
    }


def test_what_is_there_is_known() -> None:
    text = MAKEFILE.replace("Core/Src/gpio.c\n", "Core/Src/gpio.c ./X-CUBE-AI/App/network.c\n")
    text = text.replace("-ICore/Inc\n", '-ICore/Inc "-IX-CUBE-AI/App"\n')
    words = [change.after for change in add_to_makefile(text.encode(), cube_ai()).changes]
    assert "X-CUBE-AI/App/network.c" not in words
    assert "-IX-CUBE-AI/App" not in words
    wild = MAKEFILE.replace("Core/Src/gpio.c\n", "$(wildcard X-CUBE-AI/App/*.c)\n")
    assert not any(c.key == "C_SOURCES" for c in add_to_makefile(wild.encode(), cube_ai()).changes)


def test_another_version_gives_way_and_returns() -> None:
    before = MAKEFILE.replace("-lnosys ", "-lnosys \\\n-l:NetworkRuntime810_CM4_GCC.a").encode()
    edit = add_to_makefile(before, cube_ai())
    assert b"810" not in edit.after
    assert edit.notes == (
        "-l:NetworkRuntime810_CM4_GCC.a was replaced by -l:NetworkRuntime1020_CM4_GCC.a",
    )
    assert remove_from_makefile(edit.after, cube_ai(), edit.changes).after == before
    assert b"NetworkRuntime" not in remove_from_makefile(edit.after, cube_ai()).after


def test_what_would_not_build_is_reported() -> None:
    text = MAKEFILE.replace("$(LIBDIR) $(LIBS)", "-lc").replace("Core/Src/gpio.c", "Old/network.c")
    notes = add_to_makefile(text.encode(), cube_ai()).notes
    assert any("no rule uses it: add $(LIBS)" in note for note in notes)
    assert any("Old/network.c and X-CUBE-AI/App/network.c" in note for note in notes)
    with pytest.raises(UsageError, match="blank"):
        add_to_makefile(MAKEFILE.encode(), builtin("my AI"))


def test_what_a_user_did_after_adding_stays() -> None:
    before = MAKEFILE.encode()
    edit = add_to_makefile(before, cube_ai())
    later = edit.after.replace(b"network_data_params.c\n", b"network_data_params.c \\\nmine.c\n")
    back = remove_from_makefile(later, cube_ai(), edit.changes).after
    assert back == before.replace(b"Core/Src/gpio.c\n", b"Core/Src/gpio.c \\\nmine.c\n")


def test_without_a_record_the_folder_of_the_sources_is_emptied() -> None:
    text = MAKEFILE.replace(
        "gpio.c\n", "gpio.c \\\nX-CUBE-AI/App/app_x-cube-ai.c \\\nX-CUBE-AI/App/old.c\n"
    )
    assert remove_from_makefile(text.encode(), cube_ai()).after == MAKEFILE.encode()


def test_bytes_of_any_encoding_are_kept() -> None:
    before = MAKEFILE.replace("# C sources", "# B\u00fcro").encode("latin-1")
    edit = add_to_makefile(before, builtin("Gr\u00f6\u00dfe"))
    assert "Gr\u00f6\u00dfe/digits.c".encode() in edit.after
    assert edit.changes[0].after == "Gr\u00f6\u00dfe/digits.c"
    assert remove_from_makefile(edit.after, builtin("Gr\u00f6\u00dfe")).after == before


def test_recipes_and_definitions_are_no_assignments() -> None:
    text = (
        "define X\nA = 1\nendef\nall:\n\tA = 2\nA := 3 \\\n 4 # A = 5\nifdef Q\nexport A += 6\nendif\n"
    )
    found = list(assignments_of(lines_of(text)))
    assert [(a.operator, [w.text for w in a.words], a.conditional, a.commented) for a in found] == [
        (":=", ["3", "4"], False, True),
        ("+=", ["6"], True, False),
    ]


LINES = st.lists(
    st.sampled_from([
        "C_SOURCES =", "C_SOURCES = a.c \\", "b.c \\", "b.c", "", "# x", "C_SOURCES += c.c", "\tgcc",
        "C_INCLUDES := -Ia \\", "LIBDIR =", "ifdef A", "endif", "define Y", "endef", "LIBS = -lm",
        "X-CUBE-AI/App/network.c \\", "a: b", "LIBS = -l:NetworkRuntime810_CM4_GCC.a -lm",
    ]),
    max_size=14,
)  # fmt: skip


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_makefile_is_edited_once_or_refused(lines: list[str], newline: str, ended: bool) -> None:
    before = (newline.join(lines) + (newline if ended else "")).encode()
    try:
        edit = add_to_makefile(before, cube_ai())
    except IdeFormatError as error:
        hint = error.hint
        assert hint
        return
    assert add_to_makefile(edit.after, cube_ai()).after == edit.after
    back = remove_from_makefile(edit.after, cube_ai(), edit.changes)
    assert add_to_makefile(back.after, cube_ai()).after == edit.after
