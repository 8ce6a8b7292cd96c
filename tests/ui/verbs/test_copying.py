"""Copy, cut, paste, duplicate, keep previous: what they select and what they say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from sam3_annotator.project import CategoryId, InstanceId, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.copying import ASIDE, Copying
from sam3_annotator.ui.verbs.instance_clipboard import MIME_TYPE, InstanceClipboard
from sam3_annotator.ui.workspace import Workspace

Box = tuple[float, float, float, float]
SQUARE = rectangle(5, 5, 20, 20)


class Bench:
    """The verbs on a project of four images, the second shown, at a zoom of 2."""

    def __init__(self, store: ProjectStore, workspace: Workspace) -> None:
        self.store = store
        self.workspace = workspace
        self.images = [image.id for image in store.images()]
        self.size: tuple[int, int] | None = (64, 48)
        workspace.set_image(self.images[1])
        self.verbs = Copying(
            store,
            workspace,
            lambda: self.size,
            InstanceClipboard(),
            lambda: 2.0,
            lambda: self.images[0] if workspace.image_id == self.images[1] else None,
        )
        self.told: list[str] = []
        self.problems: list[str] = []
        self.verbs.notice.connect(self.told.append)
        self.verbs.problem.connect(self.problems.append)

    def add(self, *boxes: Box, position: int = 1) -> list[InstanceId]:
        categories = self.store.categories()
        category: CategoryId = categories[0].id if categories else operations.add_category(self.store, "cat")
        image = self.images[position]
        return [operations.add_instance(self.store, image, category, rectangle(*box), Provenance()) for box in boxes]

    def boxes(self, position: int = 1) -> list[Box]:
        return [instance.region.box_xyxy for instance in self.store.instances(self.images[position])]


@pytest.fixture
def bench(store: ProjectStore, workspace: Workspace) -> Iterator[Bench]:
    QGuiApplication.clipboard().clear()
    yield Bench(store, workspace)
    QGuiApplication.clipboard().clear()


def test_pasted_instances_are_selected_and_nothing_is_said(bench: Bench) -> None:
    bench.workspace.select(bench.add((5, 5, 20, 20), (30, 5, 40, 20)))
    bench.verbs.copy()
    bench.workspace.set_image(bench.images[2])

    bench.verbs.paste()

    made = bench.store.instances(bench.images[2])
    assert [instance.region for instance in made] == [SQUARE, rectangle(30, 5, 40, 20)]
    assert bench.workspace.selection == {instance.id for instance in made}
    assert bench.told == bench.problems == []


def test_cut_takes_away_what_paste_brings_back_in_its_place(bench: Bench) -> None:
    bench.workspace.select(bench.add((5, 5, 20, 20)))

    bench.verbs.cut()

    assert bench.boxes() == []
    assert bench.workspace.selection == frozenset()
    assert bench.store.undo_label == "Cut instance"
    bench.verbs.paste()
    assert bench.boxes() == [(5, 5, 20, 20)]


def test_a_duplicate_is_as_far_aside_as_one_sees_and_selected(bench: Bench) -> None:
    bench.workspace.select(bench.add((5, 5, 20, 20)))

    bench.verbs.duplicate()

    aside = ASIDE / 2
    assert bench.boxes()[1:] == [(5 + aside, 5 + aside, 20 + aside, 20 + aside)]
    (_, duplicate) = bench.store.instances(bench.images[1])
    assert bench.workspace.selection == {duplicate.id}
    assert not bench.verbs._clipboard.has_copies


def test_without_a_selection_nothing_is_copied_cut_or_duplicated(bench: Bench) -> None:
    bench.add((5, 5, 20, 20))

    for verb in (bench.verbs.copy, bench.verbs.cut, bench.verbs.duplicate, bench.verbs.paste):
        verb()

    assert bench.boxes() == [(5, 5, 20, 20)]
    assert bench.store.undo_label == "Add instance"
    assert bench.told == bench.problems == []


def test_paste_says_what_was_left_out_and_which_categories_are_new(bench: Bench) -> None:
    bench.workspace.select(bench.add((5, 5, 20, 20), (62, 2, 64, 4)))
    bench.verbs.copy()
    operations.rename_category(bench.store, bench.store.categories()[0].id, "lynx")
    bench.size = (50, 50)

    bench.verbs.paste()

    assert bench.told == ["1 instance pasted; new category: cat; 1 outside this image left out."]


def test_paste_of_nothing_on_the_image_says_so(bench: Bench) -> None:
    bench.workspace.select(bench.add((62, 2, 64, 4)))
    bench.verbs.copy()
    bench.size = (50, 50)

    bench.verbs.paste()

    assert bench.told == ["Nothing was pasted: 1 instance lies outside the borders of this image."]
    assert bench.workspace.selection == {bench.store.instances(bench.images[1])[0].id}


@pytest.mark.parametrize(
    ("content", "problems"),
    [(b"{", 1), (b'{"version": 99}', 1), (b'{"version": 1, "instances": []}', 0)],
)
def test_damaged_content_is_a_sentence_and_no_step(bench: Bench, content: bytes, problems: int) -> None:
    data = QMimeData()
    data.setData(MIME_TYPE, content)
    QGuiApplication.clipboard().setMimeData(data)

    bench.verbs.paste()

    assert len(bench.problems) == problems
    assert bench.store.undo_label is None


def test_foreign_content_is_nothing(bench: Bench) -> None:
    QGuiApplication.clipboard().setText('{"version": 1, "instances": []}')

    bench.verbs.paste()

    assert bench.told == bench.problems == []


def test_an_image_nobody_has_read_yet_is_not_pasted_on(bench: Bench) -> None:
    bench.workspace.select(bench.add((5, 5, 20, 20)))
    bench.verbs.copy()
    bench.size = None

    bench.verbs.paste()

    assert bench.told == ["2.png is still being read. Try again in a moment."]
    assert len(bench.boxes()) == 1


def test_keep_previous_copies_all_once_and_selects_nothing(bench: Bench) -> None:
    bench.add((5, 5, 20, 20), (30, 5, 40, 20), (70, 5, 79, 20), position=0)

    bench.verbs.keep_previous()
    bench.verbs.keep_previous()
    bench.add((1, 1, 3, 3), position=0)
    bench.verbs.keep_previous()

    assert bench.boxes() == [(5, 5, 20, 20), (30, 5, 40, 20), (1, 1, 3, 3)]
    assert bench.workspace.selection == frozenset()
    assert bench.told == [
        "2 instances copied from 1.png; 1 outside this image left out.",
        "Nothing was copied from 1.png; 2 were here already; 1 outside this image left out.",
        "1 instance copied from 1.png; 2 were here already; 1 outside this image left out.",
    ]


def test_keep_previous_says_why_there_is_nothing(bench: Bench) -> None:
    bench.verbs.keep_previous()
    bench.add((5, 5, 20, 20), position=0)
    bench.verbs.keep_previous()
    bench.verbs.keep_previous()
    bench.workspace.set_image(bench.images[0])
    bench.verbs.keep_previous()

    assert bench.told == [
        "1.png has no instances to copy.",
        "1 instance copied from 1.png.",
        "Nothing was copied: 1 instance of 1.png is here already.",
    ]
