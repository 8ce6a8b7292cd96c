"""The list of proposals: best first, changed by the rows that differ, said in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt

from sam3_annotator.project import InstanceCopy, Polygon, Region
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.item_models.proposal_model import ProposalModel, ProposalRole

Checked = Callable[[QAbstractItemModel], None]


def proposal(number: int, width: float = 8, height: float = 8, score: float = 0.9) -> Proposal:
    x0, y0 = 10.0 * number, 0.0
    ring = [(x0, y0), (x0 + width, y0), (x0 + width, y0 + height), (x0, y0 + height)]
    return Proposal((x0, y0, x0 + width + 1, y0 + height + 1), Region((Polygon(ring),)), score, 0.98, "Fake")


class Told:
    """What a model told its views."""

    def __init__(self, model: ProposalModel) -> None:
        self.resets = 0
        self.removed: list[tuple[int, int]] = []
        self.inserted: list[tuple[int, int]] = []
        model.modelReset.connect(self._count_reset)
        model.rowsRemoved.connect(lambda _parent, first, last: self.removed.append((first, last)))
        model.rowsInserted.connect(lambda _parent, first, last: self.inserted.append((first, last)))

    def _count_reset(self) -> None:
        self.resets += 1


@pytest.fixture
def model(qapp: object, checked: Checked) -> ProposalModel:
    made = ProposalModel()
    checked(made)
    return made


def rows(model: ProposalModel) -> list[Proposal]:
    return [model.proposal_at(row) for row in range(model.rowCount())]


def test_one_that_goes_takes_its_row_alone(model: ProposalModel) -> None:
    found = [proposal(number) for number in range(200)]
    model.show(found)
    told = Told(model)

    model.show(found[:70] + found[71:])

    assert (told.removed, told.inserted, told.resets) == ([(70, 70)], [], 0)
    assert rows(model) == found[:70] + found[71:]


def test_same_again_tells_nothing(model: ProposalModel) -> None:
    found = [proposal(number) for number in range(5)]
    model.show(found)
    told = Told(model)

    model.show(tuple(found))

    assert (told.removed, told.inserted, told.resets) == ([], [], 0)


def test_lower_threshold_appends_and_higher_cuts_off(model: ProposalModel) -> None:
    found = [proposal(number) for number in range(9)]
    model.show(found[:4])
    told = Told(model)

    model.show(found)
    model.show(found[:2])

    assert (told.inserted, told.removed, told.resets) == ([(4, 8)], [(2, 8)], 0)


def test_rows_that_come_between_go_where_they_belong(model: ProposalModel) -> None:
    found = [proposal(number) for number in range(6)]
    model.show([found[1], found[4]])
    told = Told(model)

    model.show(found)

    assert rows(model) == found
    assert told.inserted == [(0, 0), (2, 3), (5, 5)]


def test_other_order_is_taken_over(model: ProposalModel) -> None:
    found = [proposal(number) for number in range(4)]
    model.show(found)

    model.show(list(reversed(found)))

    assert rows(model) == list(reversed(found))


def test_found_again_of_another_concept_replaces_the_one_with_its_box(model: ProposalModel) -> None:
    before, after = proposal(1, score=0.9), proposal(1, score=0.6)
    model.show([before])

    model.show([after])

    assert model.index(0).data() == "0.60"


def test_row_is_found_by_its_box(model: ProposalModel) -> None:
    found = [proposal(number) for number in range(3)]
    model.show(found)

    assert [model.row_of(each.box_xyxy) for each in found] == [0, 1, 2]
    assert model.row_of((0.0, 0.0, 1.0, 1.0)) == -1


def test_words_give_score_and_size_of_the_region(model: ProposalModel) -> None:
    model.show([proposal(0, width=119.6, height=80.2, score=0.934)])
    index = model.index(0)

    assert index.data() == "0.93"
    assert index.data(ProposalRole.SIZE) == "120 \N{MULTIPLICATION SIGN} 80 px"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "0.93, 120 by 80 pixels"
    assert "found with Fake" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_what_has_a_category_of_its_own_is_called_by_it(model: ProposalModel) -> None:
    plain = proposal(0)
    model.show([replace(plain, copy_of=InstanceCopy("dog", "#0072b2", plain.region))])

    index = model.index(0)
    assert index.data() == "dog"
    assert index.data(ProposalRole.SIZE).startswith("0.90, 8 ")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "dog, 0.90, 8 by 8 pixels"
    assert index.data(Qt.ItemDataRole.ToolTipRole).startswith("dog\n")
