"""Names the program's files, and finds the resources that ship with the program and the user's own folders."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import cache
from pathlib import Path

APP_NAME = "sam3-annotator"
PROJECT_SUFFIX = ".sam3proj"
"""How the names of project files end."""
FOLDER_PROJECT_NAME = f"annotations{PROJECT_SUFFIX}"
"""The project file of a folder of images that is opened without one."""


@cache
def resources_dir() -> Path:
    """Give `resources/`: inside the package when installed from a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def samples_dir() -> Path:
    """Give the folder of the sample photographs."""
    return resources_dir() / "samples"


def expand_home(path: str | Path) -> Path:
    """Write out `~` and `~somebody` as shells do; somebody who is not known here stays, and there will be no file."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def user_data_dir() -> Path:
    """Give the user's data folder of this program; it may not exist yet. Raises `OSError` where there is no home."""
    from platformdirs import user_data_path  # not needed before the window shows

    return _at_home(user_data_path)


def user_cache_dir() -> Path:
    """Give the folder of what can be computed again; it may not exist yet. Raises `OSError` where there is no home."""
    from platformdirs import user_cache_path  # not needed before the window shows

    return _at_home(user_cache_path)


def user_log_dir() -> Path:
    """Give the folder of the log files; it may not exist yet. Raises `OSError` where there is no home."""
    from platformdirs import user_log_path  # not needed before the window shows

    return _at_home(user_log_path)


def _at_home(find: Callable[..., Path]) -> Path:
    try:
        return find(APP_NAME, appauthor=False)
    except RuntimeError as error:  # a user whom the system does not know, as in some containers
        raise FileNotFoundError(errno.ENOENT, "no home folder is known; set HOME to a folder of yours") from error
