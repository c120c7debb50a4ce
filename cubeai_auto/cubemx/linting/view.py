"""A document as the rules read it, and the list that collects what they find."""

from __future__ import annotations

from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, installed_instances
from cubeai_auto.cubemx.document import IocDocument, IocFormatError
from cubeai_auto.cubemx.linting.finding import RULES, Finding, Severity
from cubeai_auto.cubemx.rows import IPS, PINS, RowList, read_rows, row_numbers

__all__ = ["View"]

_SEVERITIES = {rule.id: rule.severity for rule in RULES}


class View:
    """Values, lines and packs of a document, read once.

    Attributes:
        document: the document.
        values: all keys with their values, in file order.
        packs: the X-CUBE-AI in it; empty if a version cannot be read.
        unreadable: the message of that.
        pins: the values of the rows of ``Mcu.Pin``.
        ips: the values of the rows of ``Mcu.IP``.
        findings: what the rules found, in the order of the rules.
    """

    def __init__(self, document: IocDocument) -> None:
        self.document = document
        self.values = dict(document.items())
        self.packs: tuple[InstalledCubeAI, ...] = ()
        self.unreadable: str | None = None
        try:
            self.packs = installed_instances(document)
        except IocFormatError as error:
            self.unreadable = error.message
        self.pins = read_rows(document, PINS)
        self.ips = read_rows(document, IPS)
        self.findings: list[Finding] = []
        self._lines = dict(document.numbered_keys)
        self._owned: dict[str, list[str]] = {}
        for key in self.values:
            self._owned.setdefault(key.rpartition(".")[0], []).append(key)

    def numbers(self, rows: RowList) -> tuple[int, ...]:
        """The numbers of a list's rows."""
        return row_numbers(self.document, rows)

    def line(self, key: str) -> int | None:
        """The 1-based line of a key."""
        return self._lines.get(key)

    def owned(self, owner: str) -> list[str]:
        """The keys ``<owner>.<name>`` with a plain name, in file order."""
        return self._owned.get(owner, [])

    def find(
        self,
        rule: str,
        message: str,
        key: str | None = None,
        *,
        line: int | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Note a finding; line and severity are those of the key and the rule unless given."""
        if line is None and key is not None:
            line = self.line(key)
        self.findings.append(Finding(rule, severity or _SEVERITIES[rule], key, line, message))
