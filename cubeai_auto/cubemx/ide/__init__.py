"""Project files of STM32CubeIDE, CMake and make: networks in, networks out, all else as it was."""

from __future__ import annotations

from cubeai_auto.cubemx.ide.cmake import add_to_cmake, remove_from_cmake
from cubeai_auto.cubemx.ide.cproject import add_to_cproject, remove_from_cproject
from cubeai_auto.cubemx.ide.edit import IdeChange, IdeEdit, IdeFormatError, OtherKindError
from cubeai_auto.cubemx.ide.folder import IdeFolder, ide_files, network_files
from cubeai_auto.cubemx.ide.makefile import add_to_makefile, remove_from_makefile
from cubeai_auto.cubemx.ide.mxproject import MxProject
from cubeai_auto.cubemx.ide.project import IdePlan, apply_plan, plan_add, plan_remove
from cubeai_auto.cubemx.ide.runtime import IdeAdditions, NetworkFiles, RuntimeLibrary, additions_for

__all__ = [
    "IdeAdditions",
    "IdeChange",
    "IdeEdit",
    "IdeFolder",
    "IdeFormatError",
    "IdePlan",
    "MxProject",
    "NetworkFiles",
    "OtherKindError",
    "RuntimeLibrary",
    "add_to_cmake",
    "add_to_cproject",
    "add_to_makefile",
    "additions_for",
    "apply_plan",
    "ide_files",
    "network_files",
    "plan_add",
    "plan_remove",
    "remove_from_cmake",
    "remove_from_cproject",
    "remove_from_makefile",
]
