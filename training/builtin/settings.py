"""Every choice of a training run, read from a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

CHANGING = {
    "sides",
    "clicks_per_batch",
    "composite_chance",
    "calm_chance",
    "cut_chance",
    "box_chance",
    "learns_statistics",
    "full_view_chance",
    "smallest_object",
    "source_weights",
    "map_weights",
}
"""What can have another value in the end of a run."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Choices of one run; what a file leaves out keeps its value here.

    `sides` are those of views in pixels, which batches take by turns. With a `stem_learning_rate` of 0 the first stages
    of the encoder stay as they were, and their features are computed once per batch. `source_weights` multiplies how
    often a source is drawn, which is the square root of its number of pictures otherwise; `map_weights`, by source, is
    how often each label map of its pictures is drawn, 1 if not said. `alike_sources` are those whose pictures show
    instances of one kind, for the likeness to be fitted on; none means all. `calm_chance` is how often a view is shown
    as it is, but for mirroring, `cut_chance` how often the picture's frame is made to cut the region, as it does a
    portrait, and `box_chance` how often people begin with a box alone. `learns_statistics` is whether the batch norms'
    statistics move: with small batches they are better left as they were. In the last `ending_share` of the run the
    values of `ending` hold in place of those here; learning rates, decays, `updates` and `batch` stay.
    """

    seed: int = 3
    updates: int = 6000
    batch: int = 16
    clicks_per_batch: int = 3
    sides: tuple[int, ...] = (160, 224)
    learning_rate: float = 1.5e-3
    encoder_learning_rate: float = 4e-4
    stem_learning_rate: float = 0.0
    weight_decay: float = 0.01
    warmup_updates: int = 100
    average_decay: float = 0.997
    validation_share: float = 0.05
    validation_regions: int = 120
    score_batches: int = 120
    score_learning_rate: float = 4e-3
    ranking_regions: int = 1000
    likeness_pictures: int = 120
    alike_sources: tuple[str, ...] = ()
    composite_chance: float = 0.3
    calm_chance: float = 0.0
    cut_chance: float = 0.0
    box_chance: float = 0.18
    learns_statistics: bool = True
    full_view_chance: float = 0.25
    smallest_object: float = 0.12
    source_weights: dict[str, float] = field(default_factory=dict)
    map_weights: dict[str, list[float]] = field(default_factory=dict)
    ending_share: float = 0.0
    ending: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an end that changes what cannot change, an end without a share of the run, and maps never drawn."""
        if fixed := sorted(self.ending.keys() - CHANGING):
            raise ValueError(f"A run cannot end with another {fixed[0]}; {', '.join(sorted(CHANGING))} can change.")
        if self.ending and self.ending_share <= 0:
            raise ValueError("A run with an [ending] needs an ending_share of more than 0.")
        if any(weight <= 0 for weights in self.map_weights.values() for weight in weights):
            raise ValueError("The map_weights must all be more than 0.")

    def for_the_end(self) -> TrainingSettings:
        """Give the settings of the last `ending_share` of the run, which has no other end."""
        return replace(self, **self.ending, ending_share=0.0, ending={})


def read_settings(path: Path) -> TrainingSettings:
    """Read a settings file, over that beside it which it is `based_on`, if any.

    Raises `TypeError` for a name that there is not, `ValueError` for an end that cannot be.
    """
    values = _with_tuples(_read_values(path))
    if "ending" in values:
        values["ending"] = _with_tuples(values["ending"])
    return TrainingSettings(**values)


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _read_values(path: Path) -> dict[str, Any]:
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    base = values.pop("based_on", None)
    return _read_values(path.with_name(base)) | values if base else values
