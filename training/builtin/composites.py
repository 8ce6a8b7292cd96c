"""Makes pictures of cut-out objects laid over photographs: `python -m training.builtin.composites --help`."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.builtin.pictures import list_pictures

SIDE = 448
SMALLEST_VISIBLE = 300


def main() -> None:
    """Write a folder that `--data` of the training takes: `composites/NAME.jpg` with label maps."""
    parser = argparse.ArgumentParser(prog="python -m training.builtin.composites", description=__doc__)
    parser.add_argument("--cutouts", type=Path, required=True, help="folder of .png or .webp with transparency")
    parser.add_argument("--backgrounds", type=Path, required=True, help="folder of SOURCE/NAME.jpg")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    cutouts = sorted(path for path in words.cutouts.iterdir() if path.suffix in (".png", ".webp"))
    backgrounds = [file.path for file in list_pictures(words.backgrounds)]
    if not cutouts or not backgrounds:
        parser.error("There are no cut-outs or no backgrounds.")
    folder = words.out / "composites"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(words.seed)
    for number in range(words.count):
        pixels, labels = compose(cutouts, backgrounds, rng)
        name = folder / f"{number:05}"
        cv2.imwrite(f"{name}.jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(75, 96))])
        cv2.imwrite(f"{name}.png", labels)


def compose(
    cutouts: list[Path], backgrounds: list[Path], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Lay two to five cut-outs over a photograph: BGR `(S, S, 3)` uint8 and labels `(S, S)` uint16."""
    background = cv2.imread(str(backgrounds[rng.integers(len(backgrounds))]), cv2.IMREAD_COLOR)
    assert background is not None
    pixels = np.asarray(cv2.resize(background, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    labels = np.zeros((SIDE, SIDE), np.uint16)
    for number in range(1, int(rng.integers(3, 7))):
        cutout = read_cutout(cutouts[rng.integers(len(cutouts))])
        if cutout is not None:
            lay(pixels, labels, cutout, number, rng)
    for number in np.unique(labels):
        if np.count_nonzero(labels == number) < SMALLEST_VISIBLE:
            labels[labels == number] = 0
    _, dense = np.unique(np.append(labels, 0), return_inverse=True)
    return np.clip(pixels, 0, 255).astype(np.uint8), dense[:-1].reshape(SIDE, SIDE).astype(np.uint16)


def read_cutout(path: Path) -> NDArray[np.uint8] | None:
    """Read a cut-out `(h, w, 4)` BGRA, of 8 or 16 bits; None if it has no transparency or cannot be read."""
    cutout = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if cutout is None or cutout.ndim != 3 or cutout.shape[2] != 4:
        return None
    if cutout.dtype == np.uint16:
        cutout = cutout // 257  # 65535 becomes 255
    return np.asarray(cutout, np.uint8)


def lay(
    pixels: NDArray[np.float32],
    labels: NDArray[np.uint16],
    cutout: NDArray[np.uint8],
    number: int,
    rng: np.random.Generator,
) -> None:
    """Lay one cut-out `(h, w, 4)` BGRA over the picture, turned, lit from a side, with a soft shadow; in place."""
    span = SIDE * float(np.exp(rng.uniform(np.log(0.12), np.log(0.75))))
    scale = span / max(cutout.shape[:2])
    middle = cutout.shape[1] / 2, cutout.shape[0] / 2
    turn = np.asarray(cv2.getRotationMatrix2D(middle, float(rng.normal(0, 18)), scale), np.float64)
    turn[:, 2] += rng.uniform(0, SIDE, 2) - np.array([cutout.shape[1], cutout.shape[0]]) / 2
    shrunk = cv2.GaussianBlur(cutout, (0, 0), max(0.3, 0.4 / scale))
    warped = cv2.warpAffine(shrunk, turn, (SIDE, SIDE), flags=cv2.INTER_LINEAR).astype(np.float32)
    alpha = warped[..., 3:] / 255
    if rng.random() < 0.5:
        shift = np.array([[1, 0, rng.normal(0, 0.05) * span], [0, 1, rng.uniform(0, 0.08) * span]])
        shadow = cv2.GaussianBlur(cv2.warpAffine(alpha, shift, (SIDE, SIDE)), (0, 0), 0.01 * span + 3)
        pixels *= 1 - rng.uniform(0.2, 0.6) * shadow[..., None]
    ramp = np.linspace(-1, 1, SIDE, dtype=np.float32)
    light = 1 + rng.normal(0, 0.25) * ramp[:, None] + rng.normal(0, 0.25) * ramp[None, :]
    grain = rng.normal(0, rng.uniform(0, 8), (SIDE, SIDE, 1)).astype(np.float32)
    colours = warped[..., :3] * light[..., None] * rng.uniform(0.6, 1.1) + grain
    pixels *= 1 - alpha
    pixels += colours * alpha
    labels[alpha[..., 0] > 0.5] = number


if __name__ == "__main__":
    main()
