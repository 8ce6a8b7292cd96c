"""Training: it repeats, resumes and reads what people have labelled."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.decoder import DecoderOutput
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.prompt_maps import PROMPT_MAPS
from sam3_annotator.model.replay import Record, recorder_for
from sam3_annotator.project import Polygon, ProjectStore, Region
from tests.paper_card import PaperCard
from training.builtin import trainer, validation
from training.builtin.clicks import Prompts, add_correction, click_inside, largest_error
from training.builtin.losses import mask_loss, measure_iou, total_loss
from training.builtin.pictures import PictureCache, find_targets, list_pictures, split_pictures
from training.builtin.projects import list_project
from training.builtin.samples import SampleMaker
from training.builtin.scores import fit_scores
from training.builtin.settings import TrainingSettings, read_settings
from training.builtin.trainer import LOGGED, Trainer
from training.builtin.validation import make_trials, measure
from training.builtin.views import cut_view

WritePicture = Callable[[Path, NDArray[np.uint16]], None]

SETTINGS = TrainingSettings(updates=8, batch=2, clicks_per_batch=2, sides=(64,), validation_regions=2)
STATISTICS = ("running_mean", "running_var")


@pytest.fixture
def folder(tmp_path: Path, write_picture: WritePicture) -> Path:
    """Six pictures of two sources, each with a disc and, in the same map, a square."""
    labels = np.zeros((120, 160), np.uint16)
    cv2.circle(labels, (50, 60), 25, 1, cv2.FILLED)
    labels[30:90, 100:140] = 2
    for source in ("discs", "squares"):
        for number in range(3):
            write_picture(tmp_path / source / f"{number}.jpg", labels)
    return tmp_path


def make_trainer(
    folder: Path,
    out: Path,
    settings: TrainingSettings = SETTINGS,
    get_recorder: Callable[[torch.device], Record | None] = recorder_for,
) -> Trainer:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    out.mkdir(exist_ok=True)
    samples = SampleMaker(PictureCache(list_pictures(folder)), settings)
    return Trainer(BuiltinNetwork(BuiltinConfig.tiny()), samples, settings, out, get_recorder=get_recorder)


def test_an_update_that_overflows_leaves_the_weights_as_they_were(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflowing(output: DecoderOutput, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        loss, iou = total_loss(output, target)
        return loss * float("inf"), iou

    run = make_trainer(folder, tmp_path / "run")
    run.train_batch()
    before = {name: value.clone() for name, value in run.network.named_parameters()}
    monkeypatch.setattr(trainer, "total_loss", overflowing)

    logged = run.train_batch()

    assert all(torch.equal(value, before[name]) for name, value in run.network.named_parameters())
    assert run.progress.updates == 2 * SETTINGS.clicks_per_batch
    assert logged[:, LOGGED.index("left_out")].tolist() == [1, 1]


def test_updates_that_overflowed_change_nothing_of_later_ones(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One view in six overflowed on a graphics card; after a hundred such updates all the others were lost too."""
    calm, shaken = (make_trainer(folder, tmp_path / name) for name in ("calm", "shaken"))
    for run in (calm, shaken):
        run.train_batch()
    state = [copy.deepcopy(shaken.network.state_dict()), copy.deepcopy(shaken.average.state_dict())]
    monkeypatch.setattr(trainer, "total_loss", lambda output, target: (output.logits.sum() * float("nan"), target))
    maps, target = torch.zeros(1, PROMPT_MAPS, 64, 64), torch.ones(1, 1, 32, 32)
    stem = shaken.network.stem(torch.zeros(1, 3, 64, 64))
    for _ in range(200):
        *_, overflowed = shaken._learn(stem, maps, target)
        assert overflowed
    monkeypatch.undo()
    for network, before in zip((shaken.network, shaken.average), state, strict=True):
        network.load_state_dict(before)  # its statistics have seen other views

    logged = shaken.train_batch()

    torch.testing.assert_close(logged, calm.train_batch(), rtol=0, atol=0)
    assert logged[:, LOGGED.index("left_out")].tolist() == [0, 0]
    for name, value in shaken.network.named_parameters():
        torch.testing.assert_close(value, calm.network.get_parameter(name), rtol=0, atol=0, msg=name)


def test_spoilt_weights_never_replace_a_good_checkpoint(folder: Path, tmp_path: Path) -> None:
    run = make_trainer(folder, tmp_path / "run")
    run.train_batch()
    run.save()
    run.train_batch()
    with torch.no_grad():
        run.average.decoder.masks.weight[0] = float("nan")

    with pytest.raises(FloatingPointError, match=r"before update 4.*checkpoint\.pt"):
        run.save()

    resumed = make_trainer(folder, tmp_path / "run")
    assert resumed.resume()
    assert resumed.progress.updates == SETTINGS.clicks_per_batch
    assert all(torch.isfinite(value).all() for value in resumed.average.state_dict().values())


def test_a_resumed_run_ends_as_an_uninterrupted_one(folder: Path, tmp_path: Path) -> None:
    straight = make_trainer(folder, tmp_path / "straight")
    for _ in range(4):
        straight.train_batch()
    interrupted = make_trainer(folder, tmp_path / "interrupted")
    for _ in range(2):
        interrupted.train_batch()
    interrupted.save()

    resumed = make_trainer(folder, tmp_path / "interrupted")
    assert resumed.resume()
    while resumed.share_done < 1:
        resumed.train_batch()

    assert resumed.progress.updates == straight.progress.updates == 8
    for name, value in straight.average.state_dict().items():
        torch.testing.assert_close(resumed.average.state_dict()[name], value, msg=name)


def test_a_run_goes_on_from_a_checkpoint_of_another_device_or_time(folder: Path, tmp_path: Path) -> None:
    run = make_trainer(folder, tmp_path / "run")
    run.train_batch()
    run.save()
    state = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    for group in state["optimizer"]["param_groups"]:
        group |= {"lr": 1e-3, "capturable": True}
    torch.save(state, tmp_path / "run" / "checkpoint.pt")
    resumed = make_trainer(folder, tmp_path / "run")

    assert resumed.resume()

    torch.testing.assert_close(resumed.train_batch(), run.train_batch())


def test_batches_can_be_recorded_and_done_again_with_other_views(folder: Path, tmp_path: Path) -> None:
    card = PaperCard()
    settings = replace(SETTINGS, sides=(64, 96), learning_rate=1e-2)
    run = make_trainer(folder, tmp_path / "run", settings, get_recorder=lambda _: card.record)
    before = {name: value.clone() for name, value in run.network.named_parameters()}
    logged = []

    for _ in range(6):
        logged.append(run.train_batch().clone())
        after = {name: value.clone() for name, value in run.network.named_parameters()}
        assert not torch.equal(before["decoder.masks.weight"], after["decoder.masks.weight"])
        before = after

    assert card.recordings == len(settings.sides)
    assert all(torch.isfinite(values).all() for values in logged)
    assert not torch.equal(logged[2], logged[4])
    assert run.progress.updates == 6 * settings.clicks_per_batch


def test_the_stem_stays_as_it_was(folder: Path, tmp_path: Path) -> None:
    trainer = make_trainer(folder, tmp_path / "out")
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}

    trainer.train_batch()

    after = trainer.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before if name.startswith("stem."))
    assert not all(torch.equal(before[name], after[name]) for name in before if name.startswith("trunk."))


@pytest.mark.parametrize("learns", [False, True])
def test_weights_move_always_and_statistics_where_they_are_learnt(learns: bool, folder: Path, tmp_path: Path) -> None:
    run = make_trainer(folder, tmp_path / "out", replace(SETTINGS, learns_statistics=learns))
    norms = [module for module in run.network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        torch.nn.init.normal_(norm.running_mean)
        torch.nn.init.uniform_(norm.running_var, 0.5, 2.0)
    run.average.load_state_dict(run.network.state_dict())
    statistics, weights = copy_norms(run, *STATISTICS), copy_norms(run, "weight")
    assert len(statistics) == 2 * len(weights) == 4 * len(norms) > 0

    for _ in range(3):
        run.train_batch()

    moved = [not torch.equal(*pair) for pair in zip(statistics, copy_norms(run, *STATISTICS), strict=True)]
    assert moved == [learns] * len(statistics)
    assert not any(torch.equal(*pair) for pair in zip(weights, copy_norms(run, "weight"), strict=True))


def copy_norms(run: Trainer, *names: str) -> list[torch.Tensor]:
    """Copy what batch norms hold under such names, in the network and in its average."""
    norms = [
        module
        for network in (run.network, run.average)
        for module in network.modules()
        if isinstance(module, torch.nn.BatchNorm2d)
    ]
    return [getattr(norm, name).detach().clone() for norm in norms for name in names]


def test_without_a_checkpoint_there_is_nothing_to_resume(folder: Path, tmp_path: Path) -> None:
    assert not make_trainer(folder, tmp_path / "out").resume()


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


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("bach = 8")

    with pytest.raises(TypeError, match="bach"):
        read_settings(tmp_path / "settings.toml")
