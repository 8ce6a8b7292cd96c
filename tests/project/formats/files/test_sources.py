"""Which files in a folder a user put there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from sam3_annotator.project.formats.files.sources import is_hidden, shown
from sam3_annotator.project.formats.voc.reading import read


def test_files_are_shown_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.xml", "._a.xml", "a.xml", ".DS_Store"):
        (tmp_path / name).touch()

    assert [file.name for file in shown(tmp_path.iterdir())] == ["a.xml", "b.xml"]
    assert is_hidden("__MACOSX/._a.xml")
    assert not is_hidden(".folder/a.xml")


def test_what_macos_leaves_beside_masks_is_no_image(tmp_path: Path) -> None:
    for folder in ("SegmentationObject", "SegmentationClass"):
        (tmp_path / folder).mkdir()
        Image.fromarray(np.eye(8, dtype=np.uint8)).save(tmp_path / folder / "a.png")
    (tmp_path / "SegmentationObject/._a.png").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")

    assert [Path(image.name).stem for image in read(tmp_path).images] == ["a"]
