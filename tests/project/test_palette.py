"""The category palette stays apart, also for colour-blind eyes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.project import PALETTE, next_color

# Linear RGB as seen without one kind of cones (Machado, Oliveira and Fernandes 2009, severity 1.0).
SIGHTS = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.41246, 0.35758, 0.18044], [0.21267, 0.71515, 0.07218], [0.01933, 0.11919, 0.95030]])
WHITE = np.array([0.95047, 1.0, 1.08883])


def _linear(colors: tuple[str, ...]) -> NDArray[np.float64]:
    channels = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in colors]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    ratios = np.clip(linear, 0, 1) @ XYZ.T / WHITE
    f = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


@pytest.mark.parametrize("sight", SIGHTS)
def test_palette_colours_stay_apart_for_every_sight(sight: str) -> None:
    lab = _lab(_linear(PALETTE) @ np.array(SIGHTS[sight]).T)

    distances = np.linalg.norm(lab[:, None] - lab[None], axis=2)[np.triu_indices(len(PALETTE), 1)]

    assert len(PALETTE) == 20
    assert distances.min() >= 16  # as far as the nearest pair of Okabe and Ito's own palette


def test_palette_colours_show_on_dark_and_on_light_pictures() -> None:
    luminance = _linear(PALETTE) @ XYZ[1]
    lightness = _lab(_linear(PALETTE))[:, 0]

    assert ((luminance + 0.05) / (0.0095 + 0.05)).min() >= 2  # contrast with the dark canvas
    assert lightness.max() <= 94  # and none is near white


def test_next_colour_is_the_first_one_used_least() -> None:
    assert next_color([]) == PALETTE[0]
    assert next_color([PALETTE[0].upper(), PALETTE[2]]) == PALETTE[1]
    assert next_color(PALETTE) == PALETTE[0]
    assert next_color([*PALETTE, PALETTE[0]]) == PALETTE[1]
    assert next_color(["#123456"]) == PALETTE[0]
