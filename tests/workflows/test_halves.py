"""With a model that holds one half of SAM 3 the window offers what that half can, and says what it cannot."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolTip

from sam3_annotator.model import ConceptPrompt, Detection, Segmentation
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.session import Sam3Session
from sam3_annotator.project import Origin, Provenance, rectangle
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.auditing import Auditing
from tests.half_network import cut_half

NO_CLICKS = "SAM 3 takes phrases and exemplars, but no points and boxes; choose another model for single objects."
NO_CONCEPTS = "SAM 3 takes points and boxes, but no phrases and exemplars; choose another model to find all of a kind."


class NotedSession(Sam3Session):
    """Notes what it is asked."""

    def __init__(self, network: Sam3Image) -> None:
        super().__init__(network)
        self.asked: list[str] = []

    def segment(self, *arguments: Any, **words: Any) -> Segmentation:
        self.asked.append("segment")
        return super().segment(*arguments, **words)

    def detect(self, *arguments: Any, **words: Any) -> Detection:
        self.asked.append("detect")
        return super().detect(*arguments, **words)

    def release(self) -> None:
        """Do nothing: this session holds nobody up."""


@pytest.fixture(params=["detector"])
def fake_session(request: pytest.FixtureRequest, tiny_network: Sam3Image) -> NotedSession:
    """Take the fake session's place: one half of a tiny SAM 3."""
    whole = copy.deepcopy(tiny_network)
    for mlp in whole.mask_decoder.output_hypernetworks_mlps:
        mlp.layers[-1].bias.add_(0.5)  # whatever weights were drawn, masks are not empty
    is_detector = request.param == "detector"
    return NotedSession(cut_half(whole, has_concepts=is_detector, has_clicks=not is_detector))


with_click_model = pytest.mark.parametrize("fake_session", ["click model"], indirect=True)


@pytest.fixture
def select_instance(user: Any) -> Callable[[], None]:
    """Select a new instance of the shown image."""

    def select() -> None:
        store, workspace = user.window.store, user.window.workspace
        category_id = operations.add_category(store, "cat")
        told = Provenance(origin=Origin.IMPORT, created_at="2026-01-01T00:00:00+00:00")
        region = rectangle(10, 10, 40, 30)
        workspace.select([operations.add_instance(store, workspace.image_id, category_id, region, told)])

    return select


@pytest.mark.parametrize("verb", ["point", "box", "correct", "outline anew"])
def test_the_detector_alone_says_that_it_takes_no_points_and_boxes(
    verb: str, user: Any, tell: Callable[[], list[str]], fake_session: NotedSession, select_instance: Callable[[], None]
) -> None:
    match verb:
        case "point":
            user.click(20, 20)
        case "box":
            user.press(Qt.Key.Key_B)
            user.drag(10, 10, 40, 30)
        case "correct":
            select_instance()
            user.press(Qt.Key.Key_C)
        case "outline anew":
            select_instance()
            user.press(Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    user.settle()

    assert tell() == [NO_CLICKS]
    assert user.draft is None
    assert fake_session.asked == []


def test_the_detector_alone_finds_by_a_phrase(
    user: Any, tell: Callable[[], list[str]], fake_session: NotedSession
) -> None:
    user.click(20, 20)
    user.type_phrase("cat")
    user.settle()

    proposals = user.window.findChild(Finder).proposals
    assert proposals.concept == ConceptPrompt("cat")
    assert not proposals.has_failed
    assert fake_session.asked == ["detect"]
    assert tell() == []  # what was said of the click is over


def test_the_detector_alone_compares_labels_by_the_names_of_their_categories(
    user: Any, fake_session: NotedSession, select_instance: Callable[[], None], qtbot: Any
) -> None:
    select_instance()
    auditing = user.window.findChild(Auditing)

    with qtbot.waitSignal(auditing.notice) as told:
        user.window.window_actions.trigger("compare_outlines")

    assert told.args[0].startswith("SAM 3: 1 category looked for on 1 image: ")
    user.settle()
    assert fake_session.asked == ["detect"]


@with_click_model
def test_the_click_model_alone_outlines_what_is_clicked(user: Any, tell: Callable[[], list[str]]) -> None:
    user.click(20, 20)
    user.settle()

    assert user.draft.is_answered
    assert not user.draft.region.is_empty
    assert tell() == []


@with_click_model
def test_the_click_model_alone_says_that_it_takes_no_phrases_and_exemplars(
    user: Any, tell: Callable[[], list[str]], fake_session: NotedSession
) -> None:
    field = user.window.area.phrase_bar.field
    assert field.shown_text == "Click on each object"

    user.press(Qt.Key.Key_Slash)
    assert QApplication.focusWidget() is not field
    assert QToolTip.text().startswith("This model knows no names. It finds nothing by an example either: click on")
    QToolTip.hideText()

    user.press(Qt.Key.Key_E)
    user.drag(10, 10, 40, 30)
    user.settle()

    assert tell() == [NO_CONCEPTS]
    assert user.window.findChild(Finder).proposals is None
    assert fake_session.asked == []
