"""Prompts in image pixels become what the network takes, or a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sam3_annotator.model import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt, Prompt, UnsupportedPrompt
from sam3_annotator.model.network.preprocessing import InputFrame
from sam3_annotator.model.sam3.asked import read_concept, read_prompts

FRAME = InputFrame((300, 600), side=1008)  # an image of 600 x 300
CPU = torch.device("cpu")
ON_IT = PointPrompt(150, 75)


def test_points_are_placed_in_the_input_with_their_labels() -> None:
    tensors = read_prompts([ON_IT, PointPrompt(600, 300, False)], FRAME, 288).tensors(CPU)

    assert tensors.points_xy.tolist() == [[[252, 252], [1008, 1008]]]
    assert tensors.point_labels.tolist() == [[1, 0]]
    assert tensors.boxes_xyxy is None
    assert tensors.mask_logits is None


def test_a_box_is_placed_in_the_input() -> None:
    tensors = read_prompts([BoxPrompt(0, 0, 300, 75)], FRAME, 288).tensors(CPU)

    assert tensors.boxes_xyxy.tolist() == [[0, 0, 504, 252]]
    assert tensors.points_xy is None
    assert tensors.point_labels is None


def test_several_boxes_are_one_around_all() -> None:
    tensors = read_prompts([BoxPrompt(0, 0, 150, 75), BoxPrompt(75, 30, 300, 60)], FRAME, 288).tensors(CPU)

    assert tensors.boxes_xyxy.tolist() == [[0, 0, 504, 252]]


def test_what_reaches_beyond_the_image_is_cut_at_its_border() -> None:
    tensors = read_prompts([PointPrompt(-9, 999), BoxPrompt(-50, -50, 300, 900)], FRAME, 288).tensors(CPU)

    assert tensors.points_xy.tolist() == [[[0, 1008]]]
    assert tensors.boxes_xyxy.tolist() == [[0, 0, 504, 1008]]


def test_logits_of_the_network_s_size_are_passed_on_as_they_are() -> None:
    logits = np.random.default_rng(0).normal(size=(288, 288)).astype(np.float32)

    tensors = read_prompts([MaskPrompt(logits)], FRAME, 288).tensors(CPU)

    np.testing.assert_array_equal(tensors.mask_logits.numpy(), logits[None, None])


def test_logits_of_another_size_are_resized_and_bounded() -> None:
    logits = np.full((150, 300), 100, np.float32)

    mask_logits = read_prompts([MaskPrompt(logits)], FRAME, 288).tensors(CPU).mask_logits

    assert mask_logits.shape == (1, 1, 288, 288)
    assert mask_logits.unique().tolist() == [32]


def test_a_mask_becomes_certain_logits_and_uncertain_ones_at_its_border() -> None:
    mask = np.zeros((300, 600), bool)
    mask[:, 301:] = True

    mask_logits = read_prompts([MaskPrompt(mask)], FRAME, 288).tensors(CPU).mask_logits[0, 0]

    assert mask_logits[:, :140].unique().tolist() == [-10]
    assert mask_logits[:, 150:].unique().tolist() == [10]
    assert (mask_logits[0].diff() >= 0).all()


def test_a_mask_of_fine_stripes_is_averaged_and_not_sampled() -> None:
    mask = np.zeros((300, 600), bool)
    mask[:, ::2] = True

    mask_logits = read_prompts([MaskPrompt(mask)], FRAME, 288).tensors(CPU).mask_logits

    assert mask_logits[..., 2:-2].abs().max() < 3  # of 10


def test_the_last_of_several_masks_counts() -> None:
    first, second = np.zeros((300, 600), bool), np.ones((300, 600), bool)

    asked = read_prompts([MaskPrompt(first), MaskPrompt(second)], FRAME, 288)

    assert asked.mask_logits is not None
    assert (asked.mask_logits == 10).all()


def test_a_mask_that_must_not_be_written_to_is_taken() -> None:
    logits = np.zeros((288, 288), np.float32)
    logits.flags.writeable = False

    assert read_prompts([MaskPrompt(logits)], FRAME, 288).mask_logits is not None


@pytest.mark.parametrize(
    ("prompts", "is_ambiguous"),
    [
        ([ON_IT], True),
        ([ON_IT, PointPrompt(1, 1)], False),
        ([ON_IT, PointPrompt(1, 1, False)], False),
        ([BoxPrompt(0, 0, 9, 9)], False),
        ([ON_IT, BoxPrompt(0, 0, 9, 9)], False),
        ([ON_IT, MaskPrompt(np.zeros((288, 288), np.float32))], False),
    ],
)
def test_only_a_single_click_is_ambiguous(prompts: list[Prompt], is_ambiguous: bool) -> None:
    assert read_prompts(prompts, FRAME, 288).is_ambiguous is is_ambiguous


def test_a_click_on_an_earlier_answer_is_not_ambiguous() -> None:
    asked = read_prompts([ON_IT], FRAME, 288)

    assert not asked.going_on_from(np.zeros((288, 288), np.float32)).is_ambiguous
    assert asked.going_on_from(None) is asked


@pytest.mark.parametrize("prompts", [[], [PointPrompt(5, 5, False)], [BoxPrompt(700, 0, 800, 9)]])
def test_prompts_that_do_not_say_where_are_refused(prompts: list[Prompt]) -> None:
    with pytest.raises(UnsupportedPrompt, match="Click on the object"):
        read_prompts(prompts, FRAME, 288)


@pytest.mark.parametrize(
    "mask", [np.zeros((600, 300), bool), np.zeros((3, 288, 288), np.float32), np.zeros((0, 5), np.float32)]
)
def test_a_mask_of_the_wrong_shape_is_refused(mask: np.ndarray) -> None:
    with pytest.raises(UnsupportedPrompt, match="mask prompt"):
        read_prompts([MaskPrompt(mask)], FRAME, 288)


def test_a_mask_with_what_is_no_number_is_refused() -> None:
    with pytest.raises(UnsupportedPrompt, match="no number"):
        read_prompts([ON_IT, MaskPrompt(np.full((288, 288), np.nan))], FRAME, 288)


def test_a_prompt_of_another_kind_is_refused() -> None:
    with pytest.raises(UnsupportedPrompt, match="not Exemplar"):
        read_prompts([Exemplar(0, 0, 9, 9)], FRAME, 288)  # type: ignore[list-item]  # wrong on purpose


def test_a_phrase_alone_has_no_boxes() -> None:
    asked = read_concept(ConceptPrompt("  yellow   school bus "), FRAME)

    assert asked.phrase == "yellow school bus"
    assert asked.boxes_cxcywh is None
    assert asked.labels is None


def test_exemplars_become_centre_and_size_with_labels() -> None:
    concept = ConceptPrompt("cat", (Exemplar(60, 30, 180, 90), Exemplar(0, 0, 600, 300, positive=False)))

    asked = read_concept(concept, FRAME)

    assert asked.phrase == "cat"
    assert asked.boxes_cxcywh is not None
    assert asked.labels is not None
    torch.testing.assert_close(asked.boxes_cxcywh, torch.tensor([[[0.2, 0.2, 0.2, 0.2], [0.5, 0.5, 1.0, 1.0]]]))
    assert asked.labels.tolist() == [[True, False]]


def test_an_exemplar_may_be_drawn_from_any_corner() -> None:
    flipped = read_concept(ConceptPrompt("cat", (Exemplar(180, 90, 60, 30),)), FRAME)

    assert flipped.boxes_cxcywh is not None
    torch.testing.assert_close(flipped.boxes_cxcywh, torch.tensor([[[0.2, 0.2, 0.2, 0.2]]]))


def test_exemplars_without_a_phrase_stand_under_the_word_visual() -> None:
    assert read_concept(ConceptPrompt(exemplars=(Exemplar(0, 0, 9, 9),)), FRAME).phrase == "visual"


@pytest.mark.parametrize(
    "concept", [ConceptPrompt(), ConceptPrompt("  "), ConceptPrompt("", (Exemplar(0, 0, 9, 9, positive=False),))]
)
def test_a_concept_that_says_nothing_is_refused(concept: ConceptPrompt) -> None:
    with pytest.raises(UnsupportedPrompt, match="Name what to look for"):
        read_concept(concept, FRAME)


@pytest.mark.parametrize("exemplar", [Exemplar(700, 0, 800, 9), Exemplar(5, 5, 5, 9)])
def test_an_exemplar_that_shows_nothing_is_refused(exemplar: Exemplar) -> None:
    with pytest.raises(UnsupportedPrompt, match="exemplar"):
        read_concept(ConceptPrompt("cat", (exemplar,)), FRAME)
