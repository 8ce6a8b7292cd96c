"""Fits the likeness to exemplars: which masks, found near and far from one instance, are instances too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.exemplars import show_example
from sam3_annotator.model.builtin.feature_map import map_features
from sam3_annotator.model.builtin.heads import LikenessHead
from sam3_annotator.model.builtin.likeness import Portrait, compare, describe
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.painting import paint_mask
from sam3_annotator.model.builtin.portraits import portray
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.search import BATCH, Search, doubt
from sam3_annotator.model.builtin.zoom import Pyramid
from sam3_annotator.model.session import never_cancelled
from training.builtin.pictures import Picture, Target
from training.builtin.samples import MOST_TRIES, SampleMaker
from training.builtin.settings import TrainingSettings

STEPS = 300
WEIGHT_DECAY = 1e-3

LEAST_INSTANCES = 4
"""In one label map, for a picture to be learnt from."""

MOST_LOOKS = 48
"""Places looked at in a picture: half of them with a click, half with a box."""

MATCH = 0.5
"""The IoU with an instance that makes a mask one."""

EXEMPLAR_IOU = 0.9
"""What is said to be predicted for an exemplar's mask, which is the annotated one here."""

STRANGERS = 6
"""Instances of a picture that are compared with the exemplar of another: pictures of one kind of thing show little else
that is as crisp, and a likeness learnt from them alone takes whatever is crisp for one of its kind."""

STRANGE_FROM = 1.0
"""The difference of colours between two exemplars, as `likeness.compare` has it, that makes them different things."""

Rows = list[tuple[NDArray[np.float32], bool]]
"""Traits of masks, and whether each is an instance."""

Seen = tuple[Portrait, float, float]
"""A mask's portrait, its predicted IoU, and its doubt."""


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What was found in a picture that is like `example`, and which of it are instances."""

    example: Portrait
    found: list[tuple[Seen, bool]]

    def rows(self) -> Rows:
        """Compare what was found with the example."""
        return [(_compare(seen, self.example), is_one) for seen, is_one in self.found]

    def strangers(self, example: Portrait, rng: np.random.Generator) -> Rows:
        """Compare instances with another picture's example, if that is another thing."""
        instances = [seen for seen, is_one in self.found if is_one]
        if compare(self.example, example)[1] < STRANGE_FROM or not instances:
            return []
        chosen = rng.choice(len(instances), min(STRANGERS, len(instances)), replace=False)
        return [(_compare(instances[index], example), False) for index in chosen]


def _compare(seen: Seen, example: Portrait) -> NDArray[np.float32]:
    portrait, predicted_iou, doubt = seen
    return np.asarray(describe(portrait, [example], predicted_iou, doubt)[0], np.float32)


def fit_likeness(
    network: BuiltinNetwork, runtime: Runtime, samples: SampleMaker, settings: TrainingSettings
) -> dict[str, float]:
    """Fit `network.likeness` in place; gives the mean share of masks told right, of instances and of others.

    It is measured on a tenth of the pictures, which it does not learn from. `runtime` answers with the network's
    weights. Where too few pictures show many instances, nothing is fitted.
    """
    torch.manual_seed(settings.seed)
    pictures = collect(runtime, samples, settings)
    learned = round(0.9 * len(pictures))
    if not any(pictures[:learned]) or not any(pictures[learned:]):
        return {}
    traits, truth = _join(pictures[:learned])
    centre, spread = traits.mean(0), traits.std(0) + 1e-3
    linear = torch.nn.Linear(traits.shape[1], 1)
    optimizer = torch.optim.LBFGS(linear.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

    def punish() -> Tensor:
        optimizer.zero_grad()
        guess = linear((traits - centre) / spread)[:, 0]
        loss = F.binary_cross_entropy_with_logits(guess, truth.float())
        loss = loss + WEIGHT_DECAY * linear.weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return loss

    optimizer.step(punish)  # type: ignore[no-untyped-call]
    head = LikenessHead().requires_grad_(False)
    # The head takes the traits as they are: centre and spread move into it.
    head.linear.weight.copy_(linear.weight.detach() / spread)
    head.linear.bias.copy_(linear.bias.detach() - head.linear.weight @ centre)
    network.likeness.load_state_dict(head.state_dict())
    traits, truth = _join(pictures[learned:])
    told = head(traits) > 0
    shares = [float((told == kind)[truth == kind].float().mean()) for kind in (True, False)]
    return {"likeness_right": sum(shares) / 2}


def _join(pictures: list[Rows]) -> tuple[Tensor, Tensor]:
    rows = [row for picture in pictures for row in picture]
    return torch.from_numpy(np.stack([traits for traits, _ in rows])), torch.tensor([is_one for _, is_one in rows])


def collect(runtime: Runtime, samples: SampleMaker, settings: TrainingSettings) -> list[Rows]:
    """Search training pictures for what is like one of their instances; gives what was found, by picture.

    Instances compared with another picture's are among it, and are none there.
    """
    rng = np.random.default_rng(settings.seed + 4)
    among = [name for name in settings.alike_sources if name in samples.sources]
    searched: list[Searched] = []
    for _ in range(MOST_TRIES):
        if len(searched) == settings.likeness_pictures:
            break
        picture, target = samples.draw_target(rng, evenly=True, among=among)
        if sum(other.map_index == target.map_index for other in picture.targets) >= LEAST_INSTANCES:
            searched.append(_search(runtime, picture, target))
    others = [searched[index] for index in rng.integers(len(searched), size=len(searched))] if searched else []
    return [one.rows() + one.strangers(other.example, rng) for one, other in zip(searched, others, strict=True)]


def _search(runtime: Runtime, picture: Picture, target: Target) -> Searched:
    pyramid = Pyramid(picture.pixels, runtime.config.whole_side)
    labels = picture.maps[target.map_index]
    x0, y0, x1, y1 = target.box_xyxy
    features = map_features(runtime, pyramid, max(x1 - x0, y1 - y0), never_cancelled)
    box = (float(x0), float(y0), float(x1), float(y1))
    example, _ = show_example(labels == target.number, EXEMPLAR_IOU, box, features, pyramid, positive=True)
    search = Search(runtime, pyramid, features, [example])
    places = [place for place in search.likely_places() if not example.mask.holds(*place)][: MOST_LOOKS // 2]
    found = []
    for with_box in (False, True):
        for start in range(0, len(places), BATCH):
            for candidate, mask in search.look(places[start : start + BATCH], with_box):
                seen = portray(mask, features), candidate.predicted_iou, doubt(candidate)
                found.append((seen, _is_instance(candidate, labels)))
    return Searched(example.portrait, found)


def _is_instance(candidate: Candidate, labels: NDArray[np.uint16]) -> bool:
    mask = np.zeros(labels.shape, np.bool_)
    paint_mask(mask, candidate.chance, candidate.window)
    under = np.bincount(labels[mask], minlength=2)
    under[0] = 0
    number = int(under.argmax())
    return number > 0 and under[number] >= MATCH * np.count_nonzero(mask | (labels == number))
