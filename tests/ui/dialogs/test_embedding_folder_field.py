"""The settings tell how much lies on disk, and delete it without holding up the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.model import DiskLevel
from sam3_annotator.ui.dialogs.embedding_folder_field import EmbeddingFolderField


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay two files of 1.5 MB in all, named as embeddings are, and one that is none."""
    for number, size in ((1, 500_000), (2, 1_000_000)):
        (tmp_path / f"{number:032x}.safetensors").write_bytes(bytes(size))
    (tmp_path / "notes.txt").touch()
    return tmp_path


def test_it_tells_the_amount_and_deletes_on_a_click(qtbot: Any, folder: Path) -> None:
    field = EmbeddingFolderField(DiskLevel(folder))
    qtbot.addWidget(field)
    qtbot.waitUntil(lambda: field.amount.text() == "1.5 MB")

    field.delete.click()
    qtbot.waitUntil(lambda: field.amount.text() == "0 kB")

    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert not field.delete.isEnabled()


def test_an_empty_folder_leaves_nothing_to_delete(qtbot: Any, tmp_path: Path) -> None:
    field = EmbeddingFolderField(DiskLevel(tmp_path / "none"))
    qtbot.addWidget(field)

    qtbot.waitUntil(lambda: field.amount.text() == "0 kB")

    assert not field.delete.isEnabled()
