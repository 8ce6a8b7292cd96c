"""The user's verbs about what was found: look for a concept, accept what was found of it or of an image before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import Exemplar
from sam3_annotator.project import CategoryId, InstanceId, ProjectStore, category_named
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.verbs.instance_search import store_found_again
from sam3_annotator.ui.verbs.provenance import provenances_of
from sam3_annotator.ui.workspace import Workspace


class ConceptLabelling(QObject):
    """What the phrase, the keys and the list of proposals mean for the project; every verb is at most one undo step.

    Looking for something and turning to a proposal deselect, because the keys are about what is selected.

    Proposals become instances of the current category. A phrase that is the name of a category makes that the current
    one; looking for all like the selected instances takes the category of these. If a project has no category yet, the
    phrase names the first one. What was found again of instances of an earlier image keeps their categories, attributes
    and crowd marks; `notice` says so if a category, deleted meanwhile, had to be added again for that. `problem`,
    `category_wanted` and `category_found` are as in `Labelling`.
    """

    problem = Signal(str)
    notice = Signal(str)
    category_wanted = Signal()
    category_found = Signal()

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        finder: Finder,
        describe_model: Callable[[str], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._workspace = workspace
        self._finder = finder
        self._describe_model = describe_model
        self._unnamed: tuple[Proposals, tuple[Proposal, ...]] | None = None
        workspace.category_chosen.connect(self._store_named)

    def find(self, phrase: str) -> None:
        """Look for all instances of a phrase; a category of that name becomes the current one."""
        name = " ".join(phrase.split())
        category = category_named(self._store, name)
        if category is not None:
            self._workspace.fall_back_on(category.id)
        self._workspace.select(())
        self._finder.ask(phrase)

    def add_exemplars(self, *exemplars: Exemplar) -> None:
        """Look for what is like these, too, or unlike them."""
        self._workspace.select(())
        self._finder.add_exemplars(*exemplars)

    def turn_to(self, box_xyxy: BoxXyxy) -> None:
        """Turn to the proposal with this box."""
        self._workspace.select(())
        self._finder.focus_on(box_xyxy)

    def turn(self, step: int) -> None:
        """Turn to the next proposal, or with -1 to the previous one; from what is selected, back to the focused one."""
        is_away = bool(self._workspace.selection)
        self._workspace.select(())
        self._finder.focus(0 if is_away else step)

    def find_like_selected(self) -> None:
        """Look for all that are like the selected instances, and nothing else; their category becomes the current one.

        Where they have several, the current one stays.
        """
        selected = [self._store.instance(instance_id) for instance_id in sorted(self._workspace.selection)]
        if not selected:
            return
        self._workspace.select(())
        categories = {instance.category_id for instance in selected}
        if len(categories) == 1:
            self._workspace.fall_back_on(categories.pop())
        self._finder.ask_alike([Exemplar(*instance.region.box_xyxy) for instance in selected])

    def accept_focused(self) -> bool:
        """Make the focused proposal an instance; False if it could not be, yet or at all."""
        focused = self._finder.proposals.focused if self._finder.proposals is not None else None
        return focused is not None and self._accept((focused,))

    def accept_to_correct(self) -> InstanceId | None:
        """Make the focused proposal an instance and give that; None if it could not be made one, yet or at all.

        It is not selected: once it is corrected, the keys are about the other proposals again.
        """
        proposals = self._finder.proposals
        if proposals is None or not self.accept_focused():
            return None
        return max(instance.id for instance in self._store.instances(proposals.image_id))

    def accept_all(self) -> bool:
        """Make all proposals instances, in one step; False if they could not be, yet or at all."""
        return self._finder.proposals is not None and self._accept(self._finder.proposals.open)

    def _accept(self, chosen: tuple[Proposal, ...]) -> bool:
        proposals = self._finder.proposals
        if proposals is None or not proposals.is_current or not chosen:
            return False  # what is still shown of the concept before was not asked for any more
        if proposals.propagated_from is not None:
            return self._store_copies(proposals, chosen)
        if self._workspace.category_id is not None:
            return self._store_as(self._workspace.category_id, proposals, chosen)
        if proposals.concept.phrase and not self._store.categories():
            return self._store_as(proposals.concept.phrase, proposals, chosen)
        self._unnamed = proposals, chosen
        self.category_wanted.emit()
        return False

    def _store_as(self, category: CategoryId | str, proposals: Proposals, chosen: tuple[Proposal, ...]) -> bool:
        provenances = provenances_of(proposals, chosen, self._finder.threshold, self._describe_model)
        found = [
            (proposal.region, proposal.score, provenance)
            for proposal, provenance in zip(chosen, provenances, strict=True)
        ]
        return attempt(
            lambda: operations.accept_proposals(self._store, proposals.image_id, category, found), self.problem.emit
        )

    def _store_copies(self, proposals: Proposals, chosen: tuple[Proposal, ...]) -> bool:
        threshold, describe = self._finder.threshold, self._describe_model

        def store() -> None:
            made = store_found_again(self._store, proposals.image_id, chosen, threshold, describe)
            if made.new_categories:
                self.notice.emit(_added_again_in_words(made.new_categories))

        return attempt(store, self.problem.emit)

    @Slot(object)
    def _store_named(self, category_id: CategoryId | None) -> None:
        unnamed, self._unnamed = self._unnamed, None
        if unnamed is None or category_id is None:
            return
        if self._finder.proposals == unnamed[0]:
            self._store_as(category_id, *unnamed)
        self.category_found.emit()


def _added_again_in_words(names: Sequence[str]) -> str:
    what, was = ("category", "was") if len(names) == 1 else ("categories", "were")
    return (
        f"The {what} {', '.join(names)}, deleted meanwhile, {was} added again with what was accepted; "
        "one undo takes all of it back."
    )
