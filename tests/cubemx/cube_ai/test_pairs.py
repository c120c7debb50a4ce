"""Real projects before and after CubeMX added X-CUBE-AI: the same edit, and what is left over.

The request is read from the "after" file: heap and stack, form of the switches, caches, slot,
model and analysis are the user's or the analysis' own. What still differs must fall into one of
the classes below; everything about X-CUBE-AI itself must be equal, the order of ``IPParameters``
(history of clicks) apart.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.cubemx_projects import answered_request

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import Edit, KeyChange, key_changes
from cubeai_auto.cubemx.rows import IPS, PINS, read_rows

pytestmark = pytest.mark.corpus

AI = re.compile(r"(VP_)?STMicroelectronics\.X-CUBE-AI")


@dataclass(frozen=True, slots=True)
class Pair:
    before: IocDocument
    after: IocDocument
    edit: Edit

    @property
    def left(self) -> tuple[KeyChange, ...]:
        """What differs between this package's result (``before``) and CubeMX' (``after``)."""
        return key_changes(self.edit.after, self.after)


@pytest.fixture(scope="module")
def pair(corpus: Path) -> Callable[[str], Pair]:
    def load(letter: str) -> Pair:
        without, done = (
            IocDocument.read(next((corpus / "ioc").glob(f"*--pair{letter}-{kind}*.ioc")))
            for kind in ("without", "with-")
        )
        return Pair(without, done, add_cube_ai(without, answered_request(done)))

    return load


def _ip_order(_: Pair, change: KeyChange) -> bool:
    return (
        change.key.endswith(".IPParameters")
        and AI.match(change.key) is not None
        and set((change.before or "").split(",")) == set((change.after or "").split(","))
    )


def _users_peripheral(pair: Pair, change: KeyChange) -> bool:
    """A setting of a peripheral that the user added, removed or changed between the two saves."""
    known = {*read_rows(pair.before, IPS), *read_rows(pair.after, IPS), "RCC", "Dma"}
    names = {name.split("_")[0] for name in known} | known
    head = change.key.split(".")[0]
    return pair.before.get(change.key) == change.before and (
        head in names or any(head.startswith(f"VP_{name}") for name in names)
    )


def _users_pin(pair: Pair, change: KeyChange) -> bool:
    """A pin that the user assigned or released between the two saves."""
    if pair.before.get(change.key) != change.before:
        return False
    pins = {*read_rows(pair.before, PINS), *read_rows(pair.after, PINS)}
    return change.key.split(".")[0] in pins or change.key.startswith("SH.")


def _numbers(pair: Pair, change: KeyChange) -> bool:
    """Rows: numbers follow from other pins and peripherals; ours are in the other list, too."""
    match = re.fullmatch(r"Mcu\.(Pin|IP)([0-9]+|sNb|Nb)", change.key)
    if match is None:
        return False
    rows = PINS if match[1] == "Pin" else IPS
    ours, before = read_rows(pair.edit.after, rows), read_rows(pair.before, rows)
    return set(ours) - set(before) <= set(read_rows(pair.after, rows))


def _calls(pair: Pair, change: KeyChange) -> bool:
    """Ranks follow from other peripherals; the calls of the application are there in both."""
    if change.key != "ProjectManager.functionlistsort":
        return False
    ours, theirs = (
        [entry.split("-", 1)[1] for entry in (value or "").split(",") if "X_CUBE_AI" in entry]
        for value in (change.before, change.after)
    )
    context = pair.after.get("Mcu.Context0") is not None
    return ours == theirs and (len(ours) == 2 or context)


def _context_ips(pair: Pair, change: KeyChange) -> bool:
    """Peripherals of contexts: the user moved XSPI1; ours are in the other list, too."""
    if not re.fullmatch(r"[A-Za-z]+\.IPs", change.key):
        return False
    added = set((change.before or "").split(",")) - set((pair.before.get(change.key) or "").split(","))
    return added <= set((change.after or "").split(","))


CLASSES: dict[str, tuple[Callable[[Pair, KeyChange], bool], str]] = {
    "order of IPParameters": (
        _ip_order,
        "the order of the user's clicks; as a set it is equal",
    ),
    "user: pin": (_users_pin, "assigned or released by the user (or CubeMX) between the two saves"),
    "user: peripheral": (_users_peripheral, "configured by the user between the two saves"),
    "numbers": (_numbers, "rows are numbered anew because of the user's pins and peripherals"),
    "calls": (_calls, "ranks are numbered anew because of the user's peripherals"),
    "context peripherals": (_context_ips, "the user moved XSPI1 within the boot loader's list"),
    "user: files": (
        lambda pair, change: change.key == "ProjectManager.CoupleFile" and change.before == "false",
        "the user asked for a pair of files for every peripheral",
    ),
    "CubeMX: GPIO.groupedBy": (
        lambda _, change: change.key == "GPIO.groupedBy",
        "a view setting that CubeMX writes when the pin view was opened",
    ),
}


def classify(pair: Pair) -> Counter[str]:
    found: Counter[str] = Counter()
    for change in pair.left:
        names = [name for name, (matches, _) in CLASSES.items() if matches(pair, change)]
        assert names, f"unexplained: {change}"
        found[names[0]] += 1
    for name, count in found.items():
        sys.stdout.write(f"{count:4} {name}: {CLASSES[name][1]}\n")
    total = len(key_changes(pair.before, pair.after))
    sys.stdout.write(f"{len(pair.left):4} keys left of {total} that differ\n")
    return found


def test_pair_e_byte_for_byte(pair: Callable[[str], Pair]) -> None:
    """10.2.0, Core only, another pack present, a large project of CMake."""
    found = pair("E")
    assert found.edit.after.to_bytes() == found.after.to_bytes()
    assert len(found.edit.changes) == 42


@pytest.mark.parametrize("letter", ["F", "C", "B", "D"])
def test_every_key_of_the_pack_is_equal(pair: Callable[[str], Pair], letter: str) -> None:
    found = pair(letter)
    classes = classify(found)
    ai = [change for change in found.left if AI.match(change.key)]
    assert [change.key.split(".")[-1] for change in ai] == ["IPParameters"]
    assert classes["order of IPParameters"] == 1
    real = [key for key in found.after.keys if AI.match(key)]
    assert len(real) >= 40
    assert set(found.edit.after.starting("STMicro")) == set(found.after.starting("STMicro"))


def test_pair_f_leaves_one_key_beside_the_order(pair: Callable[[str], Pair]) -> None:
    """10.2.0 with application on a board project: positions, ranks, caches, heap are equal."""
    found = pair("F")
    classes = classify(found)
    assert set(classes) == {"order of IPParameters", "user: pin"}
    assert [change.key for change in found.left if not AI.match(change.key)] == [
        "PH0-OSC_IN (PH0).Mode"
    ]


@pytest.mark.parametrize(
    ("letter", "keys"),
    [
        ("F", ["CORTEX_M7.CPU_ICache", "ProjectManager.HeapSize", "Mcu.ThirdPartyNb"]),
        ("C", ["ProjectManager.StackSize", "ProjectManager.HeapSize", "Mcu.ThirdParty0"]),
        ("B", ["CORTEX_M7.IPParameters", "VP_CRC_VS_CRC.Mode", "VP_CRC_VS_CRC.Signal"]),
        ("D", ["Mcu.ThirdParty0_Instance", "VP_CACHEAXI_VS_CACHEAXI.Mode", "ProjectManager.HeapSize"]),
    ],
)
def test_places_outside_the_pack_are_equal(
    pair: Callable[[str], Pair], letter: str, keys: list[str]
) -> None:
    found = pair(letter)
    changed = {change.key for change in found.edit.changes}
    for key in keys:
        assert key in changed
        assert found.edit.after.get(key) == found.after.get(key)


@pytest.mark.parametrize("letter", ["C", "B"])
def test_rows_of_the_pack_stand_in_the_order_of_cubemx(
    pair: Callable[[str], Pair], letter: str
) -> None:
    found = pair(letter)
    ours = [row for row in read_rows(found.edit.after, PINS) if "X-CUBE-AI" in row]
    theirs = [row for row in read_rows(found.after, PINS) if "X-CUBE-AI" in row]
    assert ours == theirs
    assert read_rows(found.edit.after, PINS)[-len(ours) :] == tuple(ours)


def test_pair_d_in_its_context(pair: Callable[[str], Pair]) -> None:
    """10.1.0 on an STM32N6: the context form, the NPU's parameters and its cache."""
    found = pair("D")
    pools = [key for key in found.edit.after.keys if ".memoryPool" in key]
    assert len(pools) == 9 * 7 * 2
    entries = (found.edit.after.get("ProjectManager.functionlistsort") or "").split(",")
    assert "2-MX_CACHEAXI_Init-CACHEAXI-false-HAL-true-Appli" in entries
    assert "CACHEAXI" in read_rows(found.edit.after, IPS)
    assert found.edit.after.get("Appli.IPs") == found.after.get("Appli.IPs")
