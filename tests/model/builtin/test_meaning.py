"""What prompts can mean: the answer before, what else it could have been, or something found anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from sam3_annotator.model.builtin import meaning
from sam3_annotator.model.builtin.asked import read_prompts
from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.looks import Answer, BuiltinEmbedding, Look, StemArrays, View
from sam3_annotator.model.builtin.meaning import Question, Ranked, Start
from sam3_annotator.model.builtin.ranking import Floats, Ranking
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.traits import TRAITS
from sam3_annotator.model.builtin.viewer import Viewer
from sam3_annotator.model.builtin.zoom import Belief, Pyramid, ViewWindow
from sam3_annotator.model.session import never_cancelled

SIDE = 64
WHOLE = ViewWindow(0.0, 0.0, 64.0)
INSIDE = PointPrompt(32, 32)
ANYTHING = np.zeros(TRAITS, np.float32)


class Scripted(Ranking):
    """Expects what it is told to, in turn."""

    def __init__(self, answers: Sequence[float], best_start: float = 0.9) -> None:
        self.answers, self.best_start = list(answers), best_start

    def rank_starts(self, traits: Sequence[Floats]) -> Floats:
        """Rank earlier ones higher."""
        return np.linspace(self.best_start, 0.1, len(traits)).astype(np.float32)

    def rank_answers(self, traits: Sequence[Floats]) -> Floats:
        """Take the next number for the first answer, and less for the others."""
        best = self.answers.pop(0)
        return np.linspace(best, best / 2, len(traits)).astype(np.float32)


class Contrary(Scripted):
    """Expects more of each next guess, by what it is told."""

    def rank_answers(self, traits: Sequence[Floats]) -> Floats:
        """Rank the merged mask, which comes first, lowest."""
        return (0.4 + self.answers[0] * np.arange(len(traits))).astype(np.float32)


def chance(left: int, right: int) -> NDArray[np.float32]:
    found = np.zeros((SIDE, SIDE), np.float32)
    found[20:44, left:right] = 0.9
    return found


def look(*spans: tuple[int, int]) -> Look:
    view = View(WHOLE, np.zeros((SIDE, SIDE, 3), np.uint8), StemArrays(*[np.empty(0, np.float32)] * 2))
    return Look(view, np.stack([chance(*span) for span in spans]), np.array([0.8, 0.7, 0.6, 0.5], np.float32))


WIDE, LEFT, RIGHT, NOTHING = (10, 54), (10, 34), (30, 54), (0, 0)


class Staged(Viewer):
    """Sees the same from everywhere, and takes down what it was asked to look closer at."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.firsts = 0
        self.nearer = 0
        self.seen = look(WIDE, LEFT, RIGHT, NOTHING)
        self.followed: list[Belief | None] = []

    def first_looks(self, *_: object) -> Iterator[Look]:
        """Show three things from afar, then one of them."""
        self.firsts += 1
        yield self.seen
        self.nearer += 1
        yield look(LEFT, NOTHING, NOTHING, NOTHING)

    def look_closer(self, _embedding: object, _asked: object, belief: Belief | None, *_: object) -> Look:
        """Show the same three."""
        self.followed.append(belief)
        return look(WIDE, LEFT, RIGHT, NOTHING)


@pytest.fixture
def viewer(tiny_runtime: Runtime) -> Staged:
    return Staged(tiny_runtime)


@pytest.fixture
def embedding(viewer: Staged) -> BuiltinEmbedding:
    return viewer.embed(Pyramid(np.zeros((SIDE, SIDE, 3), np.uint8), SIDE))


def ask(
    viewer: Staged,
    embedding: BuiltinEmbedding,
    prompts: Sequence[Prompt],
    expected: Sequence[float],
    earlier: Answer | None = None,
) -> tuple[Question, list[Ranked], list[Start]]:
    asked = read_prompts(prompts, embedding.image_size)
    question = Question(viewer, Scripted(expected), embedding, asked, earlier)
    return question, *question.answer(never_cancelled)


def remembered(viewer: Staged, embedding: BuiltinEmbedding) -> Answer:
    """Click once, and be shown the wide one."""
    question, answers, starts = ask(viewer, embedding, [INSIDE], [0.9])
    return question.remember(Candidate(answers[0].guess.chance, 0.9, WHOLE), answers, starts)


def test_a_first_click_is_looked_at_from_afar_and_then_closer(viewer: Staged, embedding: BuiltinEmbedding) -> None:
    _, answers, starts = ask(viewer, embedding, [INSIDE], [0.9])

    assert (viewer.firsts, len(viewer.followed)) == (1, 1)
    assert [round(one.expected, 2) for one in answers] == [0.9, 0.68, 0.45]  # the empty mask is none
    assert len(starts) == 2


@pytest.mark.parametrize(("rows", "best_start", "nearer"), [(24, 0.85, 0), (24, 0.75, 1), (10, 0.85, 1)])
def test_a_first_click_is_looked_at_from_near_unless_all_is_clear_from_afar(
    viewer: Staged, embedding: BuiltinEmbedding, rows: int, best_start: float, nearer: int
) -> None:
    seen = look((28, 38), NOTHING, NOTHING, NOTHING)
    seen.chances[0, 20 + rows :] = 0
    viewer.seen = seen
    asked = read_prompts([PointPrompt(32, 25)], embedding.image_size)

    Question(viewer, Scripted([], best_start), embedding, asked, None).list_starts()

    assert viewer.nearer == nearer


def test_in_doubt_a_second_start_is_followed_and_the_better_answer_taken(
    viewer: Staged, embedding: BuiltinEmbedding
) -> None:
    _, answers, starts = ask(viewer, embedding, [INSIDE], [0.3, 0.6])

    assert len(viewer.followed) == 2
    assert answers[0].expected == pytest.approx(0.6)
    assert [one.expected for one in answers] == sorted((one.expected for one in answers), reverse=True)
    assert len(answers) == 6
    assert len(starts) == 1


def test_a_box_needs_no_first_looks(viewer: Staged, embedding: BuiltinEmbedding) -> None:
    ask(viewer, embedding, [BoxPrompt(10, 20, 54, 44)], [0.2])

    assert viewer.firsts == 0
    assert viewer.followed == [None]


def test_with_a_box_alone_another_mask_than_the_merged_one_must_be_clearly_better(
    viewer: Staged, embedding: BuiltinEmbedding
) -> None:
    box = BoxPrompt(10, 20, 54, 44)

    def first(prompts: Sequence[Prompt], better: float) -> int:
        asked = read_prompts(prompts, embedding.image_size)
        answers, _ = Question(viewer, Contrary([better]), embedding, asked, None).answer(never_cancelled)
        assert answers[0].expected == max(one.expected for one in answers)
        return answers[0].guess.index

    assert first([box], 0.02) == 0
    assert first([box], 0.06) == 2  # by 0.12
    assert first([box, INSIDE], 0.02) == 2
    assert first([INSIDE], 0.02) == 2


def test_a_click_that_contradicts_the_answer_leaves_what_agrees_with_it(
    viewer: Staged, embedding: BuiltinEmbedding
) -> None:
    earlier = remembered(viewer, embedding)
    asked = read_prompts([INSIDE, PointPrompt(50, 32, False)], embedding.image_size)

    on, *others = Question(viewer, Scripted([]), embedding, asked, earlier).list_starts()

    assert on.belief is earlier.belief
    assert [start.goes_on for start in (on, *others)] == [True] * len(others) + [True]
    assert others  # the left one, seen from afar and closer; the right one holds the negative click
    assert all(np.allclose(start.guess.chance, chance(*LEFT)) for start in others if start.guess is not None)


def test_after_many_clicks_nothing_but_the_answer_is_gone_on_from(viewer: Staged, embedding: BuiltinEmbedding) -> None:
    earlier = remembered(viewer, embedding)
    clicks = [PointPrompt(30 + number, 32) for number in range(meaning.FEW_CLICKS)]

    _, _, starts = ask(viewer, embedding, [INSIDE, *clicks], [0.1], earlier)

    assert viewer.firsts == 1  # that of the first click
    assert starts == []


def test_a_very_doubtful_answer_has_the_object_looked_for_anew(viewer: Staged, embedding: BuiltinEmbedding) -> None:
    earlier = remembered(viewer, embedding)
    again = [INSIDE, PointPrompt(50, 32, False)]

    ask(viewer, embedding, again, [0.6, 0.6], earlier)
    assert viewer.firsts == 1
    ask(viewer, embedding, again, [0.4, 0.4], earlier)
    assert viewer.firsts == 2


def test_the_user_s_own_mask_is_never_looked_for_anew(viewer: Staged, embedding: BuiltinEmbedding) -> None:
    belief = look(WIDE, LEFT, RIGHT, NOTHING).belief()

    prompts = [MaskPrompt(chance(*WIDE) > 0.5), INSIDE, PointPrompt(50, 32, False)]

    _, _, starts = ask(viewer, embedding, prompts, [0.1], Answer(belief))

    assert viewer.firsts == 0
    assert viewer.followed == [belief]
    assert starts == []


def test_an_answer_remembers_what_was_on_the_screen_before_each_click(
    viewer: Staged, embedding: BuiltinEmbedding
) -> None:
    first = remembered(viewer, embedding)
    question, answers, starts = ask(viewer, embedding, [INSIDE, PointPrompt(50, 32, False)], [0.9], first)

    second = question.remember(Candidate(chance(*LEFT), 0.9, WHOLE), answers, starts)

    assert first.shown == (None,)
    assert second.shown == (None, first.belief)
    assert (first.clicks, second.clicks) == (1, 2)
    assert len(second.others) <= meaning.MOST_OTHERS
    assert all(guess is not second.guess for guess in second.others)
