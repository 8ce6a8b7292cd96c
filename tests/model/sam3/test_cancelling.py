"""What the session computes can be cancelled, soon and without a trace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import Cancelled, ConceptPrompt, PointPrompt
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.session import Sam3Session

Image = NDArray[np.uint8]
CLICK = PointPrompt(80, 60)


class CancelAt:
    """A `check` that raises at its n-th call."""

    def __init__(self, call: int) -> None:
        self.calls = 0
        self._last = call

    def __call__(self) -> None:
        self.calls += 1
        if self.calls >= self._last:
            raise Cancelled


def test_encoding_an_image_can_be_cancelled_before_every_block(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    blocks = tiny_network.vision_backbone.blocks
    for number in range(1, len(blocks) + 2):
        with counted(blocks[-1]) as finished, pytest.raises(Cancelled):
            tiny_session.embed(image, check=CancelAt(number))
        assert finished.count == 0


def test_encoding_an_image_can_be_cancelled_until_its_last_map(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    patient = CancelAt(1000)
    tiny_session.embed(image, check=patient)

    with (
        counted(tiny_network.neck.interactive[-2]) as scaled,
        counted(tiny_network.neck.interactive[-1]) as finished,
        pytest.raises(Cancelled),
    ):
        tiny_session.embed(image, check=CancelAt(patient.calls))

    assert patient.calls >= len(tiny_network.vision_backbone.blocks) + 3
    assert (scaled.count, finished.count) == (1, 0)


def test_preparing_an_image_for_concepts_can_be_cancelled_before_every_map_and_begins_anew(
    tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    embedding, other = tiny_session.embed(image), tiny_session.embed(image)
    tiny_session.detect(other, ConceptPrompt("cat"))  # from here on the phrase is known
    maps = [*tiny_network.neck.detector, *tiny_network.segmentation_head.pixel_decoder.conv_layers]
    begun = []
    hooks = [part.register_forward_hook(lambda part, *_: begun.append(part)) for part in maps]

    for number in range(1, 2 + len(maps)):  # before the first map it is asked once more, before all of them
        begun.clear()
        with pytest.raises(Cancelled):
            tiny_session.detect(embedding, ConceptPrompt("cat"), check=CancelAt(number))
        assert begun == maps[: max(0, number - 2)]
        assert embedding.detector is None

    for hook in hooks:
        hook.remove()
    expected = tiny_session.detect(other, ConceptPrompt("cat"), threshold=0)
    np.testing.assert_array_equal(
        tiny_session.detect(embedding, ConceptPrompt("cat"), threshold=0).scores, expected.scores
    )


def test_looking_for_a_concept_can_be_cancelled_within_the_network(
    counted: Any, tiny_session: Sam3Session, tiny_network: Sam3Image, image: Image
) -> None:
    embedding = tiny_session.embed(image)
    tiny_session.detect(embedding, ConceptPrompt("bird"))  # from here on the image is prepared
    patient = CancelAt(1000)
    tiny_session.detect(embedding, ConceptPrompt("dog"), threshold=1, check=patient)

    with counted(tiny_network.segmentation_head.mask_embed) as drawn, pytest.raises(Cancelled):
        tiny_session.detect(embedding, ConceptPrompt("cat"), check=CancelAt(patient.calls - 1))

    assert patient.calls > len(tiny_network.decoder.layers) + len(tiny_network.fusion_encoder.layers)
    assert drawn.count == 0


def test_a_cancelled_request_leaves_nothing_behind(tiny_session: Sam3Session, image: Image) -> None:
    with pytest.raises(Cancelled):
        tiny_session.embed(image, check=CancelAt(2))

    embedding = tiny_session.embed(image)

    with pytest.raises(Cancelled):
        tiny_session.segment(embedding, [CLICK], check=CancelAt(1))
    assert len(tiny_session.segment(embedding, [CLICK]).masks) >= 1
