"""Asks the model for what is to be found on the shown image, and keeps what it found until it is settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import (
    ConceptPrompt,
    EngineStatus,
    Exemplar,
    Job,
    Outcome,
    Slot as EngineSlot,
    Ticket,
    Window,
)
from sam3_annotator.project import Category, CategoryId, ImageId, Instance, InstanceId, Region
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.proposing import detect_job
from sam3_annotator.ui.assistance.settled import without_decided, without_labelled
from sam3_annotator.ui.assistance.shown_image import ShownImage, exemplar_boxes
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposals
from sam3_annotator.ui.settings import LEAST_THRESHOLD, Settings

# So many images keep their proposals, each up to some hundred kilobytes.
IMAGES_KEPT = 100


@dataclass(frozen=True, slots=True)
class _Question:
    """What the model is asked for the shown image: when, down to which score, beside which instances.

    `settled` are the boxes of proposals that were settled then, `window` is what it is to see.
    """

    ticket: Ticket
    asked_at: float
    threshold: float
    instance_ids: frozenset[InstanceId]
    settled: frozenset[BoxXyxy]
    window: Window | None


class Finder(QObject):
    """The proposals on the shown image and the model's work for them.

    An image keeps its own while others are shown. `labelled` gives the instances of an image, which need not be found
    again. What is accepted is settled once it is in the project, so that it is still there if storing fails.
    Who knows the instances of other images answers `propagation_wanted` with `propagate`.
    """

    changed = Signal(object)  # Proposals | None
    propagation_wanted = Signal(object)  # ImageId of the image before
    threshold_changed = Signal(float)
    answered = Signal(float)  # seconds from the question to the answer
    failed = Signal(object)  # Exception

    def __init__(
        self,
        engine: EngineBridge,
        settings: Settings,
        labelled: Callable[[ImageId], Sequence[Instance]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self._labelled = labelled
        self._image: ShownImage | None = None
        self._kept: dict[ImageId, Proposals] = {}
        self._threshold = settings.detection_threshold
        self._question: _Question | None = None
        self._carried: str | ImageId = ""  # the phrase, or the image before, that the next image is asked for
        engine.answered.connect(self._take_answer)
        engine.status_changed.connect(self._follow_model)

    @property
    def proposals(self) -> Proposals | None:
        """What was found on the shown image, or is being looked for; None if nothing was asked."""
        return self._kept.get(self._image.image_id) if self._image else None

    @property
    def image(self) -> ShownImage | None:
        """The shown image; None while it is left for the next."""
        return self._image

    @property
    def image_ids(self) -> Collection[ImageId]:
        """The images with proposals."""
        return self._kept.keys()

    @property
    def threshold(self) -> float:
        """The least score of what is shown, 0..1."""
        return self._threshold

    @property
    def takes_phrases(self) -> bool:
        """The model knows names of things; before one is loaded, that is not known."""
        return self._takes("phrases")

    @property
    def takes_exemplars(self) -> bool:
        """The model finds what is like an example; before one is loaded, that is not known."""
        return self._takes("exemplars")

    def _takes(self, kind: str) -> bool:
        capabilities = self._engine.status.capabilities
        return not capabilities or kind in capabilities

    def show(self, image: ShownImage) -> None:
        """Turn to another image, and take up what was found on it, or look for what waited for it."""
        carried, self._carried = self._carried, ""
        self.leave()
        self._image = image
        proposals = self.proposals
        if proposals is not None and (source := proposals.unanswered_source):  # left before the answer came
            del self._kept[image.image_id]
            proposals, carried = None, source.image_id
        if proposals is None and carried:
            self._take_up(carried)
        elif proposals is None:
            self.changed.emit(None)
        else:  # the threshold may have moved since, and the answer may not have come before it was left
            self._keep(proposals.left_alone().with_threshold(self._threshold))
            self._ask_beside_window()
            self._ask_if_needed()

    def look_through(self, window: Window | None) -> None:
        """Have the model see the shown image through a window, None being the whole, and look for the concept there."""
        if self._image is None:
            return
        proposals, before = self.proposals, self._image
        self._image = before.through(window)
        if proposals is None or not proposals.says_what or proposals.propagated_from is not None:
            return
        boxes = exemplar_boxes(proposals.concept)
        if before.showing(boxes).window != self._image.showing(boxes).window:
            self._ask(proposals.elsewhere())

    def leave(self) -> None:
        """Turn away from the shown image; an answer still under way is no longer wanted."""
        self._forget_request()
        if self._image is not None:
            self._image = None
            self.changed.emit(None)
        elif not isinstance(self._carried, str):
            self._carried = ""  # it was for an image that is passed by

    def carry_on(self) -> None:
        """Look for the phrase on the next image too, or for the instances of this one where it was so done here.

        Exemplars belong to the image they were drawn on.
        """
        proposals = self.proposals
        if proposals is None:
            self._carried = ""
        elif proposals.propagated_from is not None:
            self._carried = proposals.image_id
        else:
            self._carried = proposals.concept.phrase

    def propagate_once_shown(self, source_id: ImageId) -> None:
        """Look for the instances of the image before once the next image is shown, unless that is passed by."""
        self._carried = source_id

    def propagate(self, source: PropagatedFrom, make_job: Callable[[ShownImage], Job]) -> None:
        """Look for the instances of the image before, and for nothing else; the model sees the whole of the shown one.

        The job gives a proposal for each instance that it finds again, whatever it scores, best first.
        """
        if self._image is not None:
            image = self._image.through(None)
            proposals = (self.proposals or Proposals(image.image_id, ConceptPrompt())).with_propagated(source)
            self._submit(proposals, make_job(image), image)

    def ask(self, phrase: str) -> None:
        """Look for all instances of a phrase, beside the exemplars there are; without any of both for nothing."""
        earlier = self.proposals
        self._ask_for(ConceptPrompt(" ".join(phrase.split()), earlier.concept.exemplars if earlier else ()))

    def ask_alone(self, phrase: str) -> None:
        """Look for all instances of a phrase alone, whatever was looked for before."""
        self._ask_for(ConceptPrompt(phrase))

    def ask_alike(self, exemplars: Sequence[Exemplar]) -> None:
        """Look for all that are like these alone, whatever was looked for before."""
        self._ask_for(ConceptPrompt("", tuple(exemplars)))

    def add_exemplars(self, *exemplars: Exemplar) -> None:
        """Show the model one or more of what is looked for, or of what is not."""
        concept = self.proposals.concept if self.proposals else ConceptPrompt()
        self._ask_for(replace(concept, exemplars=(*concept.exemplars, *exemplars)))

    def remove_last_exemplar(self) -> None:
        """Take the last exemplar back."""
        if self.proposals is not None:
            concept = self.proposals.concept
            self._ask_for(replace(concept, exemplars=concept.exemplars[:-1]))

    def set_threshold(self, threshold: float) -> None:
        """Show what scores at least so much, as far as it is known at once; needs no new look at the image."""
        threshold = min(max(threshold, LEAST_THRESHOLD), 1.0)
        if threshold == self._threshold:
            return
        self._threshold = self._settings.detection_threshold = threshold
        self.threshold_changed.emit(threshold)
        if self.proposals is not None:
            self._keep(self.proposals.with_threshold(threshold))
            self._ask_if_needed()

    def rejected(self, image_id: ImageId, phrase: str) -> tuple[Region, ...]:
        """Give what the user has rejected on an image as being what the phrase says."""
        proposals = self._kept.get(image_id)
        if proposals is None or proposals.answered is None or proposals.answered.phrase != phrase:
            return ()
        settled = proposals.settled
        return tuple(
            each.region for each in proposals.answer if each.box_xyxy in settled and settled[each.box_xyxy] is None
        )

    def focus(self, step: int) -> None:
        """Turn to the next proposal, or with -1 to the previous one."""
        if self.proposals is not None:
            self._keep(self.proposals.with_focus_moved(step))

    def focus_on(self, box_xyxy: BoxXyxy) -> None:
        """Turn to this proposal."""
        if self.proposals is not None:
            self._keep(self.proposals.with_focus(box_xyxy))

    def reject_focused(self) -> None:
        """Take the focused proposal away."""
        if self.proposals is not None and self.proposals.focused is not None:
            self._keep(self.proposals.with_rejected((self.proposals.focused.box_xyxy,)))

    def undo_rejection(self) -> None:
        """Propose again what was rejected last on the shown image, if nothing was done in the project since."""
        if self.proposals is not None:
            self._keep(self.proposals.with_rejection_undone())

    def keep_rejections(self) -> None:
        """Let no rejection be undone any more: the project has changed, and undo is about that first."""
        for proposals in tuple(self._kept.values()):
            if proposals.rejected:
                self._keep(proposals.with_rejections_kept())

    def settle_labelled(self, image_id: ImageId, instances: Sequence[Instance]) -> None:
        """Take out of the open proposals on an image what these instances of it are: whoever labelled it."""
        if proposals := self._kept.get(image_id):
            self._keep(without_labelled(proposals, instances))

    def reopen(self, instance_ids: AbstractSet[InstanceId]) -> None:
        """Propose again what was labelled as these instances, which are gone."""
        for proposals in tuple(self._kept.values()):
            if not instance_ids.isdisjoint(proposals.settled.values()):
                self._keep(proposals.with_reopened(instance_ids))

    def follow_categories(self, categories: Mapping[CategoryId, Category]) -> None:
        """Let what has a category of its own, one of these ids, be of the category that has come of it."""
        for proposals in tuple(self._kept.values()):
            if any(proposal.category_id in categories for proposal in proposals.answer):
                self._keep(proposals.with_categories(categories))

    def bring_back(self, proposals: Proposals) -> None:
        """Take up again what was dropped on the shown image, less what has been labelled since."""
        if self._image is not None and self._image.image_id == proposals.image_id and self.proposals is None:
            known = proposals.left_alone().with_threshold(self._threshold)
            self._keep(without_labelled(known, self._labelled(proposals.image_id)))
            self._ask_if_needed()

    def drop(self) -> None:
        """Look for nothing on the shown image any more."""
        self._forget_request()
        if self._image is not None and self._kept.pop(self._image.image_id, None) is not None:
            self.changed.emit(None)

    def _ask_for(self, concept: ConceptPrompt) -> None:
        if self._image is None:
            self._carried = concept.phrase  # typed while the next image is still being read
            return
        if refusal := self._engine.refusal_of_concepts:
            self.failed.emit(refusal)
            return
        proposals = (self.proposals or Proposals(self._image.image_id, concept)).with_concept(concept)
        if proposals.says_what:
            self._ask(proposals)
        elif concept.exemplars:
            self._forget_request()
            self._keep(proposals.without_answer())
        else:
            self.drop()

    def _ask_if_needed(self) -> None:
        """Ask for what is not known yet; an answer under way is waited for first, since it may bring that."""
        proposals = self.proposals
        if proposals is None or not proposals.says_what or proposals.is_waiting or proposals.has_failed:
            return
        if not proposals.is_known_above(self._threshold):
            self._ask(proposals)

    def _ask_beside_window(self) -> None:
        """Look at all of the image again where only a part of it was looked at last."""
        proposals = self.proposals
        if proposals is not None and proposals.is_current and proposals.window is not None and proposals.says_what:
            self._ask(proposals.elsewhere())

    def _take_up(self, carried: str | ImageId) -> None:
        """Look for what was carried on to the shown image."""
        if isinstance(carried, str):
            self.ask(carried)
            return
        self.propagation_wanted.emit(carried)
        if self.proposals is None:  # there is nothing to look for any more
            self.changed.emit(None)

    def _ask(self, proposals: Proposals) -> None:
        if proposals.propagated_from is not None:
            self.propagation_wanted.emit(proposals.propagated_from.image_id)
            return
        instances = self._labelled(proposals.image_id)
        image = self._seeing(proposals.concept)
        job = detect_job(
            image,
            proposals.concept,
            self._threshold,
            [instance.region for instance in instances],
            proposals,
            self._settings.simplification_tolerance,
        )
        self._submit(proposals, job, image, self._threshold, instances)

    def _submit(
        self,
        proposals: Proposals,
        job: Job,
        image: ShownImage,
        reach: float = 0.0,
        instances: Sequence[Instance] = (),
    ) -> None:
        """Give the model a job that leaves out what scores less than `reach` and what is one of the instances."""
        asked_at, settled = time.perf_counter(), frozenset(proposals.settled)
        ticket = self._engine.submit(EngineSlot.DETECT, job, image.embedding_key)
        instance_ids = frozenset(instance.id for instance in instances)
        self._question = _Question(ticket, asked_at, reach, instance_ids, settled, image.window)
        self._keep(proposals.waiting())

    def _seeing(self, concept: ConceptPrompt) -> ShownImage:
        """Give the image as the model is to see it: through the window if all exemplars are in there."""
        assert self._image is not None
        return self._image.showing(exemplar_boxes(concept))

    def _forget_request(self) -> None:
        self._engine.cancel(EngineSlot.DETECT)
        self._question = None

    def _keep(self, proposals: Proposals) -> None:
        self._kept.pop(proposals.image_id, None)  # the last one is the one used last
        self._kept[proposals.image_id] = proposals
        if len(self._kept) > IMAGES_KEPT:
            del self._kept[next(iter(self._kept))]
        if proposals is self.proposals:
            self.changed.emit(proposals)

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        """Ask another model what the one before could not answer."""
        if status.begins_loading and self.proposals is not None and self.proposals.has_failed:
            self._ask(self.proposals)

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        proposals, question = self.proposals, self._question
        if question is None or outcome.ticket != question.ticket or proposals is None:
            return
        self._question = None
        if outcome.error is not None:
            self._keep(proposals.with_failure())
            self.failed.emit(outcome.error)
            return
        assert isinstance(outcome.value, tuple)
        answered = proposals.with_found(outcome.value, question.threshold, question.window)
        answered = answered.with_threshold(self._threshold)
        instances = self._labelled(proposals.image_id)
        meanwhile = [instance for instance in instances if instance.id not in question.instance_ids]
        self._keep(without_labelled(without_decided(answered, proposals, question.settled), meanwhile))
        self._ask_if_needed()
        self.answered.emit(time.perf_counter() - question.asked_at)
