"""How long the embedding of an image seen before takes to come back, at the released sizes, and what it takes on disk.

What is kept is the backbone's map; the rest is derived from it again. `read` rows compare with keeping more: what
clicks need beside the map, or everything. Weights are random: they change no time. Files are read soon after they were
written, so from the system's memory: what a disk adds is their size over its speed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from _sam3 import Bench, run

from sam3_annotator.model import ConceptPrompt, DiskLevel, PackedEmbedding
from sam3_annotator.model.sam3.session import Sam3Session

HEIGHT, WIDTH = 3000, 4000


def measure(bench: Bench) -> None:
    session = Sam3Session(bench.build(vision=0))
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    embedding = session.embed(image)
    packed = session.pack(embedding)
    session.detect(embedding, ConceptPrompt("cat"), threshold=1)
    assert embedding.interactive is not None
    assert embedding.detector is not None
    clicks = {f"clicks {index}": each.cpu() for index, each in enumerate(embedding.interactive)}
    concepts = {f"concepts {index}": each.cpu() for index, each in enumerate(embedding.detector)}
    kept = {
        "the map": packed.tensors,
        "the map and what clicks need": {**packed.tensors, **clicks},
        "everything": {**packed.tensors, **clicks, **concepts},
    }
    bench.measure("restore pack an embedding", lambda: session.pack(embedding))
    bench.measure("restore from memory", lambda: session.restore(packed))
    with tempfile.TemporaryDirectory() as folder:
        disk = DiskLevel(Path(folder), 1 << 40)
        for name, tensors in kept.items():
            form = PackedEmbedding((HEIGHT, WIDTH), {key: tensor.contiguous() for key, tensor in tensors.items()})
            words = f"{name}, {form.nbytes / 1e6:.1f} MB"
            bench.measure(f"restore write {words}", partial(disk.write, name, form))
            bench.measure(f"restore read {words}", partial(disk.read, name))
        bench.measure("restore from disk", lambda: session.restore(_read(disk, "the map")))


def _read(disk: DiskLevel, key: str) -> PackedEmbedding:
    packed = disk.read(key)
    assert packed is not None
    return packed


def main(arguments: Sequence[str] | None = None) -> int:
    return run("restore", __doc__, measure, 5, arguments)


if __name__ == "__main__":
    sys.exit(main())
