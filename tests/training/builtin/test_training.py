"""Training reads what people have labelled, clicks as they do, and measures what was learnt."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.project import Polygon, ProjectStore, Region
from training.builtin import validation
from training.builtin.clicks import Prompts, add_correction, click_inside, largest_error
from training.builtin.losses import mask_loss, measure_iou
from training.builtin.pictures import PictureCache, find_targets, list_pictures, split_pictures
from training.builtin.projects import list_project
from training.builtin.samples import SampleMaker
from training.builtin.scores import fit_scores
from training.builtin.settings import TrainingSettings, read_settings
from training.builtin.validation import make_trials, measure
from training.builtin.views import cut_view

SETTINGS = TrainingSettings(batch=2, sides=(64,), validation_regions=2)


def test_fitted_scores_know_good_masks_from_bad_ones(folder: Path) -> None:
    torch.manual_seed(0)
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)
    before = network.decoder.masks.weight.clone()
    settings = TrainingSettings(batch=4, sides=(64,), score_batches=20)

    found = fit_scores(network, SampleMaker(PictureCache(list_pictures(folder)), settings), settings)

    assert found["score_error"] < 0.2
    assert torch.equal(network.decoder.masks.weight, before)


def test_fitting_scores_again_gives_the_same_scores(folder: Path) -> None:
    torch.manual_seed(0)
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)
    settings = TrainingSettings(batch=2, sides=(64,), score_batches=10)
    samples = SampleMaker(PictureCache(list_pictures(folder)), settings)

    fit_scores(network, samples, settings)
    first = {name: value.clone() for name, value in network.decoder.score.state_dict().items()}
    fit_scores(network, samples, settings)

    for name, value in network.decoder.score.state_dict().items():
        torch.testing.assert_close(value, first[name], atol=0, rtol=0)


def test_validation_gives_percentages(folder: Path) -> None:
    trials = make_trials(SampleMaker(PictureCache(list_pictures(folder)), SETTINGS), SETTINGS, side=64)

    found = measure(BuiltinNetwork(BuiltinConfig.tiny()).eval(), trials, clicks=2)

    assert set(found) == {"iou@1", "iou@2", "best@1", "box"}
    assert all(0 <= value <= 100 for value in found.values())
    assert found["best@1"] >= found["iou@1"]


def test_validation_ends_where_no_region_can_be_seen(crack_samples: SampleMaker) -> None:
    assert make_trials(crack_samples, SETTINGS, side=64) == []


def test_validation_finds_what_can_be_seen_among_what_cannot(
    crack_samples: SampleMaker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Misses count in a row only: more of them than end the search lie between the views that are found."""
    monkeypatch.setattr(validation, "MOST_TRIES", 12)
    samples = SampleMaker(PictureCache(list_pictures(folder)), SETTINGS)
    assert {"cracks", "discs"} < set(samples.sources)

    assert len(make_trials(samples, TrainingSettings(validation_regions=100), side=64)) == 100


def test_a_picture_is_on_one_side_of_the_split_only(folder: Path) -> None:
    files = list_pictures(folder)

    train, validation = split_pictures(files, 0.5)

    assert len(files) == 6
    assert sorted(train + validation, key=lambda file: file.path) == files
    assert (train, validation) == split_pictures(reversed(files), 0.5) or len(train) == len(
        split_pictures(reversed(files), 0.5)[0]
    )


def test_targets_have_their_area_and_box() -> None:
    labels = np.zeros((50, 60), np.uint16)
    labels[10:30, 5:25] = 3
    labels[0:2, 0:2] = 7  # too small to click on

    (target,) = find_targets([labels])

    assert (target.number, target.area, target.box_xyxy) == (3, 400, (5, 10, 25, 30))


def test_a_project_is_read_with_overlapping_instances_kept_whole(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    cv2.imwrite(str(images / "one.png"), np.zeros((100, 100, 3), np.uint8))
    store = ProjectStore.create(tmp_path / "team.sam3proj", image_roots=[images])
    squares = [Region((Polygon(np.array([(a, a), (b, a), (b, b), (a, b)], float)),)) for a, b in ((10, 60), (40, 90))]
    with store.edit("Add") as edit:
        category = edit.add_category("thing")
        for square in squares:
            edit.add_instance(store.images()[0].id, category, square)
    store.close()

    (file,) = list_project(tmp_path / "team.sam3proj")
    picture = file.load()

    assert file.source == "team"
    assert [target.area for target in picture.targets] == [2500, 2500]
    assert len(picture.maps) == 2


def test_a_view_of_a_fraction_shows_the_target_at_that_size(folder: Path) -> None:
    picture = list_pictures(folder)[0].load()
    rng = np.random.default_rng(0)

    view = cut_view(picture, picture.targets[0], 100, rng, fraction=0.5, warp=False)

    columns = np.flatnonzero((view.mask > 127).any(0))
    assert columns[-1] - columns[0] + 1 == pytest.approx(50, abs=4)


def test_the_centre_of_an_area_is_clicked() -> None:
    area = np.zeros((40, 40), np.uint8)
    area[10:31, 5:26] = 1

    assert click_inside(area, None) == (15.5, 20.5)


def test_a_random_click_lies_in_the_area() -> None:
    rng = np.random.default_rng(0)
    area = np.zeros((40, 40), np.uint8)
    area[3:5, 30:39] = 1

    for _ in range(50):
        x, y = click_inside(area, rng)
        assert area[int(y), int(x)]


def test_the_largest_error_says_what_kind_it_is() -> None:
    target = np.zeros((20, 20), np.bool_)
    target[:, :10] = True
    guess = np.zeros((20, 20), np.bool_)
    guess[:, 2:11] = True

    area, is_missing = largest_error(guess, target) or pytest.fail("there are errors")

    assert is_missing
    assert area.sum() == 40
    assert largest_error(target, target) is None


def test_a_perfect_guess_gets_no_correction() -> None:
    prompts = Prompts(20)
    mask = np.eye(20, dtype=np.bool_)

    add_correction(prompts, mask, mask, None)

    assert not prompts.points


def test_a_better_mask_has_less_loss() -> None:
    target = torch.zeros(1, 1, 16, 16)
    target[..., 4:12, 4:12] = 1
    weight = torch.ones(1, 1, 16, 16)
    right = (target * 2 - 1) * 6

    assert mask_loss(right, target, weight) < mask_loss(right.roll(3, 3), target, weight)
    assert measure_iou(right, target).item() == 1


def test_the_shipped_settings_can_be_read() -> None:
    path = Path(__file__).parents[3] / "training" / "builtin" / "settings.toml"

    settings = read_settings(path)

    assert all(side % 32 == 0 for side in settings.sides)
    assert settings.source_weights


@pytest.mark.parametrize(("name", "batch", "learns"), [("finish", 16, False), ("longer", 128, True)])
def test_settings_that_are_based_on_others_change_only_what_they_name(name: str, batch: int, learns: bool) -> None:
    folder = Path(__file__).parents[3] / "training" / "builtin"
    first, second = read_settings(folder / "settings.toml"), read_settings(folder / f"{name}.toml")

    assert (second.batch, second.learns_statistics) == (batch, learns)
    assert second.source_weights == first.source_weights != {}
    assert second.alike_sources == first.alike_sources != ()
    assert second.ranking_regions == first.ranking_regions


@pytest.mark.parametrize("name", ["broad", "portraits"])
def test_later_runs_learn_of_every_source_that_the_first_weighs(name: str) -> None:
    folder = Path(__file__).parents[3] / "training" / "builtin"
    first, later = read_settings(folder / "settings.toml"), read_settings(folder / f"{name}.toml")

    assert first.source_weights.keys() <= later.source_weights.keys()
    assert later.for_the_end().learns_statistics is False
    assert BuiltinConfig().close_side in later.for_the_end().sides


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("bach = 8")

    with pytest.raises(TypeError, match="bach"):
        read_settings(tmp_path / "settings.toml")


def test_the_end_of_a_run_can_have_settings_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("batch = 4\nending_share = 0.25\n[ending]\nsides = [256, 192]\ncalm_chance = 0.75\n")

    settings = read_settings(path)
    end = settings.for_the_end()

    assert settings.ending_share == 0.25
    assert (settings.calm_chance, end.calm_chance) == (0.0, 0.75)
    assert (settings.sides, end.sides) == ((160, 224), (256, 192))
    assert (end.batch, end.ending_share, end.ending) == (4, 0.0, {})


def test_what_cannot_change_within_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[ending]\nbatch = 8")

    with pytest.raises(ValueError, match="cannot end with another batch"):
        read_settings(tmp_path / "settings.toml")


def test_an_end_without_a_share_of_the_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[ending]\ncalm_chance = 0.75")

    with pytest.raises(ValueError, match="needs an ending_share"):
        read_settings(tmp_path / "settings.toml")


def test_a_map_that_is_never_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match=r"The map_weights must all be more than 0\."):
        TrainingSettings(map_weights={"people": [1.0, 0.0]})
