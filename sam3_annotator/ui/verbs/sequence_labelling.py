"""Propagates the instances of an image through those that follow, while nobody waits for the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sam3_annotator.model import Slot as EngineSlot
from sam3_annotator.project import ImageId, ImageUnreadable, state_of
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.verbs.background_labelling import BackgroundLabelling, LabellingProgress, LabellingRun
from sam3_annotator.ui.verbs.image_walk import ImageWalk
from sam3_annotator.ui.verbs.propagation_chain import PropagationChain, SequencePlan


@dataclass(slots=True, eq=False, kw_only=True)
class _Run(LabellingRun):
    """A plan being carried out."""

    plan: SequencePlan
    chain: PropagationChain


class SequenceLabelling(BackgroundLabelling[_Run]):
    """Goes on from image to image; what is on the one before by then is labelled on the next. See `PropagationChain`.

    It ends early where nothing is left to go on with, and where the first image cannot be read.
    """

    _slot = EngineSlot.PROPAGATE

    def start(self, plan: SequencePlan) -> None:
        """Carry out a plan; nothing while another one is under way, or if the image it begins with is gone."""
        if self.is_running or state_of(self._store, plan.source_id) is None:
            return

        def make_run(walk: ImageWalk, since: int) -> _Run:
            chain = PropagationChain(self._store, plan, self._describe_model, since)
            return _Run(walk=walk, since=since, plan=plan, chain=chain)

        self._walk_through((plan.source_id, *plan.image_ids), make_run)

    def _takes(self, run: _Run, image_id: ImageId) -> bool:
        return run.chain.takes(image_id)

    def _note_unreadable(self, run: _Run, image_id: ImageId, error: ImageUnreadable) -> None:
        if image_id == run.plan.source_id:
            self._fail(run, error)
        else:
            super()._note_unreadable(run, image_id, error)

    def _take_image(self, run: _Run, image: ShownImage) -> None:
        with self._failing(run):
            if run.chain.take(image):
                run.walk.ask(run.chain.job(self._settings.simplification_tolerance), image.embedding_key)
            else:
                self._go_on(run)

    def _take_answer(self, run: _Run, found: Sequence[Proposal | None]) -> None:
        self._write(run, partial(self._settle, run, found))

    def _settle(self, run: _Run, found: Sequence[Proposal | None]) -> None:
        run.chain.settle(found)
        self._go_on(run)

    def _go_on(self, run: _Run) -> None:
        if run.chain.is_over:
            self._end(run)
        else:
            run.walk.go_on()

    def _progress_of(self, run: _Run) -> LabellingProgress:
        # The first is the one that it begins with.
        return LabellingProgress(max(len(run.walk.done) - 1, 0), run.walk.total - 1)

    def _what_came(self, run: _Run) -> list[str]:
        return run.chain.words
