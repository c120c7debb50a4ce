"""The data sets of human activity that a recipe can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cubeai_auto.errors import ConfigError, MissingPathError
from cubeai_auto.models.dataset import Dataset
from cubeai_auto.models.har.assemble import assemble
from cubeai_auto.models.har.basic_motions import read_basic_motions
from cubeai_auto.models.har.motionsense import read_motionsense
from cubeai_auto.models.har.places import Upstream, find_files
from cubeai_auto.models.har.recordings import Recordings
from cubeai_auto.models.har.st_wiki import ARCHIVE_SHA256, ARCHIVE_URL, read_st_wiki
from cubeai_auto.models.har.uci_har import read_uci_har
from cubeai_auto.models.har.wisdm import read_wisdm_2019_watch, read_wisdm_v1_1
from cubeai_auto.models.loaders import Loader
from cubeai_auto.models.options import DatasetOptions

__all__ = ["LOADERS", "load_basic_motions"]


def load_basic_motions(options: DatasetOptions) -> Dataset:
    """BasicMotions from the installed sktime, or from the folder that ``options.path`` names.

    Raises:
        ToolMissingError: sktime is not installed.
        ConfigError: an address or a hash was given, which this data set has no use for.
        CubeAIError: as the reader and :func:`~cubeai_auto.models.har.assemble.assemble` say.
    """
    for key, value in (("url", options.url), ("sha256", options.sha256)):
        if value is not None:
            msg = f"the data set {options.name!r} comes with sktime and takes no dataset.{key}"
            raise ConfigError(msg, key=f"dataset.{key}", hint=f"leave dataset.{key} away")
    if options.path is not None and not options.path.exists():
        msg = f"the data set's path does not exist: {options.path}"
        raise MissingPathError(msg, hint="leave dataset.path away to take the files of sktime")
    return assemble(read_basic_motions(options.path), options.name, options.signal)


def _loader(read: Callable[[Path], Recordings], upstream: Upstream) -> Loader:
    def load(options: DatasetOptions) -> Dataset:
        return assemble(read(find_files(options, upstream)), options.name, options.signal)

    return load


LOADERS: Final[Mapping[str, Loader]] = MappingProxyType(
    {
        "basic_motions": load_basic_motions,
        "motionsense": _loader(
            read_motionsense,
            Upstream(
                "https://github.com/mmalekzadeh/motion-sense (folder data)", "A_DeviceMotion_data.zip"
            ),
        ),
        "st_wiki_har": _loader(
            read_st_wiki,
            Upstream(
                "https://github.com/STMicroelectronics/stm32ai-wiki (AI_resources/HAR)",
                "dataset.zip",
                ARCHIVE_URL,
                ARCHIVE_SHA256,
            ),
        ),
        "uci_har": _loader(
            read_uci_har,
            Upstream(
                "https://archive.ics.uci.edu/dataset/240", "the unpacked folder 'UCI HAR Dataset'"
            ),
        ),
        "wisdm_2019_watch": _loader(
            read_wisdm_2019_watch,
            Upstream("https://archive.ics.uci.edu/dataset/507", "the unpacked folder raw/watch/accel"),
        ),
        "wisdm_v1_1": _loader(
            read_wisdm_v1_1,
            Upstream("https://www.cis.fordham.edu/wisdm/dataset.php", "WISDM_ar_v1.1_raw.txt"),
        ),
    }
)
"""By the name in the project file."""
