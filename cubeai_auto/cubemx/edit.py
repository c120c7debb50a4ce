"""The result of an edit of an ``.ioc``: both documents and every key that differs."""

from __future__ import annotations

from dataclasses import dataclass

from cubeai_auto.cubemx.document import IocDocument

__all__ = ["Edit", "KeyChange", "key_changes"]


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key with its unescaped value before and after; ``None`` where it is absent."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that has been worked out on a copy; nothing is written yet.

    Attributes:
        before: the document as it was.
        after: the document as it shall be.
        notes: what an engineer should know: what was kept, what is stale, what is unverified.
        units: peripherals that X-CUBE-AI had switched on, as a journal says; they may go with it.
    """

    before: IocDocument
    after: IocDocument
    notes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[KeyChange, ...]:
        """Every key that differs, sorted."""
        return key_changes(self.before, self.after)


def key_changes(before: IocDocument, after: IocDocument) -> tuple[KeyChange, ...]:
    """The keys whose values differ between two documents, sorted."""
    old, new = dict(before.items()), dict(after.items())
    return tuple(
        KeyChange(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    )
