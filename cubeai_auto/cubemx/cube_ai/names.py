"""How X-CUBE-AI writes names into an ``.ioc``: pack versions, components, virtual pins.

CubeMX mangles the names of CMSIS pack components so that they fit into keys: a space becomes
``Oo``, a dash ``Aa``; ``Jj`` joins class and group, ``Cc`` a bundle and its class. Decoded from
the keys of real projects, pack versions 5.0.0 to 10.2.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from cubeai_auto.errors import InputError, UsageError

__all__ = [
    "CORE",
    "CORE_VALUE",
    "INIT_FUNCTION",
    "PACK",
    "PROCESS_FUNCTION",
    "VIRTUAL_PIN",
    "PackVersion",
    "UnsupportedProjectError",
    "application_value",
    "instance_name",
    "mangle",
    "virtual_pin",
    "virtual_pin_pattern",
]

PACK = "STMicroelectronics.X-CUBE-AI"
VIRTUAL_PIN = f"VP_{PACK}"
INIT_FUNCTION = "MX_X_CUBE_AI_Init"
PROCESS_FUNCTION = "MX_X_CUBE_AI_Process"

_MINORS = {5: (0, 1, 2), 6: (0,), 7: (0, 1, 2, 3), 8: (0, 1), 9: (0, 1), 10: (0, 1, 2)}
_VERIFIED = frozenset({
    (5, 0, 0), (5, 1, 1), (5, 1, 2), (5, 2, 0), (6, 0, 0), (7, 0, 0), (7, 1, 0), (7, 2, 0), (7, 3, 0),
    (8, 0, 0), (8, 1, 0), (9, 0, 0), (9, 1, 0), (10, 0, 0), (10, 1, 0), (10, 2, 0),
})  # fmt: skip
_LAST_MAJOR = 12
_VERSION = re.compile(r"(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})")
_CONTEXT = r"[A-Za-z][A-Za-z0-9]*"


class UnsupportedProjectError(InputError):
    """A readable CubeMX project has a form that this package does not edit."""


def mangle(text: str) -> str:
    """The token of a pack component's name inside a key."""
    return text.replace(" ", "Oo").replace("-", "Aa").replace("_", "Ii")


_CLASS, _BUNDLE = mangle("Artificial Intelligence"), mangle("X-CUBE-AI")
CORE = f"{_CLASS}Jj{_BUNDLE}"
"""The component of the network runtime and the generated networks."""
CORE_VALUE = f"{_BUNDLE}Cc{_CLASS}JjCore"
"""The parameter that switches :data:`CORE` on; its value is ``true``."""


@dataclass(frozen=True, slots=True, order=True)
class PackVersion:
    """A version of the X-CUBE-AI pack; ``str()`` gives it as it stands in keys."""

    major: int
    minor: int
    patch: int = field(default=0)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The version of a text ``major.minor.patch``, whether such a pack is known or not.

        Raises:
            UsageError: the text is no version.
        """
        match = _VERSION.fullmatch(text)
        if match is None:
            msg = f"{text!r} is no X-CUBE-AI version"
            raise UsageError(msg, hint="give three numbers, for example 10.2.0")
        major, minor, patch = (int(part) for part in match.groups())
        return cls(major, minor, patch)

    @classmethod
    def wanted(cls, text: str) -> Self:
        """The version of a text, if this package can write projects for it.

        Raises:
            UsageError: the text is no version, or there is no such pack, or it is too old.
        """
        found = cls.parse(text)
        if not found.known:
            msg = f"X-CUBE-AI {found} is not a pack version this package can write"
            names = ", ".join(f"{a}.{b}" for a, minors in _MINORS.items() for b in minors)
            raise UsageError(msg, hint=f"choose one of {names}, or a later one up to {_LAST_MAJOR}.x")
        return found

    @property
    def known(self) -> bool:
        """Whether the rules of this package cover the version (some of them unverified)."""
        later = (self.major, self.minor) > (10, 2) and self.major <= _LAST_MAJOR
        return later or self.minor in _MINORS.get(self.major, ())

    @property
    def verified(self) -> bool:
        """Whether the rules for the version were measured on real projects."""
        return (self.major, self.minor, self.patch) in _VERIFIED

    @property
    def note(self) -> str | None:
        """What to tell an engineer about a version that was never seen in a real project."""
        if self.verified:
            return None
        rules = "; the rules are those of 10.2" if self > PackVersion(10, 2) else ""
        return f"X-CUBE-AI {self} is unverified: no real project with it was measured{rules}"

    @property
    def digits(self) -> str:
        """The version in the name of the runtime library: ``NetworkRuntime1020_CM4_GCC.a``."""
        return f"{self.major}{self.minor}{self.patch}"

    @property
    def pack(self) -> str:
        """The pack as it stands in ``Mcu.ThirdParty0``: ``STMicroelectronics.X-CUBE-AI.10.2.0``."""
        return f"{PACK}.{self}"

    @property
    def application(self) -> str:
        """The component of the optional application; renamed in 6.0."""
        return f"{_CLASS}JjApplication" if self < PackVersion(6, 0) else "DeviceJjApplication"

    @property
    def needs_crc(self) -> bool:
        """Whether the runtime needs the CRC unit enabled (true up to 8.1)."""
        return self < PackVersion(9, 0)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def application_value(component: str) -> str:
    """The parameter that holds the chosen application of an application component."""
    return f"ApplicationCc{component}"


def instance_name(version: PackVersion, context: str | None = None) -> str:
    """The prefix of a pack's parameters: the pack, on MCUs with contexts ``<pack>_<context>``."""
    return version.pack if context is None else f"{version.pack}_{context}"


def virtual_pin(component: str, version: PackVersion, context: str | None = None) -> str:
    """The virtual pin of a component; its ``.Signal`` is the same text without ``VP_``."""
    middle = "" if context is None else f"_{context}"
    return f"{VIRTUAL_PIN}{middle}_VS_{component}_{version}"


def virtual_pin_pattern(version: PackVersion | None = None) -> re.Pattern[str]:
    """Matches a whole virtual pin of X-CUBE-AI; groups ``context``, ``component``, ``version``."""
    text = _VERSION.pattern.replace("(", "(?:") if version is None else re.escape(str(version))
    return re.compile(
        rf"{re.escape(VIRTUAL_PIN)}(?:_(?P<context>{_CONTEXT}))?_VS_(?P<component>\w+)_(?P<version>{text})"
    )
