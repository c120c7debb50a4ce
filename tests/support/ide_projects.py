"""Small project files in the forms of STM32CubeIDE, CMake and make, written for these tests."""

from __future__ import annotations

from collections.abc import Sequence

from cubeai_auto.cubemx.cube_ai.names import PackVersion
from cubeai_auto.cubemx.ide import IdeAdditions, NetworkFiles, RuntimeLibrary, additions_for

__all__ = [
    "CMAKE",
    "GENERATED_CMAKE",
    "MAKEFILE",
    "MXPROJECT",
    "P",
    "PROJECT",
    "builtin",
    "cproject",
    "cube_ai",
    "defaults",
    "entry",
    "option",
]

P = "com.st.stm32cube.ide.mcu.gnu.managedbuild."


def cube_ai(
    version: str = "10.2.0", core: str = "CM4", names: Sequence[str] = ("network",)
) -> IdeAdditions:
    """What ST's engine adds in the layout of CubeMX."""
    sources = tuple(f"{name}{part}.c" for name in names for part in ("", "_data", "_data_params"))
    files = NetworkFiles(tuple(names), "X-CUBE-AI/App", sources)
    return additions_for(files, RuntimeLibrary(PackVersion.parse(version), core))


def builtin(folder: str = "AI/digits") -> IdeAdditions:
    """What the built-in engine adds."""
    return additions_for(NetworkFiles(("digits",), folder, ("digits.c", "digits_data.c")), None)


def defaults(*, fields: int = 28) -> str:
    """The string of 28 fields that STM32CubeIDE keeps."""
    parts = [""] * fields
    parts[0] = "com.st.stm32cube.ide.common.services.build.inputs.revA.1.0.6"
    if fields == 28:
        parts[10], parts[15] = "../Core/Inc | ../Drivers/Inc", "Drivers | Core"
        parts[18] = "${workspace_loc:/${ProjName}/F.ld}"
    return " || ".join(parts)


def option(
    tool: str, name: str, kind: str, values: Sequence[str], *, number: int, label: str = ""
) -> str:
    """A list option of a tool, on lines of their own."""
    superclass = f"{P}tool.{tool}.option.{name}"
    named = f' name="{label}"' if label else ""
    head = (
        f'\n\t\t\t\t\t\t\t\t<option IS_BUILTIN_EMPTY="false" IS_VALUE_EMPTY="{str(not values).lower()}"'
        f' id="{superclass}.{number}"{named} superClass="{superclass}" valueType="{kind}"'
    )
    if not values:
        return head + "/>"
    lines = "".join(
        f'\n\t\t\t\t\t\t\t\t\t<listOptionValue builtIn="false" value="{value}"/>' for value in values
    )
    return f"{head}>{lines}\n\t\t\t\t\t\t\t\t</option>"


def _tool(kind: str, number: int, options: str, *, used: bool) -> str:
    head = f'\n\t\t\t\t\t\t\t<tool id="{P}tool.{kind}.{number}" name="T" superClass="{P}tool.{kind}"'
    if used:
        options += f'\n\t\t\t\t\t\t\t\t<inputType id="{P}tool.{kind}.input.{number}1" superClass="x"/>'
    return f"{head}>{options}\n\t\t\t\t\t\t\t</tool>" if options else f"{head}/>"


def _configuration(
    name: str,
    number: int,
    *,
    includes: Sequence[str],
    linker: str,
    entries: str | None,
    cpp: bool,
    mcu: str,
    abi: str,
    memory: str,
) -> str:
    paths = option("c.compiler", "includepaths", "includePath", includes, number=number + 1)
    cpp_paths = option("cpp.compiler", "includepaths", "includePath", includes, number=number + 2)
    tools = "".join((
        _tool("assembler", number + 3, "", used=True),
        _tool("c.compiler", number + 4, paths, used=True),
        _tool("cpp.compiler", number + 5, cpp_paths if cpp else "", used=cpp),
        _tool("c.linker", number + 6, "" if cpp else linker, used=not cpp),
        _tool("cpp.linker", number + 7, linker if cpp else "", used=cpp),
    ))  # fmt: skip
    values = {"target_mcu": mcu, "floatabi": f"{P}option.floatabi.value.{abi}", "defaults": memory}
    general = "".join(
        f'\n\t\t\t\t\t\t\t<option id="{P}option.{key}.{number + 8 + k}" superClass="{P}option.{key}"'
        f' value="{value}" valueType="string"/>'
        for k, (key, value) in enumerate(values.items())
    )
    sources = (
        "" if entries is None else f"\n\t\t\t\t\t<sourceEntries>{entries}\n\t\t\t\t\t</sourceEntries>"
    )
    kind, settings = f"{P}toolchain.exe.{name.lower()}", "org.eclipse.cdt.core.settings"
    own = f"config.{name.lower()}.{number}"
    return f"""
		<cconfiguration id="{own}">
			<storageModule id="{own}" moduleId="{settings}" name="{name}"/>
			<storageModule moduleId="cdtBuildSystem" version="4.0.0">
				<configuration id="{own}" name="{name}">
					<folderInfo id="config.{number}." name="/" resourcePath="">
						<toolChain id="chain.{number}" superClass="{kind}">{general}{tools}
						</toolChain>
					</folderInfo>
					<folderInfo id="config.{number}.77" name="/" resourcePath="Drivers">
						<toolChain id="chain.{number}7" superClass="{kind}">
							<tool id="{number}77" superClass="{P}tool.c.compiler.{number + 4}"/>
						</toolChain>
					</folderInfo>{sources}
				</configuration>
			</storageModule>
		</cconfiguration>"""


def entry(name: str, excluding: str = "") -> str:
    """A source folder."""
    left = f'excluding="{excluding}" ' if excluding else ""
    flags = "VALUE_WORKSPACE_PATH|RESOLVED"
    return f'\n\t\t\t\t\t\t<entry {left}flags="{flags}" kind="sourcePath" name="{name}"/>'


def cproject(
    *,
    includes: Sequence[str] = ("../Core/Inc", "../Drivers/Inc"),
    linker: str = "",
    release_linker: str | None = None,
    entries: str | None = entry("Core") + entry("Drivers"),
    cpp: bool = False,
    mcu: str = "STM32F446RETx",
    abi: str = "hard",
    memory: str | None = None,
    newline: str = "\n",
) -> bytes:
    """A ``.cproject`` with the configurations Debug and Release."""
    script = f'\n\t\t\t\t\t\t\t\t<option id="{P}tool.c.linker.option.script.{{}}" superClass="script"/>'
    linkers = {"Debug": linker, "Release": linker if release_linker is None else release_linker}
    configurations = "".join(
        _configuration(
            name,
            number,
            includes=includes,
            linker=script.format(number) + linkers[name],
            entries=entries,
            cpp=cpp,
            mcu=mcu,
            abi=abi,
            memory=defaults() if memory is None else memory,
        )
        for name, number in (("Debug", 1000), ("Release", 2000))
    )
    text = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?fileVersion 4.0.0?><cproject storage_type_id="org.eclipse.cdt.core.XmlProjectDescriptionStorage">
	<storageModule moduleId="org.eclipse.cdt.core.settings">{configurations}
	</storageModule>
	<storageModule moduleId="cdtBuildSystem" version="4.0.0">
		<project id="blinky.null.5" name="blinky"/>
	</storageModule>
</cproject>"""
    return text.replace("\n", newline).encode()


PROJECT = b"""<?xml version="1.0" encoding="UTF-8"?>
<projectDescription>
	<name>blinky</name>
	<comment></comment>
	<projects>
	</projects>
	<natures>
		<nature>org.eclipse.cdt.core.cnature</nature>
	</natures>
	<linkedResources>
		<link>
			<name>Application/User/Core/main.c</name>
			<type>1</type>
			<locationURI>PARENT-1-PROJECT_LOC/Core/Src/main.c</locationURI>
		</link>
	</linkedResources>
</projectDescription>
"""

MAKEFILE = """TARGET = blinky
BUILD_DIR = build

# C sources
C_SOURCES =  \\
Core/Src/main.c \\
Core/Src/gpio.c

# C includes
C_INCLUDES =  \\
-ICore/Inc

CFLAGS += $(C_INCLUDES)

# libraries
LIBS = -lc -lm -lnosys<blank>
LIBDIR =<blank>
LDFLAGS = $(LIBDIR) $(LIBS) -Wl,--gc-sections

OBJECTS = $(addprefix $(BUILD_DIR)/,$(notdir $(C_SOURCES:.c=.o)))
vpath %.c $(sort $(dir $(C_SOURCES)))

$(BUILD_DIR)/%.o: %.c Makefile | $(BUILD_DIR)
	$(CC) -c $(CFLAGS) $< -o $@

$(BUILD_DIR)/$(TARGET).elf: $(OBJECTS) Makefile
	$(CC) $(OBJECTS) $(LDFLAGS) -o $@

$(BUILD_DIR):
	mkdir $@
""".replace("<blank>", " ")

CMAKE = """cmake_minimum_required(VERSION 3.16)

# Setup compiler settings
set(CMAKE_C_STANDARD 11)

# Set the project name
set(CMAKE_PROJECT_NAME blinky)

# Core project settings
project(${CMAKE_PROJECT_NAME} C)

# Create an executable object type
add_executable(${CMAKE_PROJECT_NAME})

# Add STM32CubeMX generated sources
add_subdirectory(cmake/stm32cubemx)

# Add sources to executable
target_sources(${CMAKE_PROJECT_NAME} PRIVATE
    # Add user sources here
)

# Add linked libraries
target_link_libraries(${CMAKE_PROJECT_NAME}
    stm32cubemx

    # Add user defined libraries
)
"""

GENERATED_CMAKE = """cmake_minimum_required(VERSION 3.16)
set(MX_Application_Src
    ${CMAKE_CURRENT_SOURCE_DIR}/../../Core/Src/main.c
)
set(MX_LINK_LIBS
    m
)
add_library(stm32cubemx INTERFACE)
target_include_directories(stm32cubemx INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/../../Core/Inc)
target_sources(${CMAKE_PROJECT_NAME} PRIVATE ${MX_Application_Src})
target_link_libraries(${CMAKE_PROJECT_NAME} ${MX_LINK_LIBS})
"""

MXPROJECT = rb"""[PreviousLibFiles]
LibFiles=Drivers\Inc\hal.h;Middlewares\ST\AI\Lib\NetworkRuntime1020_CM4_GCC.a;

[PreviousUsedCubeIDEFiles]
SourceFiles=Core\Src\main.c;;X-CUBE-AI\App\network.c;;
HeaderPath=Core\Inc;X-CUBE-AI\App;
CDefines=USE_HAL_DRIVER;STM32F446xx;

[PreviousGenFiles]
AdvancedFolderStructure=true
SourceFileListSize=2
SourceFiles#0=..\Core\Src\main.c
SourceFiles#1=..\X-CUBE-AI\App\network.c
SourceFiles=;

[ThirdPartyIp]
ThirdPartyIpNumber=1
ThirdPartyIpName#0=STMicroelectronics.X-CUBE-AI.10.2.0
"""
