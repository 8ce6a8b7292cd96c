"""Looks for phrases on an image, whole and part by part, and makes instances of what nobody has labelled yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam3_annotator.model import Check, ConceptPrompt, UnsupportedPrompt, Window, Workbench, never_cancelled
from sam3_annotator.project import CategoryId, ImageId, ProjectStore, Region, category_named
from sam3_annotator.ui.assistance.proposing import join_proposals, not_labelled, proposals_of
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.provenance import provenances_of

MOST_PARTS: Final = 16
"""Along the longer side: some hundred parts to be read of each image."""

Found = Mapping[str, tuple[Proposal, ...]]
"""What is found of each phrase, best first."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How phrases are looked for: down to which score, in how many parts along the longer side, 1 being the whole.

    Outlines stray by `tolerance` pixels.
    """

    threshold: float
    parts: int
    tolerance: float

    def windows(self, image_size: tuple[int, int]) -> list[Window | None]:
        """Give what is looked at of an image of this height and width: the whole, None, first."""
        return [None, *(Window.parts(image_size, self.parts) if self.parts > 1 else ())]


class PhraseSearch:
    """Phrases on one image: the first look is at the whole of it, the others are at its parts.

    Only the thread that looks may ask for more than what is left. A look that had to step back goes on where it was.
    """

    def __init__(self, image: ShownImage, phrases: Iterable[str], manner: Manner) -> None:
        self.image = image
        self._manner = manner
        self._found: dict[str, tuple[Proposal, ...]] = dict.fromkeys(phrases, ())
        self._windows = deque(manner.windows(image.size))
        self._answered: set[str] = set()
        self.looks = len(self._windows)

    @property
    def looks_left(self) -> int:
        """How many looks it still takes."""
        return len(self._windows)

    @property
    def embedding_key(self) -> str:
        """What names the content that is looked at next in the embedding cache."""
        return self.image.through(self._windows[0] if self._windows else None).embedding_key

    def look(self, bench: Workbench) -> None:
        """Look for all phrases once, on the model thread; raises `UnsupportedPrompt` if the model takes none."""
        if "phrases" not in bench.session.capabilities:
            raise UnsupportedPrompt(f"The model “{bench.model_name}” takes no phrases; choose one that does, as SAM 3.")
        window = self._windows[0]
        seen, is_closer = self.image.through(window), window is not None
        embedding = seen.embed(bench)
        for phrase in [each for each in self._found if each not in self._answered]:
            answer = bench.session.detect(
                embedding, ConceptPrompt(phrase), threshold=self._manner.threshold, check=bench.check
            )
            proposals = proposals_of(answer, (), self._manner.tolerance, bench.model_name, (), bench.check, seen)
            joined = join_proposals(proposals, self._found[phrase], (), bench.check, is_closer=is_closer)
            self._found[phrase] = joined
            self._answered.add(phrase)
        self._answered.clear()
        self._windows.popleft()

    def news(
        self,
        labelled: Sequence[Region],
        unwanted: Mapping[str, Sequence[Region]] | None = None,
        check: Check = never_cancelled,
    ) -> Found:
        """Give what was found and is none of what is `labelled`, each thing with the first phrase that finds it.

        `unwanted` are regions that somebody has rejected as what the phrase says.
        """
        known, news = list(labelled), dict[str, tuple[Proposal, ...]]()
        for phrase, proposals in self._found.items():
            news[phrase] = not_labelled(proposals, [*known, *(unwanted or {}).get(phrase, ())], check)
            known += [proposal.region for proposal in news[phrase]]
        return news


def store_found(
    store: ProjectStore,
    image_id: ImageId,
    category: CategoryId | str,
    phrase: str,
    chosen: Sequence[Proposal],
    threshold: float,
    describe_model: Callable[[str], str] = str,
    since: int | None = None,
) -> CategoryId | None:
    """Make instances of what was found of a phrase, in one step; gives their category, None if there are none.

    A category given by name is the one of that name, or is added with them. `describe_model` as in `provenances_of`,
    `since` as in `store.edit`.
    """
    if not chosen:
        return None
    if isinstance(category, str):
        known = category_named(store, category)
        category = category if known is None else known.id
    question = Proposals(image_id, ConceptPrompt(phrase))
    provenances = provenances_of(question, tuple(chosen), threshold, describe_model)
    found = [(one.region, one.score, told) for one, told in zip(chosen, provenances, strict=True)]
    made = operations.accept_proposals(store, image_id, category, found, since)
    return store.instance(made[0]).category_id
