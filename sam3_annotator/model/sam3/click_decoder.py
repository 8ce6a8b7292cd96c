"""Decodes clicks, boxes and masks on an image, as fast as the device can."""

from __future__ import annotations

from functools import partial

from torch import Tensor

from sam3_annotator.model.machine.device import to_host
from sam3_annotator.model.machine.replay import Record, Replayed
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures, MaskDecoderOutput
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.asked import Asked


class ClickDecoder:
    """The part of the network that answers clicks; with a recorder, recorded once for each kind of prompts."""

    def __init__(self, network: Sam3Image, record: Record | None) -> None:
        self._device = network.device
        self._replayed = Replayed(partial(_decode, network), record)

    def __call__(self, image: InteractiveFeatures, asked: Asked) -> MaskDecoderOutput:
        """Decode all masks of the one object that is asked for, in float32 in main memory, with nothing chosen yet."""
        return MaskDecoderOutput(*to_host(*self._replayed(image, asked.tensors(self._device))))

    def forget(self) -> None:
        """Let go of what is recorded, and of its memory."""
        self._replayed.forget()


def _decode(network: Sam3Image, *given: Tensor | None) -> MaskDecoderOutput:
    count = len(InteractiveFeatures._fields)
    image, prompts = InteractiveFeatures(*given[:count]), given[count:]  # type: ignore[arg-type]  # all there
    return network.decode_prompts(image, *prompts)
