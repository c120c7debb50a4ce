"""Whether a readable Properties text is a CubeMX project at all."""

from __future__ import annotations

from pathlib import Path

from cubeai_auto.cubemx.document import IocDocument, IocFormatError

__all__ = ["read_project", "require_project"]

_SIGNS = ("Mcu.", "MxCube.", "MxDb.", "File.Version")


def require_project(document: IocDocument) -> None:
    """Refuse a text that merely has the form of one.

    Raises:
        IocFormatError: no key of the kind that every CubeMX project has.
    """
    if not any(key.startswith(_SIGNS) for key in document.keys):
        first = document.keys[0] if document.keys else ""
        shown = first if len(first) <= 60 else f"{first[:57]}..."
        msg = f"not a CubeMX project: no key of an MCU or of CubeMX, the first one is {shown!r}"
        raise IocFormatError(msg, hint="pass the .ioc file that STM32CubeMX saved")


def read_project(path: Path | str) -> IocDocument:
    """The document of a CubeMX project file.

    Raises:
        MissingPathError: the file does not exist.
        RefusedError: it cannot be read.
        IocFormatError: it is no ``.ioc``, or no CubeMX project; the message names the file.
    """
    document = IocDocument.read(path)
    try:
        require_project(document)
    except IocFormatError as error:
        msg = f"{path}: {error.message}"
        raise IocFormatError(msg, hint=error.hint) from error
    return document
