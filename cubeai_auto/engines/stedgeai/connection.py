"""Where validation runs: the text of ``--desc``, ``[domain[:option[:option]]]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cubeai_auto.errors import UsageError

__all__ = ["DOMAINS", "Connection"]

DOMAINS = ("serial", "file", "app", "lib", "socket", "ispu-app", "serial-ispu", "mpu", "fvp")
_SERIAL = frozenset({"serial", "serial-ispu"})
_DRIVE = re.compile(r"^[A-Za-z]$")


@dataclass(frozen=True, slots=True)
class Connection:
    """A board on a serial port, or a path for the other domains.

    Attributes:
        domain: one of :data:`DOMAINS`.
        port: serial port (``COM6``, ``/dev/ttyACM0``); ``None`` lets the tool look for the board.
        baud: bits a second; ``None`` for the tool's own choice.
        path: what the other domains take: a file, a folder, an address.
    """

    domain: str = "serial"
    port: str | None = None
    baud: int | None = None
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> Connection:
        """Read any generation's form: ``serial:COM6:115200``, ``COM6:115200``, ``lib:./st_ai_ws``.

        A token of digits is the baud rate. A text with a path separator but no domain is a
        library; a Windows drive letter is not a domain.

        Raises:
            UsageError: two ports, two baud rates, or nothing after a domain that needs a path.
        """
        head, colon, rest = text.partition(":")
        if head in DOMAINS and head not in _SERIAL:
            if head in {"lib", "file", "app"} and not rest:
                msg = f"the connection {text!r} names no path"
                raise UsageError(msg, hint=f"write {head}:PATH")
            return cls(head, path=rest)
        if head not in DOMAINS and head:
            if (_DRIVE.match(head) and colon) or _is_path(head):
                return cls("lib", path=text)
            return cls._serial("serial", text)
        return cls._serial(head or "serial", rest)

    @classmethod
    def _serial(cls, domain: str, options: str) -> Connection:
        port: str | None = None
        baud: int | None = None
        for token in filter(None, options.split(":")):
            if token.isdecimal() and baud is None:
                baud = int(token)
            elif not token.isdecimal() and port is None:
                port = token
            else:
                msg = f"not a connection: {options!r} has more than a port and a baud rate"
                raise UsageError(msg, hint="write serial:PORT:BAUD")
        return cls(domain, port, baud)

    @property
    def is_serial(self) -> bool:
        """Whether a board is at the other end of a serial line."""
        return self.domain in _SERIAL

    def text(self, *, bare: bool = False) -> str:
        """The text of ``--desc``; ``bare`` leaves the word ``serial`` out, as 5.x wants it."""
        if not self.is_serial:
            return f"{self.domain}:{self.path}" if self.path else self.domain
        options = [*filter(None, (self.port, "" if self.baud is None else str(self.baud)))]
        return ":".join(options) if bare and options else ":".join([self.domain, *options])


def _is_path(text: str) -> bool:
    return ("/" in text and not text.startswith("/dev/")) or "\\" in text
