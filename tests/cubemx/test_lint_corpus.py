"""The rules hold on real files; every exception is listed here with its reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.ioc_samples import corpus_files

from cubeai_auto.cubemx import installed_cube_ai, lint
from cubeai_auto.cubemx.document import IocDocument

pytestmark = pytest.mark.corpus

EXCEPTIONS = {
    # Saved by the CubeMX inside a CubeIDE of 2021, which wrote its keys in hash order.
    ("STM32CubeAI_1__", "files.order", "info"): 1,
    # CubeMX 4.25: three QUADSPI keys stand elsewhere.
    ("STM32_open_pin_data__C70", "files.order", "info"): 1,
    # An application is chosen, and the file was saved before the code was generated with it.
    ("STM32F746G-DISCO-Image-Recog__STM32F746G", "ai.functions", "warning"): 1,
    # Several contexts: CubeMX lists no functions of the pack there.
    ("STM32N6Example__STM32N6Example--pairD-with", "ai.functions", "info"): 1,
    # The application was set back to none, and CubeMX left its two functions behind.
    ("stm32f303_simpleCustomNN__", "ai.functions", "warning"): 1,
    # Replaced networks leave the keys of their slots behind: four of nine.
    ("tiny_results_v1.3__NUCLEO_U575ZI_Q--5nets-10.2", "ai.orphans", "warning"): 1,
    # RIF.default_config: RIF nests its lists.
    ("STM32N6Example__STM32N6Example--pairD-with", "parameters.dropped", "info"): 1,
    ("STM32N6Example__STM32N6Example--pairD-without", "parameters.dropped", "info"): 1,
    ("STM32_open_pin_data__M13", "parameters.dropped", "info"): 1,
    # Edited by hand: both caches of the M7 without an entry in its list.
    ("YOLO-Human-Detection-Project__shiyan002", "parameters.dropped", "info"): 1,
    # BOOTPATH.UserSelectedBootPath: the tool behind it keeps no list.
    ("tof_fdc_h523__", "parameters.dropped", "info"): 1,
}
"""Beginning of the file's name, rule and severity: how many findings."""


def test_every_finding_is_an_absolute_path_or_listed(corpus: Path) -> None:
    left = Counter(EXCEPTIONS)
    for path in corpus_files(corpus):
        for finding in lint(IocDocument.read(path)):
            assert finding.severity != "error", (path.name, finding)
            if finding.rule == "files.path":
                continue
            known = [
                one for one in EXCEPTIONS
                if path.name.startswith(one[0]) and one[1:] == (finding.rule, finding.severity)
            ]  # fmt: skip
            assert known, (path.name, finding)
            left[max(known, key=lambda one: len(one[0]))] -= 1
    assert not [one for one, count in left.items() if count]


def test_absolute_model_paths(corpus: Path) -> None:
    slots = files = found_files = found = packs = 0
    for path in corpus_files(corpus):
        document = IocDocument.read(path)
        installed = installed_cube_ai(document)
        files += 1
        if installed is None:
            continue
        packs += 1
        slots += len(installed.networks)
        absolute = [one for one in lint(document) if one.rule == "files.path"]
        found += len(absolute)
        found_files += bool(absolute)
    assert (files, packs, slots) == (57, 37, 50)
    assert (found, found_files) == (42, 29)


def test_the_rules_are_not_empty_on_real_files(corpus: Path) -> None:
    """Each rule is broken by one change to a real file, so that its silence above means something."""
    path = next(path for path in corpus_files(corpus) if "pairB-with" in path.name)
    pack = "STMicroelectronics.X-CUBE-AI.8.0.0"
    document = IocDocument.read(path)
    slot = document.get(f"{pack}.ModelHashList") or ""
    crc = next(key for key, value in document.items() if key.startswith("Mcu.IP") and value == "CRC")
    changes: dict[str, tuple[str, str | None]] = {
        "rows.count": ("Mcu.PinsNb", "1"),
        "rows.gap": ("Mcu.IP1", None),
        "pins.mode": ("Mcu.Pin0", "PZ9"),
        "pins.registered": ("PZ9.Mode", "x"),
        "parameters.listed": (f"{pack}.IPParameters", "Nothing"),
        "parameters.unlisted": (f"{pack}.Something", "1"),
        "ai.slots": (f"{pack}.ModelNameList", "a,b"),
        "ai.orphans": (f"{pack}.ModelHashList", slot[::-1]),
        "ai.version": (f"{pack[:-1]}7.HeapSize", "1"),
        "ai.components": (f"{pack}_SwParameter", "x"),
        "ai.functions": (f"{pack}.ApplicationCcDeviceJjApplication", None),
        "ai.heap": ("ProjectManager.HeapSize", "0x10"),
        "ai.crc": (crc, "CRX"),
        "files.path": (f"{pack}.ModelStructureFile-{slot}", "/home/x.tflite"),
    }
    for rule, (key, value) in changes.items():
        changed = document.copy()
        if value is None:
            assert changed.delete(key), key
        else:
            changed.set(key, value)
        assert rule in {finding.rule for finding in lint(changed)}, rule
