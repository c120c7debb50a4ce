"""What an STM32CubeIDE ``.cproject`` says: configurations, their tools, options and source folders.

The file is Eclipse CDT's managed build; the ids are those of STM32CubeIDE, the same since its first
release. An option's value is a list of ``listOptionValue``, and a path in it starts in the build
folder, one below the project.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from cubeai_auto.cubemx.ide.edit import OtherKindError
from cubeai_auto.cubemx.ide.runtime import FoundRuntime, find_runtimes
from cubeai_auto.cubemx.xmltext import XmlDocument, XmlElement, parse_xml

__all__ = [
    "COMPILERS",
    "LINKERS",
    "PREFIX",
    "Configuration",
    "canonical_path",
    "is_covered",
    "option_of",
    "read_cproject",
    "runtimes_of",
    "values_of",
]

PREFIX = "com.st.stm32cube.ide.mcu.gnu.managedbuild."
COMPILERS = (f"{PREFIX}tool.c.compiler", f"{PREFIX}tool.cpp.compiler")
LINKERS = (f"{PREFIX}tool.c.linker", f"{PREFIX}tool.cpp.linker")
_SETTINGS = "org.eclipse.cdt.core.settings"
_BUILD = "cdtBuildSystem"
_WORKSPACE = re.compile(r"\$\{workspace_loc:/?((?:\$\{[^}]*\}|[^${}])*)\}")
_PROJECT_NAME = "${ProjName}"


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """One build configuration.

    Attributes:
        id: unique in the file.
        name: ``Debug``, ``Release``, ...
        project: the name of the Eclipse project, where known.
        build: the element ``configuration``.
        toolchain: the tools of the whole project; single files and folders may override them.
    """

    id: str
    name: str
    project: str
    build: XmlElement
    toolchain: XmlElement

    def tools(self, *classes: str) -> tuple[XmlElement, ...]:
        """The tools of these classes, whether they are used or not."""
        return tuple(tool for tool in self.toolchain.all("tool") if tool.get("superClass") in classes)

    def option(self, name: str) -> XmlElement | None:
        """An option of the whole toolchain: ``target_mcu``, ``floatabi``, ``defaults``."""
        return self.toolchain.first("option", superClass=f"{PREFIX}option.{name}")

    @property
    def compilers(self) -> tuple[XmlElement, ...]:
        """The compilers that are used. A tool without an input type compiles nothing."""
        return tuple(
            tool
            for tool in self.tools(*COMPILERS)
            if tool.first("inputType")
            or (tool.get("superClass") == COMPILERS[0] and option_of(tool, "includepaths"))
        )

    @property
    def linker(self) -> XmlElement | None:
        """The linker that is used; projects keep the one of the other language empty."""
        linkers = self.tools(*LINKERS)
        for tool in linkers:
            if tool.first("inputType"):
                return tool
        full = [tool for tool in linkers if tool.children]
        return full[0] if len(full) == 1 else None

    @property
    def source_entries(self) -> XmlElement | None:
        """The list of source folders; without it, or empty, the whole project is compiled."""
        return self.build.first("sourceEntries")


def read_cproject(data: bytes) -> tuple[XmlDocument, tuple[Configuration, ...]]:
    """The document and its configurations.

    Raises:
        XmlFormatError: it is no readable XML.
        OtherKindError: no configuration is a managed build of STM32CubeIDE.
    """
    document = parse_xml(data, root="cproject")
    project = _project_name(document.root)
    found: list[Configuration] = []
    for settings in document.root.all("storageModule", moduleId=_SETTINGS):
        for element in settings.all("cconfiguration"):
            configuration = _configuration(element, project, len(found))
            if configuration is not None:
                found.append(configuration)
    if not found:
        msg = "no configuration is a managed build of STM32CubeIDE"
        raise OtherKindError(msg, hint="for a CMake project patch its CMakeLists.txt instead")
    return document, tuple(found)


def _configuration(element: XmlElement, project: str, number: int) -> Configuration | None:
    named = element.first("storageModule", moduleId=_SETTINGS)
    name = named.get("name") if named else None
    for module in element.all("storageModule", moduleId=_BUILD):
        for build in module.all("configuration"):
            for folder in build.all("folderInfo", resourcePath=""):
                toolchain = folder.first("toolChain")
                if toolchain and (toolchain.get("superClass") or "").startswith(PREFIX):
                    name = name or build.get("name") or f"configuration {number + 1}"
                    return Configuration(element.get("id") or name, name, project, build, toolchain)
    return None


def _project_name(root: XmlElement) -> str:
    for module in root.all("storageModule", moduleId=_BUILD):
        project = module.first("project")
        if project is not None:
            return project.get("name") or ""
    return ""


def option_of(tool: XmlElement, name: str) -> XmlElement | None:
    """An option of a tool by the last part of its class: ``includepaths``, ``libraries``."""
    return tool.first("option", superClass=f"{tool.get('superClass')}.option.{name}")


def values_of(option: XmlElement | None) -> tuple[XmlElement, ...]:
    """The values of a list option."""
    return () if option is None else option.all("listOptionValue")


def runtimes_of(configuration: Configuration) -> tuple[FoundRuntime, ...]:
    """The runtime libraries that a configuration links."""
    tool = configuration.linker
    values = values_of(option_of(tool, "libraries")) if tool else ()
    return find_runtimes("\n".join(value.get("value") or "" for value in values))


def canonical_path(value: str, project: str) -> str:
    r"""A path of an option in one spelling: quotes, variables and ``./`` resolved.

    ``"${workspace_loc:/${ProjName}/Inc}"`` and ``..\Inc`` both are ``../Inc``.
    """
    text = value.strip().strip('"').strip().replace("\\", "/")
    match = _WORKSPACE.match(text)
    if match:
        owner, _, rest = match[1].partition("/")
        if owner not in {_PROJECT_NAME, project}:
            return text
        text = posixpath.join("..", rest) + text[match.end() :]
    text = text.replace("${ProjDirPath}", "..")
    return posixpath.normpath(text) if text else ""


def is_covered(entries: XmlElement | None, folder: str) -> bool:
    """Whether the source folders of a configuration compile a folder of the project."""
    if entries is None or not entries.all("entry"):
        return True
    return any(_covers(entry, folder) for entry in entries.all("entry", kind="sourcePath"))


def _covers(entry: XmlElement, folder: str) -> bool:
    name = (entry.get("name") or "").strip("/")
    if folder == name:
        return True
    if name and not folder.startswith(f"{name}/"):
        return False
    inside = folder[len(name) :].strip("/").split("/")
    ways = ["/".join(inside[: count + 1]) for count in range(len(inside))]
    patterns = [part.strip("/") for part in (entry.get("excluding") or "").split("|")]
    return not any(
        fnmatchcase(way, pattern.removesuffix("/**")) for way in ways for pattern in patterns if pattern
    )
