"""Pillow as we use it; imported when it is first needed, so that the window shows before that is paid for."""

from __future__ import annotations

import importlib
import re
import warnings
from contextlib import suppress
from types import ModuleType

_PLUGINS = ("Avif", "Bmp", "Gif", "Jpeg", "Jpeg2K", "Mpo", "Png", "Ppm", "Tiff", "WebP")


def import_pillow() -> ModuleType:
    """Import Pillow's `Image` with the formats we read, made quiet and without its own limit of size."""
    from PIL import Image

    for name in _PLUGINS:
        with suppress(ImportError):  # AVIF is missing in some builds
            importlib.import_module(f"PIL.{name}ImagePlugin")
    # Ours is checked in `images.opened_image`, with a sentence that names it.
    Image.MAX_IMAGE_PIXELS = None
    # What Pillow warns of (odd metadata) is nothing the user could act on. `catch_warnings` is not safe with
    # threads; one filter that stays is.
    if ("ignore", None, Warning, re.compile(r"PIL\."), 0) not in warnings.filters:
        warnings.filterwarnings("ignore", module=r"PIL\.")
    return Image
