"""Encodes images and prepares them for clicks, as fast as the device can."""

from __future__ import annotations

from functools import partial

from torch import Tensor

from sam3_annotator.model.machine.replay import Record, Replayed, Tensors
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures
from sam3_annotator.model.network.sam3_image import Sam3Image


class ImageEncoder:
    """The parts of the network that every image goes through; with a recorder, each is recorded once."""

    def __init__(self, network: Sam3Image, record: Record | None) -> None:
        self._encoding = Replayed(partial(_encode, network), record)
        self._preparing = Replayed(network.prepare_clicks, record)

    def encode(self, pixels: Tensor) -> Tensor:
        """Run the backbone on normalised pixels `(1, 3, S, S)`; gives its map `(1, C, h, w)`."""
        return self._encoding((), (pixels,))[0]

    def prepare(self, encoded: Tensor) -> InteractiveFeatures:
        """Do all that clicks need and that no prompt changes, of the backbone's map."""
        return InteractiveFeatures(*self._preparing((), (encoded,)))

    def forget(self) -> None:
        """Let go of what is recorded, and of its memory."""
        self._encoding.forget()
        self._preparing.forget()


def _encode(network: Sam3Image, pixels: Tensor) -> Tensors:
    return (network.encode_pixels(pixels),)
