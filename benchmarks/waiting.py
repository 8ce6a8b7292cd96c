"""How long a click waits for its mask while SAM 3 encodes the next image, at the released sizes.

The promise is at most 150 ms more than alone on a CPU with AMX: one block of the encoder. Weights are random: they
change no time. Clicks come one after the other, each a moment after the answer to the one before, as long as the
encoding lasts; the encoding is not begun anew for any of them.
"""

from __future__ import annotations

import queue
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
from _sam3 import Bench, Row, run

from sam3_annotator.model import Check, Engine, Outcome, PointPrompt, Slot, Workbench
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.session import Sam3Session

HEIGHT, WIDTH = 1500, 2000
ALONE = 7
MOST_PAUSE_S = 1.0


class WatchedSession(Sam3Session):
    """Notes how often an encoding is begun, and when its blocks begin."""

    encodings = 0
    blocks: list[float]

    def embed(self, image: np.ndarray, *, check: Check = lambda: None) -> Sam3Embedding:
        """Encode an image, and note it."""
        self.encodings += 1
        self.blocks = []

        def note_and_check() -> None:
            self.blocks.append(time.perf_counter())
            check()

        return super().embed(image, check=note_and_check)


def encode(key: str, image: np.ndarray) -> Callable[[Workbench], object]:
    return lambda bench: bench.embed(key, lambda: image) and None


def click(x: float) -> Callable[[Workbench], object]:
    def job(bench: Workbench) -> None:
        embedding = bench.embeddings.device.get("shown")
        assert embedding is not None
        bench.session.segment(embedding, [PointPrompt(x, 700.0)], check=bench.check)

    return job


def measure(bench: Bench) -> None:
    session = WatchedSession(bench.build())
    outcomes: queue.Queue[Outcome] = queue.Queue()
    engine = Engine(lambda: session, deliver=outcomes.put, report=lambda _status: None)
    thread = threading.Thread(target=engine.run)
    thread.start()
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    engine.submit(Slot.EMBED, encode("shown", image), "shown")
    _raise_failure(outcomes.get())
    alone = [_time_click(engine, outcomes, 100.0 * number)[0] for number in range(ALONE)]
    behind: list[float] = []
    pauses = random.Random(0)
    engine.submit(Slot.PREFETCH, encode("next", image[::-1]), "next")
    is_encoding = True
    while is_encoding:
        time.sleep(pauses.uniform(0.0, MOST_PAUSE_S))
        waited, is_encoding = _time_click(engine, outcomes, 50.0 + len(behind))
        behind.append(waited)
    engine.stop()
    thread.join()
    if session.encodings != 2:
        raise SystemExit("The encoding was begun anew for a click.")
    blocks = [(after - before) * 1e3 for before, after in zip(session.blocks, session.blocks[1:], strict=False)]
    bench.rows += [
        _row("waiting click alone", alone),
        _row("waiting click behind an encoding", behind[:-1] or behind),
        _row("waiting one block, with the clicks in it", blocks),
    ]


def _time_click(engine: Engine, outcomes: queue.Queue[Outcome], x: float) -> tuple[float, bool]:
    """Click and wait for the answer: milliseconds, and whether the encoding was still under way."""
    is_encoding = True
    started = time.perf_counter()
    ticket = engine.submit(Slot.SEGMENT, click(x), "shown")
    while (outcome := outcomes.get()).ticket != ticket:
        _raise_failure(outcome)
        is_encoding = False
    _raise_failure(outcome)
    return (time.perf_counter() - started) * 1e3, is_encoding and outcomes.empty()


def _raise_failure(outcome: Outcome) -> None:
    if outcome.error is not None:
        raise outcome.error


def _row(name: str, times: list[float]) -> Row:
    return {
        "name": name,
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(max(times), 1),
        "p99_ms": round(max(times), 1),
        "runs": len(times),
        "gflop": 0.0,
        "limit_ms": 0.0,
        "share_of_limit": 0.0,
        "peer": None,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    return run("waiting", __doc__, measure, 1, arguments)


if __name__ == "__main__":
    sys.exit(main())
