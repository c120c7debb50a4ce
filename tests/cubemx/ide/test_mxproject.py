"""CubeMX's ``.mxproject`` is read: sections, lists, packs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ide_projects import MXPROJECT

from cubeai_auto.cubemx.ide import IdeFormatError, MxProject, OtherKindError
from cubeai_auto.errors import MissingPathError


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_lists_are_read(newline: bytes) -> None:
    book = MxProject.parse(MXPROJECT.replace(b"\n", newline))
    assert [section.name for section in book.sections] == [
        "PreviousLibFiles", "PreviousUsedCubeIDEFiles", "PreviousGenFiles", "ThirdPartyIp",
    ]  # fmt: skip
    assert book.toolchains == ("CubeIDE",)
    assert book.source_files == ("Core/Src/main.c", "X-CUBE-AI/App/network.c")
    assert book.header_paths == ("Core/Inc", "X-CUBE-AI/App")
    assert book.library_files[0] == "Drivers/Inc/hal.h"
    assert [runtime.file for runtime in book.runtimes] == ["NetworkRuntime1020_CM4_GCC.a"]
    assert book.third_party == ("STMicroelectronics.X-CUBE-AI.10.2.0",)
    generated = book.section("PreviousGenFiles")
    assert generated is not None
    assert generated.numbered("SourceFiles") == ("../Core/Src/main.c", "../X-CUBE-AI/App/network.c")
    assert generated.get("SourceFiles") == ";"
    assert generated.paths("SourceFiles") == ()
    assert generated.get("AdvancedFolderStructure") == "true"
    assert generated.get("nothing") is None
    assert book.section("nothing") is None


def test_several_toolchains_are_joined() -> None:
    more = b"[PreviousUsedCMakes]\nSourceFiles=Core\\Src\\main.c;a.c;\n" + MXPROJECT
    book = MxProject.parse(more)
    assert book.toolchains == ("CMake", "CubeIDE")
    assert book.source_files == ("Core/Src/main.c", "a.c", "X-CUBE-AI/App/network.c")


def test_a_count_that_is_none_is_not_believed() -> None:
    for count in (b"", b"-1", b"99999999999999999999", b"x"):
        book = MxProject.parse(MXPROJECT.replace(b"Number=1", b"Number=" + count))
        assert book.third_party == ("STMicroelectronics.X-CUBE-AI.10.2.0",)
    assert MxProject.parse(MXPROJECT.replace(b"Number=1", b"Number=0")).third_party == ()
    assert MxProject.parse(MXPROJECT[: MXPROJECT.index(b"[Third")]).third_party == ()


@pytest.mark.parametrize(
    ("data", "kind", "what"),
    [
        (b"", OtherKindError, "no section"),
        (b"[A]\nx=1\n", OtherKindError, "no section"),
        (b"x=1\n[PreviousLibFiles]\n", IdeFormatError, "line 1"),
        (b"[PreviousLibFiles]\nLibFiles\n", IdeFormatError, "line 2"),
        (b"[PreviousLibFiles\n", IdeFormatError, "line 1"),
        (b"[PreviousLibFiles]\n=x\n", IdeFormatError, "line 2"),
        (b"[PreviousLibFiles]\n\0", IdeFormatError, "null"),
        (b"[PreviousLibFiles]\nA=" + b"x" * (5 << 20), IdeFormatError, "larger"),
    ],
)
def test_what_is_none_is_refused(data: bytes, kind: type[IdeFormatError], what: str) -> None:
    with pytest.raises(IdeFormatError, match=what) as caught:
        MxProject.parse(data)
    assert type(caught.value) is kind
    assert caught.value.hint


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".mxproject").write_bytes(MXPROJECT)
    assert MxProject.read(tmp_path / ".mxproject") == MxProject.parse(MXPROJECT)
    with pytest.raises(MissingPathError):
        MxProject.read(tmp_path / "none")


@given(st.integers(0, len(MXPROJECT)), st.binary(max_size=6))
@settings(max_examples=100, deadline=None)
def test_damage_gives_typed_errors_only(place: int, noise: bytes) -> None:
    for data in (MXPROJECT[:place], MXPROJECT[:place] + noise + MXPROJECT[place + len(noise) :]):
        try:
            book = MxProject.parse(data)
        except IdeFormatError as error:
            hint = error.hint
            assert hint
        else:
            assert isinstance(book.third_party, tuple)
            assert all(book.source_files)
