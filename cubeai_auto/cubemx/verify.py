"""The last look at an edit before it is written."""

from __future__ import annotations

from cubeai_auto.cubemx.document import IocDocument, IocEditError
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.cubemx.linting import Finding, lint
from cubeai_auto.cubemx.proof import Untouched, prove

__all__ = ["verify_edit"]


def verify_edit(edit: Edit) -> Untouched:
    """The proof of an edit that may be written.

    Raises:
        IocEditError: it moves what is none of its business, or the result breaks a lint rule
            that the file kept before.
    """
    proof = prove(edit)
    if not proof.all:
        keys = ", ".join(change.key for change in proof.moved[:3])
        msg = f"the edit would touch what does not belong to X-CUBE-AI: {keys}"
        raise IocEditError(msg, hint="nothing is written; report this with the .ioc file")
    known = {finding.rule for finding in _errors(edit.before)}
    new = [finding for finding in _errors(edit.after) if finding.rule not in known]
    if new:
        msg = f"the edited file would break the rule {new[0].rule}: {new[0].message}"
        raise IocEditError(msg, hint="nothing is written; look at: cubeai-auto ioc lint FILE")
    return proof


def _errors(document: IocDocument) -> list[Finding]:
    return [finding for finding in lint(document) if finding.severity == "error"]
