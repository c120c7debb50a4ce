"""``python -m cubeai_auto`` is ``cubeai-auto``."""

from __future__ import annotations

import sys

from cubeai_auto.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
