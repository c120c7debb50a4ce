"""Upgrading the X-CUBE-AI of a project to a newer pack, without CubeMX and without losing a byte.

The version stands in the names of keys, in rows and in values: all of them move together, then the
parameters change as :mod:`cubeai_auto.cubemx.cube_ai.value_maps` says. What CubeMX changes when it
opens the project with a newer CubeMX (its own version, firmware package, ...) is left to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.cubemx.cube_ai.guards import finished_edit, refuse_damaged
from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, installed_cube_ai
from cubeai_auto.cubemx.cube_ai.names import (
    PackVersion,
    UnsupportedProjectError,
    virtual_pin,
    virtual_pin_pattern,
)
from cubeai_auto.cubemx.cube_ai.value_maps import PackParameters, renamed_component, upgrade_parameters
from cubeai_auto.cubemx.document import IocDocument, IocEditError
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.cubemx.rows import IPS, PINS, THIRD_PARTIES, RowList, row_numbers
from cubeai_auto.errors import UsageError

__all__ = ["upgrade_cube_ai"]

_OLDEST = PackVersion(5, 0)
_FUNCTIONS = "ProjectManager.functionlistsort"
_LISTED = "IPParameters"


def upgrade_cube_ai(document: IocDocument, pack: str) -> Edit:
    """Move a project to a newer X-CUBE-AI.

    The cached figures of an analysis stay and are reported as stale: only a new analysis can
    change them. A chain of upgrades gives the bytes of the direct one. The same version again
    changes nothing.

    Args:
        document: the project; it is not changed.
        pack: the version, for example ``"10.2.0"``.

    Raises:
        UsageError: no such version, an older one than the project's, or no X-CUBE-AI in it.
        UnsupportedProjectError: a pack before 5.0, or X-CUBE-AI several times.
        IocEditError: merge markers, duplicate keys, or keys of the new version in the file.
        IocFormatError: the version in the file cannot be read.
    """
    target = PackVersion.wanted(pack)
    refuse_damaged(document)
    installed = installed_cube_ai(document)
    if installed is None:
        msg = "the project has no X-CUBE-AI to upgrade"
        raise UsageError(msg, hint=f"add it: cubeai-auto ioc add-ai FILE --model MODEL --pack {target}")
    source = installed.version
    if source == target:
        return Edit(document, document.copy(), (f"X-CUBE-AI {target} is already there: nothing to do",))
    if source > target:
        msg = f"the project has X-CUBE-AI {source}, newer than {target}"
        raise UsageError(msg, hint="remove the pack, then add the older one")
    if source < _OLDEST:
        msg = f"the project has X-CUBE-AI {source}; packs before 5.0 have another form"
        raise UnsupportedProjectError(
            msg, hint="open the project in CubeMX with X-CUBE-AI 5.0 or later"
        )
    if not installed.instance.startswith(source.pack):
        msg = f"the pack {source.pack} has the foreign instance name {installed.instance!r}"
        raise UnsupportedProjectError(msg, hint="repair Mcu.ThirdParty in CubeMX")
    step = _Step(source, target)
    after = document.copy()
    parameters = _parameters(document, installed)
    upgrade_parameters(parameters, source, target)
    _move_rows(after, installed, step)
    _move_lists(after, step)
    _move_keys(after, parameters, step)
    return finished_edit(document, after, _notes(document, installed, step, parameters))


@dataclass(frozen=True, slots=True)
class _Step:
    """An upgrade from one version to another, and how it renames what it finds."""

    source: PackVersion
    target: PackVersion

    def pack(self, text: str) -> str:
        """A text with the pack's name in it; only the whole version counts, not a longer one."""
        return re.sub(rf"{re.escape(self.source.pack)}(?![0-9.])", self.target.pack, text)

    def component(self, name: str) -> str:
        return renamed_component(name, self.source, self.target)

    def pin(self, name: str) -> str:
        """A virtual pin of the pack; any other pin as it is."""
        match = virtual_pin_pattern(self.source).fullmatch(name)
        if match is None:
            return name
        return virtual_pin(self.component(match["component"]), self.target, match["context"])


def _parameters(document: IocDocument, installed: InstalledCubeAI) -> PackParameters:
    pack = installed.version.pack
    own = re.compile(rf"{re.escape(pack)}([._].*|[0-9]+\.BSP\..*)", re.DOTALL)
    matches = (own.fullmatch(key) for key in document.keys)
    values = {match[1]: document.get(match[0]) or "" for match in matches if match}
    instance = installed.instance.removeprefix(pack)
    listed = values.get(f"{instance}.{_LISTED}")
    return PackParameters(
        instance=instance,
        values=values,
        listed=listed.split(",") if listed else [],
        slots=tuple(network.slot for network in installed.networks),
    )


def _move_rows(after: IocDocument, installed: InstalledCubeAI, step: _Step) -> None:
    """Rows keep their numbers: CubeMX renumbers them when it likes to."""
    row = f"{THIRD_PARTIES.prefix}{installed.row}"
    after.set(row, step.target.pack)
    if f"{row}_Instance" in after:
        after.set(f"{row}_Instance", step.pack(installed.instance))
    for key in _row_keys(after, PINS):
        after.set(key, step.pin(after.get(key) or ""))
    for key in _row_keys(after, IPS):
        after.set(key, step.pack(after.get(key) or ""))


def _row_keys(document: IocDocument, rows: RowList) -> tuple[str, ...]:
    return tuple(f"{rows.prefix}{number}" for number in row_numbers(document, rows))


def _move_lists(after: IocDocument, step: _Step) -> None:
    for key, value in after.items():
        if key == _FUNCTIONS or key.endswith(".IPs"):
            after.set(key, step.pack(value))


def _move_keys(after: IocDocument, parameters: PackParameters, step: _Step) -> None:
    """Delete the old names first: so the places of the new ones do not depend on them."""
    listed = f"{parameters.instance}.{_LISTED}"
    if parameters.listed:
        parameters.values[listed] = ",".join(parameters.listed)
    new = {f"{step.target.pack}{key}": value for key, value in parameters.values.items()}
    for key, value in after.items():
        name, _, part = key.rpartition(".")
        moved = step.pin(name)
        if moved != name:
            new[f"{moved}.{part}"] = _pin_value(part, value, step)
            after.delete(key)
        elif re.match(rf"{re.escape(step.source.pack)}(?:[._]|[0-9]+\.BSP\.)", key):
            after.delete(key)
    for key in sorted(new):
        if key in after:
            msg = f"the project already holds {key} of the newer pack"
            raise IocEditError(msg, hint="remove one of the two packs in CubeMX")
        after.set(key, new[key])


def _pin_value(part: str, value: str, step: _Step) -> str:
    if part == "Mode":
        return step.component(value)
    if part == "Signal":
        return step.pin(f"VP_{value}").removeprefix("VP_")
    return value


def _notes(
    document: IocDocument, installed: InstalledCubeAI, step: _Step, parameters: PackParameters
) -> tuple[str, ...]:
    found = [version.note for version in (step.source, step.target) if version.note]
    analyzed = [one.name for one in installed.networks if (one.macc, one.ram, one.flash) != (None,) * 3]
    if analyzed:
        found.append(
            f"the figures of {', '.join(analyzed)} are stale: X-CUBE-AI {step.source} computed them; "
            "analyze again"
        )
    buffers = parameters.get("ActivationBuffers")
    if buffers is not None and "NULL" in buffers.split(";"):
        found.append("ActivationBuffers=NULL stays: only a new analysis puts the buffers into a pool")
    if installed.orphan_slots:
        found.append(
            f"keys of {len(installed.orphan_slots)} replaced networks are renamed, nothing more"
        )
    crc = any(document.get(key) == "CRC" for key in _row_keys(document, IPS))
    if step.source.needs_crc and not step.target.needs_crc and crc:
        found.append("the CRC unit stays enabled: from 9.0 on X-CUBE-AI does without it")
    found.append(
        "MxCube.Version, FirmwarePackage and the like stay: CubeMX migrates them when it opens the file"
    )
    return tuple(dict.fromkeys([*found, *parameters.notes]))
