"""STM32 parts: sizes by part number, and ST's description of one part as XML."""

from cubeai_auto.cubemx.mcu.mcu_xml import Mcu, McuXmlError, parse_mcu, read_mcu
from cubeai_auto.cubemx.mcu.parts import (
    AmbiguousPartError,
    Part,
    PartError,
    UnknownPartError,
    find_part,
)

__all__ = [
    "AmbiguousPartError",
    "Mcu",
    "McuXmlError",
    "Part",
    "PartError",
    "UnknownPartError",
    "find_part",
    "parse_mcu",
    "read_mcu",
]
