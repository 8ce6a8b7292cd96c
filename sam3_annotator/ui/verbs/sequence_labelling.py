"""Propagates the instances of an image through those that follow, while nobody waits for the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from sam3_annotator.model import Job, Slot as EngineSlot, Workbench
from sam3_annotator.project import ImageId, ImageState, ImageUnreadable, Instance, InstanceId, counted, instance_counts
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.verbs.background_labelling import (
    BackgroundLabelling,
    LabellingProgress,
    LabellingRun,
    first_names,
)
from sam3_annotator.ui.verbs.instance_search import (
    Original,
    labelled_as,
    original_of,
    search_again,
    store_found_again,
)


@dataclass(frozen=True, slots=True)
class SequencePlan:
    """From which image instances are propagated, through which images, in this order, and down to which score.

    `instance_ids` are those instances of the first image; None is all that each image has.
    """

    source_id: ImageId
    image_ids: tuple[ImageId, ...]
    threshold: float
    instance_ids: frozenset[InstanceId] | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class _Run(LabellingRun):
    """A plan being carried out, and what came of the images that are done.

    `before` is the image that hands on its instances, the last that was read; of these, `carried` ones, None being
    all. `image` is the one that is looked at for the instances `asked`.
    """

    plan: SequencePlan
    source_name: str
    carried: frozenset[InstanceId] | None
    before: ShownImage | None = None
    image: ShownImage | None = None
    asked: tuple[Instance, ...] = ()
    made: Counter[ImageId] = field(default_factory=Counter)
    known_count: int = 0
    finished_count: int = 0
    lost: Counter[tuple[str, str]] = field(default_factory=Counter)  # by category and image
    emptied: str = ""  # the image after which nothing was left


def sequence_job(image: ShownImage, before: ShownImage, originals: Sequence[Original], tolerance: float) -> Job:
    """Make the job that finds the instances of the image `before` on another; it answers as `search_again`."""

    def job(bench: Workbench) -> list[Proposal | None]:
        return search_again(bench, image, before.pixels, originals, tolerance)

    return job


class SequenceLabelling(BackgroundLabelling[_Run]):
    """Goes on from image to image: what is on the one before by then is found and labelled on the next, in one step.

    What is labelled there already stays as it is and goes on from there; what is not found again, or scores too little,
    ends there. Images that are finished are not touched: they hand on what is on them. Those that are gone, left out or
    cannot be read are passed over. It ends early where nothing is left to go on with.
    """

    _slot = EngineSlot.PROPAGATE

    def start(self, plan: SequencePlan) -> None:
        """Carry out a plan; nothing while another one is under way."""
        if self.is_running:
            return
        try:
            name = self._store.image(plan.source_id).name
        except KeyError:  # it has been taken out of the project since
            return
        make_run = partial(_Run, plan=plan, source_name=name, carried=plan.instance_ids)
        self._walk_through((plan.source_id, *plan.image_ids), make_run)

    def _takes(self, run: _Run, image_id: ImageId) -> bool:
        return image_id == run.plan.source_id or self._state(image_id) not in (None, ImageState.LEFT_OUT)

    def _note_unreadable(self, run: _Run, image_id: ImageId, error: ImageUnreadable) -> None:
        if image_id == run.plan.source_id:
            self._fail(run, error)
        else:
            super()._note_unreadable(run, image_id, error)

    def _take_image(self, run: _Run, image: ShownImage) -> None:
        with self._failing(run):
            state = self._state(image.image_id)
            if run.before is None:
                self._hand_on(run, image)
            elif state is None or state is ImageState.LEFT_OUT:
                run.walk.go_on()
            elif state.is_finished and run.carried is None:
                run.finished_count += 1
                self._hand_on(run, image)
            else:
                self._ask(run, run.before, image)

    def _ask(self, run: _Run, before: ShownImage, image: ShownImage) -> None:
        run.asked = self._to_propagate(run, before)
        if not run.asked:
            self._hand_on(run, image)
            return
        run.image = image
        originals = [original_of(self._store, instance) for instance in run.asked]
        tolerance = self._settings.simplification_tolerance
        run.walk.ask(sequence_job(image, before, originals, tolerance), image.embedding_key)

    def _to_propagate(self, run: _Run, before: ShownImage) -> tuple[Instance, ...]:
        """Give what an image hands on, as it is now."""
        if self._state(before.image_id) is None:
            return ()
        instances = self._store.instances(before.image_id)
        return tuple(each for each in instances if run.carried is None or each.id in run.carried)

    def _take_answer(self, run: _Run, found: Sequence[Proposal | None]) -> None:
        self._write(run, partial(self._store_answer, run, found))

    def _store_answer(self, run: _Run, found: Sequence[Proposal | None]) -> None:
        """Label what was found, but what is labelled already, as soon as nothing else writes to the project."""
        assert run.image is not None
        image_id, image = run.image.image_id, run.image
        state = self._state(image_id)
        if state is None or state is ImageState.LEFT_OUT:
            run.walk.go_on()  # without it: the next one gets what is on the image before
            return
        if state.is_open or run.carried is not None:
            self._settle(run, image_id, found, is_open=state.is_open)
        run.finished_count += state.is_finished
        self._hand_on(run, image)

    def _settle(self, run: _Run, image_id: ImageId, found: Sequence[Proposal | None], *, is_open: bool) -> None:
        """Say of each instance what it is on the image: one made now, one that is there already, or none."""
        assert run.before is not None
        now = {each.id: each for each in self._to_propagate(run, run.before)}
        again = self._found_again(run, found, now)
        known = labelled_as(again, self._store.instances(image_id))
        new = [proposal for instance_id, proposal in again.items() if instance_id not in known]
        made: Iterable[InstanceId] = ()
        if new and is_open:
            threshold, describe = run.plan.threshold, self._describe_model
            made = store_found_again(self._store, image_id, new, threshold, describe, run.since)
        asked = [each.id for each in run.asked if each.id in now]
        gone = [each for each in asked if each not in known and (each not in again or not is_open)]
        image_name = self._store.image(image_id).name
        run.lost.update((self._store.category(now[each].category_id).name, image_name) for each in gone)
        run.known_count += len(known)
        if is_open:
            run.made[image_id] += len(new)
        if run.carried is not None:
            run.carried = frozenset(made) | frozenset(known.values())

    def _found_again(
        self, run: _Run, found: Sequence[Proposal | None], now: Mapping[InstanceId, Instance]
    ) -> dict[InstanceId, Proposal]:
        """Give what scores enough, as the instances are `now`; what was deleted meanwhile does not go on."""
        again = {}
        for asked, proposal in zip(run.asked, found, strict=True):
            instance = now.get(asked.id)
            if instance is not None and proposal is not None and proposal.score >= run.plan.threshold:
                category_id, copy = original_of(self._store, instance)
                again[asked.id] = replace(proposal, copy_of=copy, category_id=category_id)
        return again

    def _hand_on(self, run: _Run, image: ShownImage) -> None:
        """Have an image be the one that hands on its instances, and go on, unless nothing is left to go on with."""
        run.before, run.image, run.asked = image, None, ()
        if self._is_over(run, image):
            with suppress(KeyError):  # it may be gone by now
                run.emptied = self._store.image(image.image_id).name
            self._end(run)
        else:
            run.walk.go_on()

    def _is_over(self, run: _Run, image: ShownImage) -> bool:
        """Whether nothing is left, and nothing will come: unless some are chosen, a later image may have its own."""
        done = run.walk.done | {image.image_id}
        later = [image_id for image_id in run.plan.image_ids if image_id not in done]
        if not later or self._to_propagate(run, image):
            return False
        if run.carried is not None:
            return True
        counts = instance_counts(self._store)
        return not any(counts.get(image_id) for image_id in later)

    def _progress_of(self, run: _Run) -> LabellingProgress:
        # The first is the one that it begins with.
        return LabellingProgress(max(len(run.walk.done) - 1, 0), run.walk.total - 1)

    def _what_came(self, run: _Run) -> list[str]:
        made = +run.made
        told = [
            f"{counted(made.total(), 'instance')} propagated from {run.source_name} to {counted(len(made), 'image')}"
            if made
            else f"Nothing was propagated from {run.source_name}"
        ]
        if run.known_count:
            told.append(f"{run.known_count:,} {_is_or_are(run.known_count)} labelled there already")
        if lost := run.lost.total():
            names = [
                f"{f'{count:,} ' if count > 1 else ''}{name} on {image}" for (name, image), count in run.lost.items()
            ]
            told.append(f"{lost:,} {'was' if lost == 1 else 'were'} lost on the way: {first_names(names)}")
        if run.finished_count:
            finished = counted(run.finished_count, "image")
            told.append(f"{finished} {_is_or_are(run.finished_count)} finished and stayed as before")
        sentences = ["; ".join(told) + "."]
        if run.emptied:
            sentences.append(f"It ended after {run.emptied}, where nothing was left to propagate.")
        return sentences


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"
