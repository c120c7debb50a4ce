"""What is found beside an ``.ioc``: runtime libraries and generated code, wherever CubeMX puts them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cubeai_auto.cubemx import collect_generated, lint
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.linting.generated import Generated, runtime_digits

MACROS = """/* header */
#undef AI_TOOLS_VERSION_MAJOR
#undef AI_TOOLS_VERSION_MINOR
#undef AI_TOOLS_VERSION_MICRO
#define AI_TOOLS_VERSION_MAJOR 7
#define AI_TOOLS_VERSION_MINOR (1)
#define AI_TOOLS_VERSION_MICRO 0
#define AI_TOOLS_VERSION_EXTRA "RC3"
"""


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def runtimes(found: Generated) -> list[tuple[str, int | None, str]]:
    return [(one.file, one.line, one.digits) for one in found.runtimes]


@pytest.mark.parametrize(
    "place",
    [
        ".cproject",
        "STM32CubeIDE/.cproject",
        "Appli/.cproject",
        "CMakeLists.txt",
        "cmake/stm32cubemx/CMakeLists.txt",
        "Makefile",
        ".mxproject",
        "MDK-ARM/project.uvprojx",
        "EWARM/project.ewp",
    ],
)
def test_project_files_are_found_where_cubemx_puts_them(tmp_path: Path, place: str) -> None:
    ioc = put(tmp_path / "a b ü" / "x.ioc", "")
    put(
        ioc.parent / place,
        "first line\n<x>:NetworkRuntime1020_CM7_GCC.a</x> NetworkRuntime1020_CM7_GCC.a\n",
    )
    found = collect_generated(ioc)
    assert runtimes(found) == [(place, 2, "1020")]
    assert found.runtimes[0].name == "NetworkRuntime1020_CM7_GCC"
    assert place in found.looked_at


def test_an_ioc_in_the_toolchain_folder(tmp_path: Path) -> None:
    ioc = put(tmp_path / "p" / "STM32CubeIDE" / "x.ioc", "")
    put(tmp_path / "p" / "Makefile", "-l:NetworkRuntime810_CM4_GCC.a\n")
    assert runtimes(collect_generated(ioc)) == [("../Makefile", 1, "810")]
    put(tmp_path / "p" / "STM32CubeIDE" / ".cproject", "NetworkRuntime710_CM4_GCC.a")
    assert runtimes(collect_generated(ioc)) == [(".cproject", 1, "710")]


def test_other_projects_are_left_alone(tmp_path: Path) -> None:
    ioc = put(tmp_path / "p" / "x.ioc", "")
    put(tmp_path / "p" / "sub" / "y.ioc", "")
    put(tmp_path / "p" / "sub" / ".cproject", "NetworkRuntime710_CM4_GCC.a")
    put(tmp_path / "z.ioc", "")
    put(tmp_path / ".cproject", "NetworkRuntime720_CM4_GCC.a")
    assert collect_generated(ioc) == Generated()


def test_both_libraries_of_a_file_are_told(tmp_path: Path) -> None:
    ioc = put(tmp_path / "x.ioc", "")
    put(tmp_path / ".cproject", "NetworkRuntime710_CM4_GCC.a\nNetworkRuntime810_CM4_GCC_PIC.a\n")
    put(tmp_path / "Middlewares/ST/AI/Lib/NetworkRuntime810_CM4_GCC.a", "!<arch>")
    assert runtimes(collect_generated(ioc)) == [
        (".cproject", 1, "710"),
        (".cproject", 2, "810"),
        ("Middlewares/ST/AI/Lib/NetworkRuntime810_CM4_GCC.a", None, "810"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "pack"),
    [
        ("network_generate_report.txt", "ST Edge AI Core v2.2.0-20266 2adc00962\n", "10.2.0"),
        ("network_generate_report.txt", "ST Edge AI Core v2.0.0-20052\n", "10.0.1"),
        ("network_generate_report.txt", "ST Edge AI Core v2.0.0-20049\n", "10.0.0"),
        ("network_generate_report.txt", "ST Edge AI Core v1.0.0-19894\n", "9.1.0"),
        (
            "n_generate_report.txt",
            "Neural Network Tools for STM32AI v1.6.0 (STM.ai v7.2.0-RC5)\n",
            "7.2.0",
        ),
        ("n_generate_report.txt", "Neural Network Tools for STM32 v1.4.0 (AI tools v5.2.0)\n", "5.2.0"),
        ("network_config.h", MACROS, "7.1.0"),
        ("network.c", MACROS.replace("MAJOR 7", "MAJOR 1").replace("(1)", "0"), "9.1.0"),
        ("network.c", MACROS.replace("MAJOR 7", "MAJOR 99"), None),
    ],
)
def test_generated_code_names_its_tool(tmp_path: Path, name: str, text: str, pack: str | None) -> None:
    ioc = put(tmp_path / "x.ioc", "")
    put(tmp_path / "X-CUBE-AI" / "App" / name, text)
    put(tmp_path / "X-CUBE-AI" / "App" / "app_x-cube-ai.c", "/* nothing */\n")
    (code,) = collect_generated(ioc).code
    assert (code.pack, code.file) == (pack, f"X-CUBE-AI/App/{name}")


def test_the_names_of_runtime_libraries() -> None:
    assert [runtime_digits(pack) for pack in ("5.1.2", "8.1.0", "10.2.0", "10.0.1", "9.9.9")] == [
        "512", "810", "1020", "1000", "999",
    ]  # fmt: skip


def test_odd_surroundings_are_no_error(tmp_path: Path) -> None:
    ioc = put(tmp_path / "x.ioc", "")
    (tmp_path / ".cproject").mkdir()
    (tmp_path / "Makefile").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / ".mxproject").write_bytes(b"\xff\xfeN\0e\0" * 10)
    (tmp_path / "CMakeLists.txt").write_bytes(b"x" * 5_000_000)
    found = collect_generated(ioc)
    assert not found.runtimes
    assert any("larger than" in note for note in found.notes)
    assert collect_generated(tmp_path / "none" / "x.ioc") == Generated()


@pytest.mark.corpus
def test_the_real_project_whose_library_is_another(corpus: Path, tmp_path: Path) -> None:
    """STM32 model zoo, NUCLEO-F401RE: pack 7.1.0, Release is linked with 8.1.0."""
    name = "stm32ai-modelzoo-services__"
    shutil.copyfile(corpus / "ioc" / f"{name}HandPosture_GettingStarted.ioc", tmp_path / "x.ioc")
    shutil.copyfile(corpus / "cubeide" / f"{name}F401RE.cproject", tmp_path / ".cproject")
    document = IocDocument.read(tmp_path / "x.ioc")
    found = lint(document, generated=collect_generated(tmp_path / "x.ioc"))
    wrong = [one.message for one in found if one.rule == "ai.runtime"]
    assert len(wrong) == 1
    assert "7.1.0" in wrong[0]
    assert "NetworkRuntime810_CM4_GCC" in wrong[0]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("ioc", "project", "place"),
    [
        ("*pairF-with-*", "*pairF-with-*.cproject", ".cproject"),
        ("*pairF-with-*", "*pairF-with-*.mxproject", ".mxproject"),
        ("sine_ai__*", "sine_ai__*", ".cproject"),
        ("*pairA-after-*", "qualia-core*.cproject", "STM32CubeIDE/.cproject"),
        ("*pairE-with-*", "wheel*.mxproject", ".mxproject"),
    ],
)
def test_real_projects_with_the_right_library(
    corpus: Path, tmp_path: Path, ioc: str, project: str, place: str
) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    shutil.copyfile(next((corpus / "ioc").glob(ioc)), tmp_path / "x.ioc")
    shutil.copyfile(next((corpus / "cubeide").glob(project)), tmp_path / place)
    facts = collect_generated(tmp_path / "x.ioc")
    assert facts.runtimes
    found = lint(IocDocument.read(tmp_path / "x.ioc"), generated=facts)
    assert "ai.runtime" not in {finding.rule for finding in found}
