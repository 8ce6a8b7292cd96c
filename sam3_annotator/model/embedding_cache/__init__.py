"""Embeddings kept for images that are seen again, in memory and on disk."""

from __future__ import annotations

from sam3_annotator.model.embedding_cache.cache import GIGABYTE, CacheBudgets, EmbeddingCache
from sam3_annotator.model.embedding_cache.disk_level import DiskLevel, DiskUsage, default_folder

__all__ = ["GIGABYTE", "CacheBudgets", "DiskLevel", "DiskUsage", "EmbeddingCache", "default_folder"]
