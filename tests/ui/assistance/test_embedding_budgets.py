"""The embedding cache has the room that settings and command line give it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from sam3_annotator.model import EmbeddingCache
from sam3_annotator.ui.assistance.embedding_budgets import EmbeddingBudgets
from sam3_annotator.ui.settings import Settings


@pytest.fixture
def cache(tmp_path: Path) -> EmbeddingCache:
    return EmbeddingCache(folder=tmp_path)


def budgets(cache: EmbeddingCache) -> tuple[int, int, int]:
    assert cache.disk is not None
    return cache.device.budget_bytes, cache.host.budget_bytes, cache.disk.budget_bytes


def test_the_settings_count_at_once_and_when_they_change(qapp: QApplication, cache: EmbeddingCache) -> None:
    settings = Settings()
    kept = EmbeddingBudgets(cache, settings)
    at_first = budgets(cache)

    settings.embedding_megabytes = 100
    settings.embedding_host_megabytes = 50
    settings.embedding_disk_gigabytes = 3

    assert at_first == (1 << 30, 512 << 20, 10_000_000_000)
    assert budgets(cache) == (100 << 20, 50 << 20, 3_000_000_000)
    kept.deleteLater()


def test_the_command_line_counts_in_place_of_the_setting(qapp: QApplication, cache: EmbeddingCache) -> None:
    settings = Settings()
    kept = EmbeddingBudgets(cache, settings, disk_gigabytes=0.5)

    settings.embedding_disk_gigabytes = 3

    assert budgets(cache)[2] == 500_000_000
    kept.deleteLater()
