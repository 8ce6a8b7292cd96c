"""Simulates people at a whole batch of views at once, where the network runs: first prompts, then corrections.

Nothing is brought over from main memory and nothing asked back, so that a graphics card can record it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.prompt_maps import BUMP_SIGMA, DISC_RADIUS, PROMPT_MAPS

BOTH, MASK = 0.07, 0.15
"""How often people begin with a click and a box, and with an earlier mask; else it is one of both alone."""

CENTRAL_FIRST, CENTRAL_CORRECTION = 0.4, 0.5
"""How often a click goes to the centre of its area rather than anywhere inside."""

LOOSE = (0.02, 0.06, 0.12)
"""How far a box's edges are off, in parts of its size."""

COARSENED, COARSE = 0.25, (4, 2, 8)
"""How often an answer is fed back coarsened, without a click, as from a far view to a close one; by what factors."""

FORGOTTEN = 0.07
"""How often an answer is not fed back."""


class People:
    """The prompts given so far on a batch of views, drawn as the network's `maps` `(B, 6, S, S)`."""

    def __init__(self, target: Tensor, generator: torch.Generator, box_chance: float) -> None:
        """Take targets `(B, S/2, S/2)` bool, and what to draw chances from, on the same device.

        `box_chance` is how often they begin with a box alone.
        """
        self._target, self._generator, self._box_chance = target, generator, box_chance
        batch, half, _ = target.shape
        self._side = 2 * half
        self.maps = torch.zeros(batch, PROMPT_MAPS, self._side, self._side, device=target.device)

    def begin(self) -> None:
        """Give everyone a click, a box, both, or an earlier mask with a correction."""
        chances = [1 - self._box_chance - BOTH - MASK, self._box_chance, BOTH, MASK]
        kind = self._choose(range(len(chances)), chances)
        wants_box, wants_mask = (kind == 1) | (kind == 2), kind == 3
        self._put_boxes(wants_box)
        depth = depth_inside(self._target)
        clicks = (kind == 0) | (kind == 2) | (wants_mask & (self._random() < 0.5))
        self._click(depth, clicks, torch.ones_like(clicks), self._random() < CENTRAL_FIRST)
        earlier = spoil(self._target, self._generator)
        self.maps[:, 5] = torch.where(wants_mask[:, None, None], earlier * 2 - 1, 0.0)
        self._correct(F.avg_pool2d(earlier[:, None], 2)[:, 0] > 0.5, wants_mask)

    def go_on(self, chance: Tensor) -> None:
        """Answer the answer `(B, S, S)` in 0..1: feed it back, and mostly click on its largest error."""
        coarsened = self._random() < COARSENED
        self._correct(F.avg_pool2d(chance[:, None], 2)[:, 0] > 0.5, ~coarsened)
        factor = self._choose(COARSE)[:, None, None]
        coarse = chance
        for each in COARSE:
            pooled = F.interpolate(F.avg_pool2d(chance[:, None], each), scale_factor=float(each), mode="bilinear")
            coarse = torch.where(factor == each, pooled[:, 0], coarse)
        fed_back = torch.where(coarsened[:, None, None], coarse, chance) * 2 - 1
        kept = coarsened | (self._random() >= FORGOTTEN)
        self.maps[:, 5] = torch.where(kept[:, None, None], fed_back, 0.0)

    def _correct(self, guess: Tensor, wanted: Tensor) -> None:
        """Click on the widest error of each guess `(B, S/2, S/2)` bool, where one is `wanted` `(B,)`."""
        errors = torch.cat([self._target & ~guess, guess & ~self._target])
        missing, extra = depth_inside(errors).chunk(2)
        is_missing = missing.amax((1, 2)) >= extra.amax((1, 2))
        depth = torch.where(is_missing[:, None, None], missing, extra)
        self._click(depth, wanted, is_missing, self._random() < CENTRAL_CORRECTION)

    def _click(self, depth: Tensor, wanted: Tensor, positive: Tensor, central: Tensor) -> None:
        """Click inside areas of a `depth` `(B, S/2, S/2)`: at the deepest place, or anywhere deep enough."""
        deepest = depth.amax((1, 2))
        least = torch.where(central, deepest, (0.9 * self._random() * deepest).clamp(min=0.5))
        fits = depth >= least[:, None, None]
        lots = torch.where(fits, self._random(*depth.shape[1:]), -1.0)
        index = lots.flatten(1).argmax(1)
        width = depth.shape[2]
        x = 2 * (index % width + torch.where(central, 0.5, self._random()))
        y = 2 * (index // width + torch.where(central, 0.5, self._random()))
        self._draw_points(x, y, positive, wanted & (deepest > 0))

    def _draw_points(self, x: Tensor, y: Tensor, positive: Tensor, wanted: Tensor) -> None:
        centres = torch.arange(self._side, device=x.device) + 0.5
        across, down = (centres - x[:, None]) ** 2, (centres - y[:, None]) ** 2  # (B, S)
        sigma = BUMP_SIGMA * self._side
        bump = (down / (-2 * sigma**2)).exp()[:, :, None] * (across / (-2 * sigma**2)).exp()[:, None, :]
        disc = (down[:, :, None] + across[:, None, :] <= (DISC_RADIUS * self._side) ** 2).float()
        for layer, chosen in ((0, wanted & positive), (1, wanted & ~positive)):
            on = chosen[:, None, None].float()
            self.maps[:, layer] = torch.maximum(self.maps[:, layer], disc * on)
            self.maps[:, 2 + layer] = torch.maximum(self.maps[:, 2 + layer], bump * on)

    def _put_boxes(self, wanted: Tensor) -> None:
        """Draw the targets' boxes, each edge off by chance, and rather outside than inside."""
        x0, x1 = _ends(self._target.any(1))
        y0, y1 = _ends(self._target.any(2))
        loose = self._choose(LOOSE)
        off = 0.3 + torch.randn(4, len(x0), generator=self._generator, device=x0.device)
        edges = x0 - off[0] * loose * (x1 - x0), x1 + off[2] * loose * (x1 - x0)
        rows = y0 - off[1] * loose * (y1 - y0), y1 + off[3] * loose * (y1 - y0)
        places = torch.arange(self._side, device=x0.device)
        across = (places >= edges[0].round()[:, None]) & (places < edges[1].round()[:, None])
        down = (places >= rows[0].round()[:, None]) & (places < rows[1].round()[:, None])
        self.maps[:, 4] = (down[:, :, None] & across[:, None, :] & wanted[:, None, None]).float()

    def _choose(self, values: Sequence[float], weights: Sequence[float] | None = None) -> Tensor:
        """Draw one of `values` for everyone `(B,)`, float32; all alike without `weights`, which sum to 1."""
        lot = self._random()
        bounds = list(accumulate(weights or [1 / len(values)] * len(values)))
        chosen = torch.full_like(lot, values[-1])
        for value, bound in reversed(list(zip(values[:-1], bounds, strict=False))):
            chosen = torch.where(lot < bound, value, chosen)
        return chosen

    def _random(self, *shape: int) -> Tensor:
        """Draw `(B, *shape)` numbers from 0..1."""
        device = self._target.device
        return torch.rand(len(self._target), *shape, generator=self._generator, device=device)


def _ends(on: Tensor) -> tuple[Tensor, Tensor]:
    """Give where the first cell of each row `(B, n)` bool that is on begins and the last one ends, in view pixels."""
    places = torch.arange(on.shape[1], device=on.device)
    first = torch.where(on, places, on.shape[1]).amin(1)
    last = torch.where(on, places, -1).amax(1)
    return 2.0 * first, 2.0 * (last + 1)


def depth_inside(area: Tensor) -> Tensor:
    """Count how often each cell of areas `(B, h, w)` bool survives when their rims are peeled off, float32.

    Peeled by turns along edges and along corners too, which comes near to the Euclidean distance. Beyond the view is
    outside.
    """
    # The ring of outside around each view is never peeled.
    outside = F.pad(~area, (1, 1, 1, 1), value=True)
    turns = min(area.shape[1:]) // 2 + 1
    peeled = torch.zeros(area.shape, dtype=torch.int16, device=area.device)
    for turn in range(turns):
        peeled += outside[:, 1:-1, 1:-1]
        across = outside[:, :, :-2] | outside[:, :, 1:-1] | outside[:, :, 2:]
        if turn % 2:
            grown = across[:, :-2] | across[:, 1:-1] | across[:, 2:]
        else:
            grown = across[:, 1:-1] | outside[:, :-2, 1:-1] | outside[:, 2:, 1:-1]
        outside = F.pad(grown, (1, 1, 1, 1), value=True)
    return (turns - peeled).float()


def spoil(target: Tensor, generator: torch.Generator) -> Tensor:
    """Make earlier answers `(B, S, S)` in 0..1 of targets `(B, S/2, S/2)` bool that are partly wrong.

    Coarse, too fat or too thin, with lumps added and taken.
    """
    batch, half, _ = target.shape
    device = target.device

    def lot(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(batch, 1, 1, 1, generator=generator, device=device)

    exact = target[:, None].float()
    fine = F.interpolate(F.avg_pool2d(exact, 2), size=(half, half), mode="bilinear")
    rough = F.interpolate(F.avg_pool2d(exact, 8), size=(half, half), mode="bilinear")
    lumps = F.interpolate(
        torch.randn(batch, 1, 6, 6, generator=generator, device=device), size=(half, half), mode="bicubic"
    )
    shift = 0.1 * torch.randn(batch, 1, 1, 1, generator=generator, device=device)
    soft = torch.lerp(fine, rough, lot(0, 1)) + lumps * lot(0, 0.35) + shift
    wide = F.interpolate(soft, scale_factor=2.0, mode="bilinear")
    return ((wide - 0.5) * lot(4, 20)).sigmoid()[:, 0]
