"""Every icon named in the source is there, and every icon there is named."""

from __future__ import annotations

import re
from pathlib import Path

from sam3_annotator.paths import resources_dir

PACKAGE = Path(__file__).parents[2] / "sam3_annotator"
ICONS = {path.stem for path in (resources_dir() / "icons").glob("*.svg")}
# Calls whose first or second argument is the name of an icon.
NAMING_CALL = re.compile(
    r"\b(?:pixmap|icon)\(\s*\"([a-z0-9-]+)\"|bind_icon\([^,\"]+,\s*\"([a-z0-9-]+)\"|icon=\"([a-z0-9-]+)\""
)
STRING = re.compile(r"\"([a-z0-9]+(?:-[a-z0-9]+)*)\"")


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "ui").rglob("*.py")))


def test_every_icon_named_has_a_file() -> None:
    named = {name for match in NAMING_CALL.findall(sources()) for name in match if name}

    assert named
    assert named <= ICONS


def test_every_icon_file_is_named() -> None:
    assert set(STRING.findall(sources())) >= ICONS


def test_icons_carry_no_colour_of_their_own() -> None:
    for name in ICONS:
        svg = (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        assert svg.count("<path ") >= 1, name
        assert "fill=" not in svg, name
