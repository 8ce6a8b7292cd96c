"""Draws training samples: a view, its target, from sources in proportion to their worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.builtin.pictures import Picture, PictureCache, Target
from training.builtin.settings import TrainingSettings
from training.builtin.views import Bytes, View, change_colours, cut_by_frame, cut_view, mirror, paste

MOST_TRIES = 1000
"""In a row, for something to learn from."""

NOTHING_LARGE = "None of the pictures has a region that is large enough to learn from."


class SampleMaker:
    """Draws a source, then a picture, then a region, then a view of it; `sources` names what there is."""

    def __init__(self, cache: PictureCache, settings: TrainingSettings) -> None:
        self._cache = cache
        self._settings = settings
        sources: dict[str, list[int]] = {}
        for index, file in enumerate(cache.files):
            sources.setdefault(file.source, []).append(index)
        self.sources = list(sources)
        self._indices = list(sources.values())
        worth = [len(found) ** 0.5 * settings.source_weights.get(name, 1.0) for name, found in sources.items()]
        self._chances = np.array(worth) / np.sum(worth)

    def with_settings(self, settings: TrainingSettings) -> SampleMaker:
        """Give one that draws from the same pictures, decoded or not, as other settings say."""
        return SampleMaker(self._cache, settings)

    def preload(self, threads: int) -> None:
        """Decode the pictures now rather than when they are drawn."""
        self._cache.preload(threads)

    def has_regions(self) -> bool:
        """Whether there is anything to draw: in a small project, pictures that are set aside may show no region."""
        return any(self._cache.picture(index).targets for index in range(len(self._cache.files)))

    def draw_target(
        self, rng: np.random.Generator, *, evenly: bool = False, among: Sequence[str] = ()
    ) -> tuple[Picture, Target]:
        """Draw a region; large ones more often, since small ones are many.

        `among` names some of `sources` to draw from; `evenly` draws all of them alike. Raises `ValueError` if there is
        no region to draw.
        """
        chances = np.ones(len(self.sources)) if evenly else self._chances
        if among:
            chances = chances * [name in among for name in self.sources]
        for _ in range(MOST_TRIES):
            indices = self._indices[rng.choice(len(self._indices), p=chances / chances.sum())]
            index = indices[rng.integers(len(indices))]
            file, picture = self._cache.files[index], self._cache.picture(index)
            if picture.targets:
                there = sorted({target.map_index for target in picture.targets})
                map_index = rng.choice(there, p=self._map_chances(file.source, there))
                targets = [target for target in picture.targets if target.map_index == map_index]
                worth = np.sqrt([target.area for target in targets])
                return picture, targets[rng.choice(len(targets), p=worth / worth.sum())]
        raise ValueError(NOTHING_LARGE)

    def _map_chances(self, source: str, map_indices: Sequence[int]) -> list[float] | None:
        weights = self._settings.map_weights.get(source)
        if weights is None:
            return None  # all alike
        worth = [weights[index] if index < len(weights) else 1.0 for index in map_indices]
        return [each / sum(worth) for each in worth]

    def draw(self, side: int, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
        """Draw one sample: pixels `(S, S, 3)` uint8 RGB and mask `(S, S)` uint8, 255 on the target.

        Raises `ValueError` if all regions are too small, or too thin, to be seen in a view.
        """
        for _ in range(MOST_TRIES):
            is_calm = self._settings.calm_chance > 0 and rng.random() < self._settings.calm_chance
            view = self._draw_view(side, rng, warp=not is_calm)
            pixels, mask = view.pixels, view.mask
            if not is_calm and rng.random() < self._settings.composite_chance:
                pasted = self._draw_view(side, rng)
                mixed, cover = paste(view, View(change_colours(pasted.pixels, rng), pasted.mask))
                pixels, mask = mixed, cover if rng.random() < 0.65 else np.where(cover > 127, np.uint8(0), mask)
            if (mask > 127).mean() > 0.002:
                return mirror(pixels, mask, rng) if is_calm else (change_colours(pixels, rng), mask)
        raise ValueError(NOTHING_LARGE)

    def _draw_view(self, side: int, rng: np.random.Generator, *, warp: bool = True) -> View:
        picture, target = self.draw_target(rng)
        if self._settings.cut_chance > 0 and rng.random() < self._settings.cut_chance:
            return cut_view(*cut_by_frame(picture, target, rng), side, rng, fraction=None, warp=warp)
        fraction = None
        if rng.random() >= self._settings.full_view_chance:
            fraction = float(np.exp(rng.uniform(np.log(self._settings.smallest_object), 0)))
        return cut_view(picture, target, side, rng, fraction=fraction, warp=warp)
