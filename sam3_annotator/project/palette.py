"""The colours that new categories get: 20 that stay apart, also for colour-blind eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

# Okabe and Ito's palette without its black, then 13 more, each chosen as the colour farthest from all earlier ones in
# CIE L*a*b* as seen with full colour vision, protanopia, deuteranopia and tritanopia (Machado et al. 2009), among
# those that show on dark and on light pictures. No two come nearer than Okabe and Ito's own nearest pair.
PALETTE: tuple[str, ...] = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
    "#9028ff", "#c0f0b0", "#704830", "#981068", "#a0b060", "#9078ff", "#00ffe8",
    "#5838b8", "#88f070", "#e01858", "#ff7890", "#901888", "#b86030",
)  # fmt: skip


def next_color(used: Iterable[str]) -> str:
    """Return the palette's first colour among those used least, as `#rrggbb`."""
    counts = Counter(color.lower() for color in used)
    return min(PALETTE, key=lambda color: counts[color])
