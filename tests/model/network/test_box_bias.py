"""Distances from rows and columns to the edges of a query's box."""

from __future__ import annotations

import torch

from sam3_annotator.model.network.box_bias import edge_distances, log_distance, sum_axes


def test_distances_are_compressed_to_their_known_values() -> None:
    compressed = log_distance(torch.tensor([-1, -0.5, -0.1, 0, 0.01, 0.25, 0.9]))

    expected = torch.tensor([-1.0566417, -0.7739760, -0.2826656, 0, 0.0370105, 0.5283208, 1.0118746])
    torch.testing.assert_close(compressed, expected, atol=1e-6, rtol=0)


def test_distances_are_compressed_in_float32() -> None:
    assert log_distance(torch.ones(2, dtype=torch.bfloat16)).dtype == torch.float32


def test_a_row_lies_below_the_upper_edge_and_above_the_lower_one() -> None:
    below, right = edge_distances(torch.tensor([[[0.5, 0.5, 0.5, 0.25]]]), 4, 2)

    # Rows begin at 0, 1/4, 1/2, 3/4; the box spans 3/8..5/8 down and 1/4..3/4 across; columns begin at 0 and 1/2.
    assert below.tolist() == [[[[-0.375, -0.625], [-0.125, -0.375], [0.125, -0.125], [0.375, 0.125]]]]
    assert right.tolist() == [[[[-0.25, -0.75], [0.25, -0.25]]]]


def test_a_box_may_reach_beyond_the_image() -> None:
    below, right = edge_distances(torch.tensor([[[0.0, 1.0, 0.5, 0.5]]]), 1, 1)

    assert below.tolist() == [[[[-0.75, -1.25]]]]
    assert right.tolist() == [[[[0.25, -0.25]]]]


def test_a_place_gets_the_sum_of_its_row_and_its_column() -> None:
    rows = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))  # batch, queries, height, heads
    columns = torch.randn(2, 3, 6, 5, generator=torch.Generator().manual_seed(1))

    total = sum_axes(rows, columns)

    assert total.shape == (2, 5, 3, 24)
    assert total[1, 4, 2, 3 * 6 + 1] == rows[1, 2, 3, 4] + columns[1, 2, 1, 4]
