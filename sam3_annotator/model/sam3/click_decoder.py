"""Decodes clicks, boxes and masks on an image, as fast as the device can."""

from __future__ import annotations

from torch import Tensor

from sam3_annotator.model.device import to_host
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures, MaskDecoderOutput
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.replay import CudaGraphs, Replayed
from sam3_annotator.model.sam3.asked import Asked


class ClickDecoder:
    """The part of the network that answers clicks; on CUDA it is recorded once for each kind of prompts."""

    def __init__(self, network: Sam3Image) -> None:
        self._network = network
        self._device = network.no_memory_embedding.device
        self._replayed = (
            Replayed(self._decode, CudaGraphs(self._device).record) if self._device.type == "cuda" else None
        )

    def __call__(self, image: InteractiveFeatures, asked: Asked) -> MaskDecoderOutput:
        """Decode all masks of the one object that is asked for, in float32 in main memory, with nothing chosen yet."""
        prompts = asked.tensors(self._device)
        decoded = self._decode(*image, *prompts) if self._replayed is None else self._replayed(image, prompts)
        return MaskDecoderOutput(*to_host(*decoded))

    def _decode(self, *given: Tensor | None) -> MaskDecoderOutput:
        count = len(InteractiveFeatures._fields)
        image, prompts = InteractiveFeatures(*given[:count]), given[count:]  # type: ignore[arg-type]  # all there
        return self._network.decode_prompts(image, *prompts)
