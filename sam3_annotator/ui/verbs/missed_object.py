"""Proposes what a finding says is missed, so that the keys of proposals label it, or do not."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from sam3_annotator.model import ConceptPrompt
from sam3_annotator.project import LABELLED_IOU, Finding, FindingKind, Placed, ProjectStore, Region, region_iou
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.workspace import Workspace


class MissedObject(QObject):
    """Asks the model again for the phrase by which it saw something, and turns to what is proposed there.

    Its category becomes the current one. The model is not asked if it takes no phrases, or while something is being
    made (`is_making`), since the keys are about that. Nor is it asked again for the phrase it was just asked for, if it
    still proposes the object: what was rejected stays rejected. If the answer does not propose the object any more, all
    proposals are dropped: the keys would be about something out of sight. `look_at_whole` is called if the model sees
    only a part of the image, which does not hold the object.
    """

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        finder: Finder,
        display: ImageDisplay,
        is_making: Callable[[], bool],
        look_at_whole: Callable[[], None],
    ) -> None:
        super().__init__(finder)
        self._store = store
        self._workspace = workspace
        self._finder = finder
        self._display = display
        self._is_making = is_making
        self._look_at_whole = look_at_whole
        self._awaited: Finding | None = None
        finder.changed.connect(self._turn)

    @Slot(object)
    def show(self, finding: Finding) -> None:
        """Propose what a finding on the shown image is about; nothing for findings of other kinds."""
        self._awaited = None
        region, image = finding.region, self._display.seen
        if finding.kind is not FindingKind.MISSED_OBJECT or region is None or finding.score is None:
            return
        (category_id,) = finding.category_ids
        if image is None or image.image_id != finding.image_id or category_id not in self._categories():
            return  # it may be gone while a check is under way, which findings wait for
        self._workspace.fall_back_on(category_id)
        if self._is_making() or not self._finder.takes_phrases:
            return
        if image.cuts(region.box_xyxy):
            self._look_at_whole()
        # The slider has steps of a hundredth.
        self._finder.set_threshold(min(self._finder.threshold, math.floor(100 * finding.score) / 100))
        self._awaited = finding
        proposals, concept = self._finder.proposals, ConceptPrompt(finding.phrase)
        is_asked = proposals is not None and proposals.concept == concept and not proposals.has_failed
        if proposals is None or not is_asked or not (proposals.is_waiting or _proposed_at(proposals, region)):
            self._finder.ask_alone(finding.phrase)
        else:
            self._turn(proposals)

    def _categories(self) -> set[int]:
        return {category.id for category in self._store.categories()}

    @Slot(object)
    def _turn(self, proposals: Proposals | None) -> None:
        """Turn to what is awaited once the model has answered; something else that is asked is not waited for."""
        finding = self._awaited
        if finding is None or finding.region is None:
            return
        if proposals is None or proposals.concept != ConceptPrompt(finding.phrase):
            self._awaited = None
        elif not proposals.is_waiting:
            self._awaited = None
            if (box := _proposed_at(proposals, finding.region)) is not None:
                self._finder.focus_on(box)
            else:
                self._finder.drop()


def _proposed_at(proposals: Proposals, region: Region) -> BoxXyxy | None:
    """Give the box of the open proposal that is most like a region; None if none of them is that thing."""
    placed = Placed.of(region)
    alike = [each for each in proposals.open if placed.overlaps(Placed.of(each.region), LABELLED_IOU)]
    best = max(alike, key=lambda each: region_iou(each.region, region), default=None)
    return None if best is None else best.box_xyxy
