"""STM32CubeMX without a mouse: find it, write its script, run it, judge what it did."""

from cubeai_auto.cubemx.headless.discovery import CubeMX, CubeMXSearch, search_cubemx
from cubeai_auto.cubemx.headless.generate import Generation, generate_code
from cubeai_auto.cubemx.headless.judge import Verdict, judge
from cubeai_auto.cubemx.headless.script import generation_script

__all__ = [
    "CubeMX",
    "CubeMXSearch",
    "Generation",
    "Verdict",
    "generate_code",
    "generation_script",
    "judge",
    "search_cubemx",
]
