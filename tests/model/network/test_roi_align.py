"""RoIAlign, against known values and against its definition written out sample by sample."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from sam3_annotator.model.network.roi_align import roi_align


def make_ramp_and_wave() -> Tensor:
    """`(1, 2, 72, 72)`: the running index of each place over 100, and a sine of it."""
    ramp = torch.arange(72 * 72, dtype=torch.float32).view(72, 72) / 100
    return torch.stack([ramp, torch.sin(7.3 * ramp)])[None]


def pool(box: list[float]) -> Tensor:
    return roi_align(make_ramp_and_wave(), torch.tensor([[box]]), 7)[0, 0]


def bilinear(plane: Tensor, y: float, x: float) -> float:
    height, width = plane.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0.0
    y, x = min(max(y, 0.0), height - 1), min(max(x, 0.0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = plane[top, left] * (1 - (x - left)) + plane[top, right] * (x - left)
    lower = plane[bottom, left] * (1 - (x - left)) + plane[bottom, right] * (x - left)
    return float(upper * (1 - (y - top)) + lower * (y - top))


def written_out(plane: Tensor, box: list[float], side: int) -> Tensor:
    x0, y0, x1, y1 = box
    bin_width, bin_height = max(x1 - x0, 1) / side, max(y1 - y0, 1) / side
    across, down = math.ceil(bin_width), math.ceil(bin_height)
    out = torch.zeros(side, side)
    for row in range(side):
        for column in range(side):
            samples = [
                bilinear(
                    plane, y0 + (row + (i + 0.5) / down) * bin_height, x0 + (column + (j + 0.5) / across) * bin_width
                )
                for i in range(down)
                for j in range(across)
            ]
            out[row, column] = sum(samples) / len(samples)
    return out


def test_a_large_box_has_its_known_values() -> None:
    out = pool([10.3, 5.2, 31.9, 40.4])

    torch.testing.assert_close(out[0, 0, :3], torch.tensor([5.672714, 5.703571, 5.734428]), atol=2e-6, rtol=0)
    torch.testing.assert_close(out[1, 6, 4:], torch.tensor([0.0811680, 0.1158143, 0.1446148]), atol=2e-6, rtol=0)


def test_a_box_smaller_than_a_place_is_taken_as_one_place_large() -> None:
    out = pool([0, 0, 0.5, 0.5])

    torch.testing.assert_close(out[0, 0, :2], torch.tensor([0.0521429, 0.0535714]), atol=1e-6, rtol=0)


def test_a_box_that_ends_at_the_border_has_its_known_values() -> None:
    out = pool([60, 60, 72, 72])

    torch.testing.assert_close(out[0, 6, 6], torch.tensor(51.725716), atol=1e-5, rtol=0)
    torch.testing.assert_close(out[1, 3, 3], torch.tensor(-0.1139712), atol=2e-6, rtol=0)


def test_boxes_that_reach_outside_are_pooled_as_defined() -> None:
    plane = torch.randn(9, 12, generator=torch.Generator().manual_seed(0))
    boxes = [[-3.5, -2.0, 6.0, 20.0], [8.0, 3.0, 30.0, 5.5], [4.0, 4.0, 4.0, 4.0], [-9.0, 0.0, -4.0, 3.0]]

    out = roi_align(plane[None, None], torch.tensor([boxes]), 3)[0, :, 0]

    torch.testing.assert_close(out, torch.stack([written_out(plane, box, 3) for box in boxes]), atol=1e-5, rtol=1e-5)


def test_boxes_are_pooled_from_their_own_map() -> None:
    maps = torch.randn(2, 3, 10, 10, generator=torch.Generator().manual_seed(1))
    boxes = torch.tensor([[[1.0, 1, 4, 5], [0, 0, 10, 10]], [[2.0, 3, 9, 9.5], [5, 5, 6, 6]]])

    both = roi_align(maps, boxes, 2)

    assert both.shape == (2, 2, 3, 2, 2)
    for image in range(2):
        for box in range(2):
            alone = roi_align(maps[image : image + 1], boxes[image : image + 1, box : box + 1], 2)
            torch.testing.assert_close(both[image : image + 1, box : box + 1], alone)


def test_no_boxes_give_nothing() -> None:
    assert roi_align(torch.ones(2, 3, 5, 5), torch.zeros(2, 0, 4), 7).shape == (2, 0, 3, 7, 7)


def test_the_answer_has_the_type_of_the_features() -> None:
    assert roi_align(torch.ones(1, 1, 5, 5, dtype=torch.bfloat16), torch.ones(1, 1, 4), 2).dtype == torch.bfloat16


def test_no_step_waits_for_a_number() -> None:
    maps, boxes = torch.ones(1, 3, 5, 5, device="meta"), torch.zeros(1, 2, 4, device="meta")

    assert roi_align(maps, boxes, 7).shape == (1, 2, 3, 7, 7)  # there are no numbers on this device
