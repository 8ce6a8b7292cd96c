"""What the benchmarks of SAM 3 share: options, random networks of the released sizes, timing, the machine's limit."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, installed or not

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

from sam3_annotator.model.machine.allocator import keep_freed_memory
from sam3_annotator.model.machine.device import choose_device, choose_dtype, keep_float32_whole
from sam3_annotator.model.machine.onednn import has_onednn
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.packed_linear import PackedLinear, can_pack, pack_linear_layers
from sam3_annotator.model.network.sam3_image import Sam3Image

Row = dict[str, Any]


def count_attention(query: Any, key: Any, value: Any, *_: object, **__: object) -> int:  # noqa: ANN401 - shapes
    """Count the products of attention from its shapes."""
    return int(sdpa_flop_count(query, key, value))  # type: ignore[no-untyped-call]  # torch leaves it untyped


def count_linear(x: Sequence[int], weight: Sequence[int], *_: object, **__: object) -> int:
    """Count the products of a linear layer from its shapes."""
    return 2 * math.prod(x) * weight[0]


# The counter itself knows the attention of other devices only, and no packed weights.
CPU_WORK = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: count_attention,  # noqa: SLF001 - its only name
    **({torch.ops.mkldnn._linear_pointwise: count_linear} if has_onednn() else {}),  # noqa: SLF001 - its only name
}


@dataclass(slots=True)
class Bench:
    """Where and how to measure, and the rows measured so far."""

    device: torch.device
    dtype: torch.dtype
    repeats: int
    config: Sam3Config
    peer: str | None
    flops_per_second: float = 0.0
    rows: list[Row] = field(default_factory=list)

    def measure(
        self,
        name: str,
        action: Callable[[], object],
        *,
        peer: str | None = None,
        counted: Callable[[], object] | None = None,
    ) -> None:
        """Run twice to warm up, count the matrix work, then take the time of each run.

        The work is counted in `counted`, the same step by step, where the action replays what was recorded.
        """
        with torch.inference_mode():
            action()
            with FlopCounterMode(display=False, custom_mapping=CPU_WORK) as counter:
                (counted or action)()
            action()
            both = [self._time(action) for _ in range(self.repeats)]
        times, cpu_times = [wall for wall, _ in both], [cpu for _, cpu in both]
        median = statistics.median(times)
        flops = counter.get_total_flops()
        limit_ms = flops / self.flops_per_second * 1e3
        self.rows.append(
            {
                "name": name,
                "median_ms": round(median, 3),
                "cpu_ms": round(statistics.median(cpu_times), 3),
                "p95_ms": round(_quantile(times, 95), 3),
                "p99_ms": round(_quantile(times, 99), 3),
                "runs": len(times),
                "gflop": round(flops / 1e9, 2),
                "limit_ms": round(limit_ms, 3),
                "share_of_limit": round(limit_ms / median, 3),
                "peer": peer,
            }
        )

    def find_limit(self) -> None:
        """Measure the matrix throughput: the best of ten times of products of the encoder's shapes."""
        side, width, inner = (72, 1024, 4736) if self.config == Sam3Config() else (8, 32, 48)
        tokens = self.randn(side * side, width)
        linear = nn.Linear(width, inner, device=self.device, dtype=self.dtype)
        layer = PackedLinear(linear, side * side) if can_pack(tokens) else linear
        products = 50 if self.device.type == "cuda" else 1  # many at once, where one is soon done and waited for long

        def multiply() -> None:
            for _ in range(products):
                layer(tokens)

        with torch.inference_mode():
            best = min(self._time(multiply)[0] for _ in range(10))
        self.flops_per_second = products * 2 * side * side * width * inner / best * 1e3

    def randn(self, *shape: int) -> Tensor:
        """Draw values on the device in the dtype."""
        return torch.randn(shape, device=self.device, dtype=self.dtype)

    def encoded(self) -> Tensor:
        """Draw a map as the backbone gives it, the channels of a place together in memory."""
        side, width = self.config.vision.grid_side, self.config.vision.width
        return self.randn(1, side, side, width).permute(0, 3, 1, 2)

    def build(self, **depths: int) -> Sam3Image:
        """Build the network with random weights; `vision=0` or `text=0` leaves out those encoders' layers."""
        parts: dict[str, Any] = {part: replace(getattr(self.config, part), depth=n) for part, n in depths.items()}
        network = build_sam3_image_model(replace(self.config, **parts), self.device).to(self.dtype)
        pack_linear_layers(network)
        return network

    def _time(self, action: Callable[[], object]) -> tuple[float, float]:
        """Give the milliseconds that an action took, and those of all CPU cores, which other programs hardly change."""
        self._wait()
        started, cpu_started = time.perf_counter(), time.process_time()
        action()
        self._wait()
        return (time.perf_counter() - started) * 1e3, (time.process_time() - cpu_started) * 1e3

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def run(
    name: str, description: str | None, measure: Callable[[Bench], None], repeats: int, arguments: Sequence[str] | None
) -> int:
    """Read the command line, measure, and print a table or a document."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--tiny", action="store_true", help="a network that runs in milliseconds, to try the script")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--dtype", default="auto", help="auto, float32, float16 or bfloat16")
    parser.add_argument("--threads", type=int, help="of the CPU; as many as torch likes by default")
    parser.add_argument("--repeats", type=int, default=repeats, help=f"runs of each step, {repeats} by default")
    parser.add_argument(
        "--peer", choices=["transformers"], help="measure this too, with random weights of the same sizes"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    words = parser.parse_args(arguments)
    keep_freed_memory()  # both as the program does
    keep_float32_whole()
    if words.threads:
        torch.set_num_threads(words.threads)
    torch.manual_seed(0)
    device = choose_device(words.device)
    config = Sam3Config.tiny() if words.tiny else Sam3Config()
    bench = Bench(device, choose_dtype(words.dtype, device), words.repeats, config, words.peer)
    bench.find_limit()
    measure(bench)
    facts = {
        "benchmark": name,
        "device": str(device),
        "dtype": str(bench.dtype).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "gflops_per_second": round(bench.flops_per_second / 1e9, 1),
        "peak_memory_mb": _peak_memory_mb(device),
    }
    if words.json:
        print(json.dumps({**facts, "results": bench.rows}, indent=2))
    else:
        print("  ".join(f"{key} {value}" for key, value in facts.items()))
        _print_rows(bench.rows)
    return 0


def peer_name() -> str:
    """Name the other implementation with its version."""
    return f"transformers {importlib.metadata.version('transformers')}"


def transformers_module(name: str) -> Any:  # noqa: ANN401 - its classes are known by name only
    """Import one of its modules by name: its front hides SAM 3 where torchvision is missing."""
    return importlib.import_module(f"transformers.models.{name}")


def transformers_model(bench: Bench, make: Callable[[], nn.Module]) -> Any:  # noqa: ANN401 - as above
    """Make one of its models with random weights, on the device from the beginning."""
    with bench.device:
        return make().eval().to(bench.dtype)


def _quantile(times: Sequence[float], percent: int) -> float:
    """Give the time that so many percent of the runs did not exceed; of few runs the longest."""
    return max(times) if len(times) < 100 / (100 - percent) else statistics.quantiles(times, n=100)[percent - 1]


def _print_rows(rows: Sequence[Row]) -> None:
    ours = {row["name"]: row["median_ms"] for row in rows if row["peer"] is None}
    for row in rows:
        ratio = f"ours / {row['peer']}: {ours[row['name']] / row['median_ms']:.2f}" if row["peer"] else ""
        print(
            f"{row['name']:<42} median {row['median_ms']:>10} ms   p95 {row['p95_ms']:>10} ms   "
            f"CPU {row['cpu_ms']:>10} ms   "
            f"{row['gflop']:>8} GFLOP   {100 * row['share_of_limit']:>5.1f} % of the limit   {ratio}"
        )


def _peak_memory_mb(device: torch.device) -> int | None:
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated() / 1e6)
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / (1e6 if sys.platform == "darwin" else 1e3))
