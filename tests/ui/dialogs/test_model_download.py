"""What is said of a download: honest about what has come, and about how long the rest will take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from sam3_annotator.model import Catalog, ModelState
from sam3_annotator.ui.background import background_is_idle
from sam3_annotator.ui.dialogs.model_download import ModelDownload

MB = 1_000_000


class QuietCatalog(Catalog):
    """Downloads nothing, at once: the test says what has come."""

    def download(self, name: str, **_: Any) -> Path:
        return self.entry(name).path


@pytest.fixture
def follow(qtbot: QtBot, tmp_path: Path) -> Callable[..., list[str]]:
    """Begin with so many bytes from earlier; give what is said of bytes at seconds, of 3,000 MB."""

    def words(had: int, *moments: tuple[float, int]) -> list[str]:
        catalog = QuietCatalog(tmp_path)
        seconds, said = [0.0], []
        download = ModelDownload(catalog, clock=lambda: seconds[0])
        download.progressed.connect(lambda _done, _total, sentence: said.append(sentence))
        download.start(replace(catalog.entry("sam3"), state=ModelState.PARTIAL, fetched=had), None)
        qtbot.waitUntil(background_is_idle)
        for at, done in moments:
            seconds[0] = at
            download._tell(done // 1024, 3000 * MB // 1024)
        return said

    return words


def test_as_long_as_nothing_has_come_it_is_asked_for(follow: Callable[..., list[str]]) -> None:
    assert follow(0, (1.0, 0), (20.0, 0)) == ["Asking Hugging Face…", "Asking Hugging Face…"]


def test_time_left_follows_from_what_has_come(follow: Callable[..., list[str]]) -> None:
    assert follow(0, (1.0, 0), (11.0, 200 * MB))[-1] == "200 MB of 3.00 GB, about 2 minutes left"


def test_what_was_there_from_earlier_does_not_count_as_quick(follow: Callable[..., list[str]]) -> None:
    said = follow(2000 * MB, (1.0, 0), (9.0, 1900 * MB), (10.0, 2000 * MB), (20.0, 2020 * MB))

    assert said[1:] == ["1.90 GB of 3.00 GB", "2.00 GB of 3.00 GB", "2.02 GB of 3.00 GB, about 8 minutes left"]
