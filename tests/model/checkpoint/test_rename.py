"""The language of the rename tables."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.checkpoint.rename import Operation, RenameTable, Row


def table(*rows: Row, unneeded: tuple[str, ...] = ()) -> RenameTable:
    return RenameTable(rows, unneeded)


def filled(rules: RenameTable, file: dict[str, Tensor], ours: Tensor) -> Tensor:
    for name, value in file.items():
        for piece in rules.pieces_of(name):
            piece.place(ours).copy_(piece.take(value))
    return ours


def test_numbers_and_texts_are_carried_over_in_their_order() -> None:
    (piece,) = table(Row("a.#.b_*", "c.d.#.*")).pieces_of("a.12.b_out.weight")

    assert piece.ours == "c.d.12.out.weight"


def test_a_number_is_no_text() -> None:
    with pytest.raises(KeyError):
        table(Row("a.#.b", "c.#")).pieces_of("a.x.b")


def test_a_dot_is_a_dot() -> None:
    with pytest.raises(KeyError):
        table(Row("a.b", "c")).pieces_of("axb")


def test_alternatives_of_both_names_go_together() -> None:
    rules = table(Row("a.{norm2,norm1}.*", "b.{first,second}.*"))

    assert rules.pieces_of("a.norm2.bias")[0].ours == "b.first.bias"
    assert rules.pieces_of("a.norm1.bias")[0].ours == "b.second.bias"


def test_the_first_row_that_fits_counts() -> None:
    rules = table(Row("a.special.*", "c.*"), Row("a.*", "b.*"))

    assert rules.pieces_of("a.special.weight")[0].ours == "c.weight"
    assert rules.pieces_of("a.other.weight")[0].ours == "b.other.weight"


def test_what_is_not_needed_is_good_for_nothing() -> None:
    assert table(Row("a.*", "b.*"), unneeded=("a.#.angles",)).pieces_of("a.3.angles") == []


def test_split_gives_each_alternative_its_rows() -> None:
    rules = table(Row("in_proj_*", "{q,k,v}_proj.*", Operation.SPLIT))
    value = torch.arange(12).view(6, 2)

    pieces = rules.pieces_of("in_proj_weight")

    assert [piece.ours for piece in pieces] == ["q_proj.weight", "k_proj.weight", "v_proj.weight"]
    assert [piece.take(value).tolist() for piece in pieces] == [
        value[:2].tolist(),
        value[2:4].tolist(),
        value[4:].tolist(),
    ]


def test_join_puts_alternatives_one_after_the_other() -> None:
    rules = table(Row("{q,k,v}_proj.*", "qkv.*", Operation.JOIN))
    parts = {f"{name}_proj.weight": torch.full((2, 2), index) for index, name in enumerate("qkv")}

    joined = filled(rules, parts, torch.full((6, 2), -1))

    assert joined[:, 0].tolist() == [0, 0, 1, 1, 2, 2]
    assert [rules.pieces_of(name)[0].part for name in parts] == [0, 1, 2]
    assert rules.pieces_of("k_proj.weight")[0].parts == 3


def test_flatten_drops_leading_axes_of_length_one_only() -> None:
    (piece,) = table(Row("a", "b", Operation.FLATTEN)).pieces_of("a")

    assert piece.take(torch.zeros(1, 1, 5)).shape == (5,)
    assert piece.take(torch.zeros(1, 2, 5)).shape == (1, 2, 5)


def test_below_class_row_leaves_the_first_row_alone() -> None:
    rules = table(Row("a", "b", Operation.BELOW_CLASS_ROW))

    assert filled(rules, {"a": torch.ones(1, 3, 2)}, torch.zeros(1, 4, 2))[0, :, 0].tolist() == [0, 1, 1, 1]
