"""The window works with SAM 3 as with any other model, on the very pixels that the network would be given."""

from __future__ import annotations

import copy
import shutil

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import Qt

from sam3_annotator import cli
from sam3_annotator.commands import model_options
from sam3_annotator.model import Check, EngineStage, PointPrompt, never_cancelled
from sam3_annotator.model.network.preprocessing import to_model_input
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.embedding import Sam3Embedding
from sam3_annotator.model.sam3.session import Sam3Session
from sam3_annotator.project import ProjectStore, outline_mask
from sam3_annotator.ui.assistance.closer_look import CloserLook
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs.autolabelling import Autolabelling, AutolabelPlan, Sought


class RecordingSession(Sam3Session):
    """Remembers the embeddings it made."""

    def __init__(self, network: Sam3Image) -> None:
        super().__init__(network)
        self.made: list[Sam3Embedding] = []

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> Sam3Embedding:
        embedding = super().embed(image, check=check)
        self.made.append(embedding)
        return embedding

    def release(self) -> None:
        """Do nothing: this session holds nobody up."""


@pytest.fixture
def fake_session(tiny_network: Sam3Image) -> RecordingSession:
    """Take the fake session's place: a real one, of a tiny SAM 3 that sees something at every click."""
    network = copy.deepcopy(tiny_network)
    for mlp in network.mask_decoder.output_hypernetworks_mlps:
        mlp.layers[-1].bias.add_(0.5)  # whatever weights were drawn, masks are not empty
    return RecordingSession(network)


def test_the_window_embeds_what_the_plain_network_makes_of_the_file(
    user, fake_session, tiny_network, image_folder
) -> None:
    (seen,) = (made for made in fake_session.made if made.image_size == (60, 80))  # that of the first image only

    with Image.open(image_folder / "1.png") as file:
        pixels = to_model_input(np.asarray(file.convert("RGB")), 112)

    encoded = tiny_network.encode_pixels(pixels)
    expected_tensors = (encoded, *tiny_network.prepare_clicks(encoded))
    for mine, expected in zip((seen.encoded, *seen.interactive), expected_tensors, strict=True):
        assert torch.equal(mine, expected)


def test_clicks_are_answered_cycled_accepted_and_stored(user, fake_session) -> None:
    user.add_category("cat")
    user.click(20, 20)
    user.click(50, 40, Qt.MouseButton.RightButton)
    user.settle()

    candidates = user.draft.candidates
    user.press(Qt.Key.Key_Return)
    user.settle()

    assert [candidate.predicted_iou for candidate in candidates] == sorted(
        (candidate.predicted_iou for candidate in candidates), reverse=True
    )
    (instance,) = user.instances(0)
    assert instance.region == candidates[0].region
    assert instance.provenance.model == "SAM 3"


def test_the_window_says_which_model_there_is_and_what_it_can_do(user, fake_session, qtbot) -> None:
    models = user.window.findChild(EngineBridge)
    qtbot.waitUntil(lambda: models.status.stage is EngineStage.READY)  # the next image may still be read ahead

    status = models.status
    assert (status.session_name, status.device) == ("SAM 3", "CPU")
    assert "phrases" in status.capabilities


def test_an_image_of_yesterday_shows_its_first_mask_without_encoding(user, fake_session) -> None:
    user.click(20, 20)
    user.settle()
    yesterday = user.draft.candidates
    encoded = len(fake_session.made)

    user.restart()
    user.click(20, 20)
    user.settle()

    assert len(fake_session.made) == encoded > 0
    assert [candidate.region for candidate in user.draft.candidates] == [each.region for each in yesterday]


def test_an_image_replaced_meanwhile_is_encoded_anew(user, fake_session, image_folder, make_image) -> None:
    user.close()
    encoded = len(fake_session.made)
    make_image("photos/1.png", width=80, height=60, seed=77)

    user.restart()

    assert len(fake_session.made) == encoded + 1


def test_a_closer_look_answers_as_if_the_part_were_the_image(user, fake_session, image_folder) -> None:
    canvas = user.window.canvas
    canvas.zoom_to((20, 10, 50, 40))
    user.press(Qt.Key.Key_W)
    user.settle()
    seen = user.window.findChild(CloserLook).window
    user.press(Qt.Key.Key_S)
    user.click(35, 25)
    user.settle()

    with Image.open(image_folder / "1.png") as file:
        part = np.asarray(file.convert("RGB").crop((seen.x0, seen.y0, seen.x1, seen.y1)))
    (click,) = user.draft.prompts
    at = PointPrompt(click.x - seen.x0, click.y - seen.y0)
    found = fake_session.segment(fake_session.embed(part), [at])
    expected = [
        outline_mask(mask, Settings().simplification_tolerance, seen.x0, seen.y0).region for mask in found.masks
    ]
    assert [candidate.region for candidate in user.draft.candidates] == expected
    assert not expected[0].is_empty


def test_what_is_found_in_all_images_is_what_the_command_finds(user, fake_session, monkeypatch) -> None:
    user.close()
    project = user.window.store.path
    other = project.with_name("other.sam3proj")
    shutil.copyfile(project, other)
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: fake_session)
    words = ["--phrase", "cat", "--phrase", "dog", "--threshold", "0.01", "--parts", "2"]
    assert cli.run(["autolabel", str(other), *words]) == 0
    with ProjectStore.open(other, read_only=True) as store:
        expected = [[each.region for each in store.instances(image.id)] for image in store.images()]

    user.restart()
    images = tuple(image.id for image in user.window.store.images())
    plan = AutolabelPlan((Sought("cat", "cat"), Sought("dog", "dog")), images, 0.01, 2)
    user.window.findChild(Autolabelling).start(plan)
    user.settle()

    assert any(expected)
    assert [[each.region for each in user.instances(position)] for position in range(4)] == expected
