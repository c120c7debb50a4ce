"""``setup.sh`` on machines that lack things, played with fake programs in ``PATH``.

The fake machine has nothing but the usual POSIX programs and what a test adds. Its Python is a shell
script: it tells a version, "makes" environments by copying itself, and notes what pip is asked for.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from cubeai_auto import process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell script")

POSIX = (
    "sh", "env", "cat", "sed", "tail", "mktemp", "cksum", "rm", "mkdir", "cp", "chmod", "dirname",
)  # fmt: skip
TOOLS = ("gcc-arm-none-eabi", "libnewlib-arm-none-eabi", "qemu-system-arm", "gcc", "libc6-dev")

PYTHON = r"""
case "$*" in
    *"import sys;"*) [ -n "{version}" ] && echo {version} ;;
    *"import ensurepip"*) {ensurepip} ;;
    "-m virtualenv --version") {virtualenv} ;;
    "-m venv "* | "-m virtualenv "*)
        echo "$1 $2" >>"$NOTES"
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python" ;;
    "-c import pip") ;;
    "-m pip install"*)
        echo "pip in $PWD: $*" >>"$NOTES"
        {pip}
        folder=$(dirname "$0")
        printf '#!/bin/sh\nprintf "<%%s>" "$0" "$@"\necho\n' >"$folder/cubeai-auto"
        chmod +x "$folder/cubeai-auto" ;;
    "-m pytest"*) printf '<%s>' "$PWD" "$@"; echo ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"""


class Machine:
    """A checkout and a ``PATH`` of its own."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.checkout = folder / "Prüf stand"
        self.programs = folder / "bin"
        self.notes_file = folder / "notes"
        self.checkout.mkdir()
        self.programs.mkdir()
        for name in ("setup.sh", "pyproject.toml"):
            shutil.copy(repository / name, self.checkout)
        for name in POSIX:
            found = shutil.which(name)
            assert found is not None, name
            (self.programs / name).symlink_to(found)
        self.program("id", "echo 1000")

    def program(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def python(
        self, name: str = "python3", version: str = "3.12", *, ensurepip: str = ":",
        virtualenv: str = "exit 1", pip: str = ":",
    ) -> None:  # fmt: skip
        text = PYTHON.replace("{version}", version).replace("{ensurepip}", ensurepip)
        self.program(name, text.replace("{virtualenv}", virtualenv).replace("{pip}", pip))

    def tools(self) -> None:
        self.program("arm-none-eabi-gcc", "echo /lib/nano.specs")
        self.program("qemu-system-arm", ":")
        self.program("cc", ":")

    def run(self, *arguments: str, **env: str) -> process.Completed:
        clean = {"PATH": str(self.programs), "NOTES": str(self.notes_file), "CI": "", "PYTHON": ""}
        clean |= {"CC": "", "ARM_NONE_EABI_GCC": "", "QEMU_SYSTEM_ARM": "", **env}
        return process.run(
            [self.checkout / "setup.sh", *arguments],
            cwd=self.programs, env=clean, timeout=60, ok_codes=None,
        )  # fmt: skip

    def notes(self) -> list[str]:
        return self.notes_file.read_text().splitlines() if self.notes_file.exists() else []


@pytest.fixture
def machine(tmp_path: Path, repository: Path) -> Machine:
    return Machine(tmp_path, repository)


def test_a_user_is_told_what_to_type_and_the_run_goes_on(machine: Machine) -> None:
    machine.python()
    done = machine.run("demo", "--set", "a.b=two words", "--strict")
    assert done.returncode == 0
    please = "sudo apt-get update && sudo apt-get install --no-install-recommends " + " ".join(TOOLS)
    assert please in done.stderr
    assert "going on without" in done.stderr
    root = machine.checkout
    assert done.stdout == (
        f"<{root}/.venv/bin/cubeai-auto><run><{root}/projects/digits><--set><a.b=two words><--strict>\n"
    )
    made, installed = machine.notes()
    assert made == "-m venv"
    assert installed.startswith(f"pip in {root}: ")
    assert installed.endswith("-e .[train,oracle]")


def test_the_tests_get_their_arguments_and_run_in_the_checkout(machine: Machine) -> None:
    machine.python()
    machine.tools()
    done = machine.run("tests", "-k", "a or b")
    assert done.stdout == f"<{machine.checkout}><-m><pytest><-k><a or b>\n"
    assert machine.notes()[-1].endswith("-e .[dev]")
    assert "sudo" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_second_time_nothing_is_installed(machine: Machine) -> None:
    machine.python()
    machine.tools()
    assert machine.run("env").returncode == 0
    first = machine.notes()
    for job in ("demo", "tests", "env"):
        again = machine.run(job)
        assert again.returncode == 0
        assert "installing" not in again.stderr
    assert machine.notes() == first
    with (machine.checkout / "pyproject.toml").open("a") as stream:
        stream.write("# changed\n")
    assert "installing Python packages [train,oracle]" in machine.run("demo").stderr
    assert machine.notes()[len(first) :][0].endswith("-e .[train,oracle]")


def test_a_checkout_that_moved_is_installed_again(machine: Machine) -> None:
    machine.python()
    machine.tools()
    machine.run("demo")
    moved = machine.checkout.with_name("moved")
    machine.checkout.rename(moved)
    machine.checkout = moved
    assert f"<{moved}/.venv/bin/cubeai-auto>" in machine.run("demo").stdout
    assert len([note for note in machine.notes() if note.startswith("pip")]) == 2


def test_root_installs_what_is_missing(machine: Machine) -> None:
    machine.python()
    machine.program("id", "echo 0")
    machine.program("apt-get", 'echo "apt-get $*" >>"$NOTES"; echo noise; echo noise >&2')
    done = machine.run("demo")
    assert done.returncode == 0
    update, install = machine.notes()[:2]
    assert update == "apt-get update -q"
    assert install.endswith("install -q -y --no-install-recommends " + " ".join(TOOLS))
    assert "noise" not in done.stderr
    assert "sudo" not in done.stderr


def test_a_failed_apt_says_what_to_type_and_the_run_goes_on(machine: Machine) -> None:
    machine.python()
    machine.program("id", "echo 0")
    machine.program("apt-get", "echo 'E: no network'; exit 100")
    done = machine.run("demo")
    assert done.returncode == 0
    assert "  | E: no network" in done.stderr
    assert "please type: sudo apt-get update" in done.stderr


def test_continuous_integration_gets_browser_and_lint(machine: Machine) -> None:
    machine.python()
    machine.tools()
    assert "chromium" not in machine.run("env").stderr
    assert "install --no-install-recommends chromium shellcheck" in machine.run("env", CI="true").stderr
    assert "chromium" not in machine.run("demo", CI="true").stderr


def test_a_compiler_without_its_library(machine: Machine) -> None:
    machine.python()
    machine.tools()
    machine.program("arm-none-eabi-gcc", "echo nano.specs")
    machine.program("cc", "exit 1")
    please = "--no-install-recommends libnewlib-arm-none-eabi gcc libc6-dev\n"
    assert please in machine.run("demo").stderr


@pytest.mark.parametrize(
    ("pythons", "taken"),
    [
        ({"python3": "", "python3.12": "3.12"}, "3.12"),
        ({"python3": "3.14", "python3.13": "3.13", "python3.11": "3.11"}, "3.13"),
        ({"python3": "3.11", "python3.13": "3.13"}, "3.11"),
        ({"python": "3.12"}, "3.12"),
        ({"python3": "3.14"}, "3.14"),
    ],
)
def test_the_python_that_is_taken(machine: Machine, pythons: dict[str, str], taken: str) -> None:
    machine.tools()
    for name, version in pythons.items():
        machine.python(name, version)
    done = machine.run("demo")
    assert done.returncode == 0
    assert f"making .venv with Python {taken}\n" in done.stderr
    assert ("no TensorFlow" in done.stderr) == (taken == "3.14")


def test_another_python_can_be_named(machine: Machine) -> None:
    machine.tools()
    machine.python("python3", "3.14")
    machine.run("demo")
    machine.python("my python", "3.13")
    done = machine.run("demo", PYTHON=str(machine.programs / "my python"))
    assert "making .venv with Python 3.13" in done.stderr
    assert "no TensorFlow" not in done.stderr
    assert "making" not in machine.run("demo").stderr


def test_no_python_at_all(machine: Machine) -> None:
    machine.tools()
    done = machine.run("demo")
    assert done.returncode == 3
    assert "sudo apt-get install --no-install-recommends python3 python3-venv" in done.stderr
    assert "PYTHON=/path/to/python" in done.stderr


def test_debian_without_its_venv_package(machine: Machine) -> None:
    machine.tools()
    machine.python(ensurepip="exit 1")
    done = machine.run("demo")
    assert done.returncode == 3
    assert "sudo apt-get install --no-install-recommends python3.12-venv" in done.stderr
    assert not (machine.checkout / ".venv").exists()
    machine.python(ensurepip="exit 1", virtualenv=":")
    assert machine.run("demo").returncode == 0
    assert machine.notes()[0] == "-m virtualenv"


def test_a_failed_pip_is_shown_and_tried_again(machine: Machine) -> None:
    machine.tools()
    machine.python(pip="echo 'ERROR: no such package'; exit 1")
    done = machine.run("demo")
    assert done.returncode == 4
    assert "  | ERROR: no such package" in done.stderr
    log = done.stderr.partition("everything it printed: ")[2].partition(")")[0]
    assert Path(log).read_text() == "ERROR: no such package\n"
    Path(log).unlink()
    machine.python(name="../Prüf stand/.venv/bin/python")
    assert machine.run("demo").returncode == 0


def test_a_broken_environment_is_made_anew(machine: Machine) -> None:
    machine.tools()
    machine.python()
    machine.run("demo")
    (machine.checkout / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 127\n")
    done = machine.run("demo")
    assert done.returncode == 0
    assert "making .venv" in done.stderr


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--help",), 0), (("deploy",), 2)])
def test_usage(machine: Machine, arguments: tuple[str, ...], code: int) -> None:
    done = machine.run(*arguments)
    assert done.returncode == code
    assert "./setup.sh demo" in done.stderr
    assert not machine.notes()
