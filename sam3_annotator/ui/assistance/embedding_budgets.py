"""Gives the embedding cache the room that the settings allow."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.model import GIGABYTE, CacheBudgets, EmbeddingCache
from sam3_annotator.ui.settings import Settings


class EmbeddingBudgets(QObject):
    """Follows the settings; `disk_gigabytes`, said on the command line, counts in place of the setting."""

    def __init__(
        self,
        cache: EmbeddingCache,
        settings: Settings,
        disk_gigabytes: float | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._cache = cache
        self._settings = settings
        self._disk_gigabytes = disk_gigabytes
        settings.changed.connect(self._follow)
        self._follow()

    @Slot(str)
    def _follow(self, _name: str = "") -> None:
        settings, said = self._settings, self._disk_gigabytes
        disk_gigabytes = settings.embedding_disk_gigabytes if said is None else said
        self._cache.set_budgets(
            CacheBudgets(
                device_bytes=settings.embedding_megabytes << 20,
                host_bytes=settings.embedding_host_megabytes << 20,
                disk_bytes=int(disk_gigabytes * GIGABYTE),
            )
        )
