"""A stand-in for STM32CubeMX: the script language and the habits that public build scripts report.

It needs a display, answers OK or KO to every command, says "Bye bye", ends with 0 whatever
happened, normalizes the project file on every generation, drops pack parameters that
``IPParameters`` does not list, keeps user code sections, and can misbehave in the ways of the real
program (``FAULTS``).
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from pathlib import Path

from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.rows import PINS, read_rows, write_rows

FAULTS = (
    "refuses", "exception", "not_ready", "no_words", "no_files", "drops_pack", "drops_network",
    "eats_user_code", "removes_files", "touches_own_files", "lingers", "nonzero", "quits_early",
    "migrate_hang", "license_hang", "login_hang", "lock_hang", "silent_hang", "old_words", "warns",
)  # fmt: skip

_HANGS = {
    "migrate_hang": "The project was created with an older version: migrate or continue?",
    "license_hang": "Please accept the license SLA0048",
    "login_hang": "Log in to my.st.com to continue",
    "lock_hang": "waiting for thirdparty lock release",
    "silent_hang": "",
}
_SECTION = re.compile(r"/\* USER CODE BEGIN (.*?) \*/\n(.*?)/\* USER CODE END \1 \*/", re.DOTALL)


def run_as(version: str, *faults: str) -> int:
    """Behave as CubeMX of a version; the exit status is 0 in every case but one."""
    if not os.environ.get("DISPLAY"):
        sys.stderr.write("Exception in thread main java.awt.HeadlessException\n")
        return 0
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[0] not in {"-q", "-s", "-i"}:
        sys.stderr.write("usage: STM32CubeMX -q script\n")
        return 0
    return _Session(version, faults).run(Path(arguments[1]))


class _Session:
    def __init__(self, version: str, faults: tuple[str, ...]) -> None:
        self._version, self._faults = version, faults
        self._ioc: Path | None = None
        self._folder: Path | None = None

    def run(self, script: Path) -> int:
        for fault, words in _HANGS.items():
            if fault in self._faults:
                self._say(words)
                time.sleep(60)
        for line in script.read_text().splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            self._say(line)
            words = shlex.split(line, posix=os.name != "nt")
            if words == ["exit"]:
                break
            self._say("OK" if self._command(words) else "KO")
        if "quits_early" in self._faults:
            return 0
        self._say("Bye bye")
        if "lingers" in self._faults:
            time.sleep(60)
        return 3 if "nonzero" in self._faults else 0

    def _say(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def _command(self, words: list[str]) -> bool:
        if "refuses" in self._faults:
            return False
        match words:
            case ["config", "load", path]:
                self._ioc = Path(path)
                self._folder = self._ioc.parent
                return self._ioc.is_absolute() and self._ioc.is_file()
            case ["project", "toolchain", name]:
                return name in {"STM32CubeIDE", "CMake", "Makefile", "EWARM", "MDK-ARM V5"}
            case ["project", "path", path]:
                self._folder = Path(path)
                return True
            case ["project", "generate"]:
                return self._generate()
            case _:
                return False

    def _generate(self) -> bool:
        if self._ioc is None or self._folder is None:
            return False
        if "exception" in self._faults:
            sys.stderr.write("Exception in code generation : template not found\n")
            return True
        if "no_files" not in self._faults:
            self._write_files(self._ioc, self._folder)
        if "not_ready" in self._faults:
            self._say("IP not ready for code generation: USART2")
        if "warns" in self._faults:
            self._say("Cannot read IP mode file for STMicroelectronics.X-CUBE-BLE1")
        if "old_words" in self._faults:
            self._say("Code succesfully generated under " + str(self._folder))
        elif "no_words" not in self._faults:
            self._say("Code generated successfully")
        return True

    def _write_files(self, ioc: Path, folder: Path) -> None:
        document = IocDocument.read(ioc)
        self._normalize(document)
        ioc.write_bytes(document.to_bytes())
        main = folder / "Core" / "Src" / "main.c"
        main.parent.mkdir(parents=True, exist_ok=True)
        old = main.read_text() if main.exists() else ""
        kept = {} if "eats_user_code" in self._faults else dict(_SECTION.findall(old))
        pack = any(".X-CUBE-AI." in name for name in document.keys)
        body = f"/* CubeMX {self._version}{', X-CUBE-AI' if pack else ''} */\n"
        for name in ("Includes", "2", "3"):
            body += f"/* USER CODE BEGIN {name} */\n{kept.get(name, '')}/* USER CODE END {name} */\n"
        main.write_text(body)
        (folder / ".mxproject").write_text(f"[PreviousGenFiles]\nVersion={self._version}\n")
        if pack:
            (folder / "X-CUBE-AI" / "App").mkdir(parents=True, exist_ok=True)
            (folder / "X-CUBE-AI" / "App" / "network.c").write_text("/* network */\n")
        if "removes_files" in self._faults:
            (folder / "Core" / "Src" / "own.c").unlink()
        if "touches_own_files" in self._faults:
            (folder / "CMakeLists.txt").write_text("# overwritten\n")

    def _normalize(self, document: IocDocument) -> None:
        """What CubeMX does to the project file on every save."""
        document.set("MxCube.Version", self._version)
        for key in document.keys:
            prefix, _, parameter = key.rpartition(".")
            listed = document.get(f"{prefix}.IPParameters")
            if ".X-CUBE-AI." not in key or listed is None or parameter == "IPParameters":
                continue
            if parameter not in listed.split(",") and not parameter.endswith("_Checked"):
                document.delete(key)
        rows = read_rows(document, PINS)
        for key in document.starting("VP_"):
            if key.rpartition(".")[0] not in rows:
                document.delete(key)
        if "drops_pack" in self._faults:
            for key in document.keys:
                if "X-CUBE-AI" in key or "X-CUBE-AI" in (document.get(key) or ""):
                    document.delete(key)
            write_rows(document, PINS, tuple(row for row in rows if "X-CUBE-AI" not in row))
        if "drops_network" in self._faults:
            for key in document.keys:
                if key.endswith((".ModelHashList", ".ModelNameList")):
                    document.set(key, "")
