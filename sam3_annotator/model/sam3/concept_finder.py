"""Reads phrases and finds what they and exemplars mean on an image, as fast as the device can."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.machine.replay import Record, Replayed
from sam3_annotator.model.network.sam3_image import DetectorFeatures, FoundConcept, Sam3Image
from sam3_annotator.model.network.text_encoder import TextFeatures
from sam3_annotator.model.sam3.asked import AskedConcept


class ConceptFinder:
    """The parts of the network that answer concepts; with a recorder, recorded once for each kind of them.

    A kind is a power of two: exemplars are filled up to so many, of which the network is told which are real. Each
    kind that was asked holds memory as large as its answer.
    """

    def __init__(self, network: Sam3Image, record: Record | None) -> None:
        self._network = network
        self._device = network.device
        self._is_recorded = record is not None
        self._reading = Replayed(partial(_read, network), record)
        self._finding = Replayed(partial(_find, network), record)

    def read(self, phrase: str) -> TextFeatures:
        """Encode a phrase as `tokens` `(1, 32, C)` and `valid` `(1, 32)`."""
        return TextFeatures(*self._reading((), (self._network.tokenizer([phrase]).to(self._device),)))

    def find(self, image: DetectorFeatures, text: TextFeatures, asked: AskedConcept) -> FoundConcept:
        """Find all instances of the concept whose phrase was read, without drawing them."""
        boxes, labels, valid = asked.boxes_cxcywh, asked.labels, None
        if self._is_recorded and boxes is not None and labels is not None:
            boxes, labels, valid = _fill_up(boxes, labels)
        exemplars = (None if each is None else each.to(self._device) for each in (boxes, labels, valid))
        return FoundConcept(*self._finding(image, (*text, *exemplars)))

    def forget(self) -> None:
        """Let go of what is recorded, and of its memory."""
        self._reading.forget()
        self._finding.forget()


# Functions, not methods: who holds its own method is not freed with its last user, nor are gigabytes of weights then.


def _read(network: Sam3Image, ids: Tensor) -> TextFeatures:
    features: TextFeatures = network.text_encoder(ids)
    return features


def _find(network: Sam3Image, *given: Tensor | None) -> FoundConcept:
    ends = len(DetectorFeatures._fields), len(DetectorFeatures._fields) + len(TextFeatures._fields)
    image = DetectorFeatures(*given[: ends[0]])  # type: ignore[arg-type]  # all there
    text = TextFeatures(*given[ends[0] : ends[1]])  # type: ignore[arg-type]  # all there
    return network.find(image, text, *given[ends[1] :])


def _fill_up(boxes: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Add empty boxes to `(1, n, 4)`, and labels to `(1, n)`, up to a power of two; tells which are real, `(1, m)`."""
    count = boxes.shape[1]
    room = 1 << (count - 1).bit_length()
    is_real = torch.arange(room)[None] < count
    return F.pad(boxes, (0, 0, 0, room - count)), F.pad(labels, (0, room - count)), is_real
