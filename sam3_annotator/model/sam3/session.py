"""The session of SAM 3: concepts by phrase and exemplars, single objects by clicks, boxes and masks."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sam3_annotator.model.capabilities import CLICKS, CONCEPTS, refuse_clicks, refuse_concepts
from sam3_annotator.model.errors import ModelUnavailable
from sam3_annotator.model.machine.device import describe_device, retry_without_caches
from sam3_annotator.model.machine.replay import Record, recorder_for
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures
from sam3_annotator.model.network.preprocessing import InputFrame, to_model_input
from sam3_annotator.model.network.sam3_image import DetectorFeatures, Sam3Image
from sam3_annotator.model.network.text_encoder import TextFeatures
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import ConceptPrompt, Prompt
from sam3_annotator.model.recent import Recent
from sam3_annotator.model.sam3.asked import LARGEST_LOGIT, AskedConcept, read_concept, read_prompts
from sam3_annotator.model.sam3.candidates import choose_candidates
from sam3_annotator.model.sam3.click_decoder import ClickDecoder
from sam3_annotator.model.sam3.concept_finder import ConceptFinder
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.fingerprint import fingerprint
from sam3_annotator.model.sam3.image_encoder import ImageEncoder
from sam3_annotator.model.sam3.postprocessing import ConceptAnswer, fill_holes, full_size_masks
from sam3_annotator.model.session import Check, Embedding, PackedEmbedding, never_cancelled

T = TypeVar("T")

ENCODED = "encoded"
"""What the one tensor of a packed embedding is called."""

PHRASES_KEPT = 256
ANSWERS_KEPT = 3
"""Each of these holds the features that masks are drawn on, 85 MB in float32, and the mask logits drawn so far."""

AnswerKey = tuple[weakref.ref[Sam3Embedding], ConceptPrompt]


class Sam3Session:
    """A loaded SAM 3, or one half of it, on the device and in the dtype of its weights.

    Text features are kept by phrase, and the last answers to concepts whole, so that another exemplar reuses what is
    known of image and phrase, and another threshold needs no computation at all. What is asked again and again is
    recorded, where `get_recorder` knows how to.
    """

    def __init__(
        self,
        network: Sam3Image,
        name: str = "SAM 3",
        *,
        get_recorder: Callable[[torch.device], Record | None] = recorder_for,
    ) -> None:
        self._network = network
        self._name = name
        self._side = network.config.vision.image_side
        self._logits_side = 4 * network.config.vision.grid_side
        self._device = network.device
        record = get_recorder(self._device)
        self._is_recorded = record is not None
        self._encoder = ImageEncoder(network, record)
        self._decode_clicks = ClickDecoder(network, record)
        self._concepts = ConceptFinder(network, record)
        self._fingerprint = ""
        self._phrases: Recent[str, TextFeatures] = Recent(PHRASES_KEPT)
        self._answers: Recent[AnswerKey, ConceptAnswer] = Recent(ANSWERS_KEPT)

    @property
    def name(self) -> str:
        """What people call it."""
        return self._name

    @property
    def device(self) -> str:
        """Where it computes."""
        return describe_device(self._device)

    @property
    def capabilities(self) -> frozenset[str]:
        """Everything there is to ask, or what the one half takes."""
        config = self._network.config
        return (CLICKS if config.has_clicks else frozenset()) | (CONCEPTS if config.has_concepts else frozenset())

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> Sam3Embedding:
        """Encode an image, `(H, W, 3)` uint8 RGB, and prepare it for clicks; checks before layers, recorded ones apart.

        Raises `ValueError` for pixels of another kind, `OutOfMemory` if the device is too small, and `ModelUnavailable`
        if the weights make numbers too large for their dtype.
        """
        encoded = self._compute(lambda: self._encoder.encode(to_model_input(image, self._side, self._device)), check)
        return self._derive(encoded, (image.shape[0], image.shape[1]), check)

    def encoder_fingerprint(self) -> str:
        """Tell apart encoders that make different embeddings of the same image: by weights, precision, sizes."""
        if not self._fingerprint:
            self._fingerprint = fingerprint(self._network.vision_backbone)
        return self._fingerprint

    def pack(self, embedding: Embedding) -> PackedEmbedding:
        """Take the backbone's map, `(1, h, w, C)`, off the device; all else is derived from it again."""
        own = _own(embedding)
        # In the order in which the backbone leaves it, so that restoring repeats every step to the last bit.
        grid = own.encoded.permute(0, 2, 3, 1).contiguous().cpu()
        return PackedEmbedding(own.image_size, {ENCODED: grid})

    def restore(self, packed: PackedEmbedding, *, check: Check = never_cancelled) -> Sam3Embedding:
        """Make the embedding again, bit for bit; raises `ValueError` for what no such session has packed."""
        vision, dtype = self._network.config.vision, self._network.dtype
        grid = packed.tensors.get(ENCODED)
        expected = (1, vision.grid_side, vision.grid_side, vision.width)
        if grid is None or (grid.shape, grid.dtype) != (expected, dtype):
            raise ValueError(f"SAM 3 restores an embedding from a map {expected} of {dtype}; there is none.")
        return self._derive(grid.to(self._device).permute(0, 3, 1, 2), packed.image_size, check)

    def _derive(self, encoded: Tensor, image_size: tuple[int, int], check: Check) -> Sam3Embedding:
        """Make the embedding of what the backbone gave, computed now or kept from an earlier day."""
        interactive: InteractiveFeatures | None = None
        if self._network.config.has_clicks:
            interactive = self._compute(lambda: self._encoder.prepare(encoded), check)
        self._require_finite(encoded, *(interactive or ()))
        return Sam3Embedding(encoded, interactive, InputFrame(image_size, self._side))

    def segment(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompt],
        *,
        multimask: bool = True,
        check: Check = never_cancelled,
    ) -> Segmentation:
        """Find the object that points, a box or an earlier mask mean; see `Session.segment`.

        Prompts that continue earlier ones on the same embedding correct the earlier answer. Raises `UnsupportedPrompt`
        without the half for clicks, and `OutOfMemory` and `ModelUnavailable` as `embed` does.
        """
        own = _own(embedding)
        if refusal := refuse_clicks(self._name, self.capabilities):
            raise refusal
        image = own.interactive
        assert image is not None
        asked = read_prompts(prompts, own.frame, self._logits_side).going_on_from(own.trail.recall(prompts))
        check()
        with torch.inference_mode():  # and no further checks: it takes no longer than a layer of the encoder
            decoded = retry_without_caches(lambda: self._decode_clicks(image, asked), self._drop_caches)
        self._require_finite(*decoded)
        chosen = choose_candidates(decoded, multimask=multimask, is_ambiguous=asked.is_ambiguous)
        masks = full_size_masks(fill_holes(chosen.logits), own.image_size, check=check)
        low_res_logits = chosen.logits.clip(-LARGEST_LOGIT, LARGEST_LOGIT)
        own.trail.remember(prompts, low_res_logits[0].copy())  # the caller may change what it is given
        return Segmentation(masks, chosen.predicted_iou, low_res_logits)

    def detect(
        self,
        embedding: Embedding,
        concept: ConceptPrompt,
        *,
        threshold: float = 0.5,
        check: Check = never_cancelled,
    ) -> Detection:
        """Find all instances of a concept that score above a threshold; see `Session.detect`.

        The same concept at another threshold is answered from memory. Raises `UnsupportedPrompt` without the half for
        concepts, and `OutOfMemory` and `ModelUnavailable` as `embed` does.
        """
        own = _own(embedding)
        if refusal := refuse_concepts(self._name, self.capabilities):
            raise refusal
        key = (weakref.ref(own), concept)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._ask(own, read_concept(concept, own.frame), check)
            self._answers.put(key, answer)
        check()
        return answer.above(threshold, check=check)

    def _ask(self, own: Sam3Embedding, asked: AskedConcept, check: Check) -> ConceptAnswer:
        text = self._phrases.get(asked.phrase) or self._read(asked.phrase, check)
        image = own.detector or self._prepare(own, check)
        found = self._compute(lambda: self._concepts.find(image, text, asked), check)
        self._require_finite(*found)
        head = self._network.segmentation_head

        def draw(queries: list[int]) -> Tensor:  # without the session, which keeps the answer
            with torch.inference_mode():
                return retry_without_caches(
                    lambda: head.masks(found.queries[:, queries], found.pixels)[0], drop_caches=lambda: None
                )

        return ConceptAnswer.read(found.pred_logits[0], found.pred_boxes[0], found.presence_logit[0], draw, own.frame)

    def _prepare(self, own: Sam3Embedding, check: Check) -> DetectorFeatures:
        """Do for an image what only concepts need, when the first is asked; many images are only clicked on."""
        return own.keep_detector(self._compute(lambda: self._network.prepare_concepts(own.encoded), check))

    def _read(self, phrase: str, check: Check) -> TextFeatures:
        text = self._compute(lambda: self._concepts.read(phrase), check)
        self._phrases.put(phrase, text)
        return text

    def _compute(self, work: Callable[[], T], check: Check) -> T:
        """Run the network, asking before every layer that is not recorded whether the answer is still wanted."""
        with torch.inference_mode(), self._checked(check):
            check()
            return retry_without_caches(work, self._drop_caches)

    def _require_finite(self, *computed: Tensor) -> None:
        """Raise `ModelUnavailable` if there is a number that is none: an answer of such would look like none found."""
        # A sum is finite only if all of it is, and takes a fraction of asking each number.
        sums = torch.stack([values.sum(dtype=torch.float32) for values in computed])
        if not sums.isfinite().all():  # all together, so that a card is waited for once
            if self._network.dtype is torch.float16:
                raise ModelUnavailable(
                    f"{self._name} cannot read this image in float16: its numbers grow too large; "
                    "choose --dtype float32 or bfloat16."
                )
            raise ModelUnavailable(
                f"{self._name} computes what is no number, so its weights must be damaged; download them again."
            )

    @contextmanager
    def _checked(self, check: Check) -> Iterator[None]:
        stacks = _never_recorded(self._network) + ([] if self._is_recorded else _recorded(self._network))

        def check_before(_module: nn.Module, _inputs: object) -> None:
            check()

        # Only while computing: hooks that stay would keep whoever waits for the answer alive.
        hooks = [layer.register_forward_pre_hook(check_before) for stack in stacks for layer in stack]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _drop_caches(self) -> None:
        self._phrases.clear()
        self._answers.clear()
        self._encoder.forget()
        self._decode_clicks.forget()
        self._concepts.forget()


def _never_recorded(network: Sam3Image) -> list[nn.ModuleList]:
    """List the stacks of layers that run layer by layer on every device."""
    if not network.config.has_concepts:
        return []
    return [network.neck.detector, network.segmentation_head.pixel_decoder.conv_layers]


def _recorded(network: Sam3Image) -> list[nn.ModuleList]:
    """List the stacks of layers that run as a whole where they are recorded."""
    stacks = [network.vision_backbone.blocks]
    if network.config.has_clicks:
        stacks.append(network.neck.interactive)
    if network.config.has_concepts:
        stacks += [
            network.text_encoder.blocks,
            network.geometry_encoder.layers,
            network.fusion_encoder.layers,
            network.decoder.layers,
            network.segmentation_head.pixel_decoder.norms,
        ]
    return stacks


def _own(embedding: Embedding) -> Sam3Embedding:
    if not isinstance(embedding, Sam3Embedding):
        raise TypeError(f"SAM 3 made no {type(embedding).__name__}.")
    return embedding
