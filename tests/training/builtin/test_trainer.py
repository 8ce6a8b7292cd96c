"""The training loop: it repeats, resumes, can be recorded, and learns nothing from what overflowed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.decoder import DecoderOutput
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.prompt_maps import PROMPT_MAPS
from sam3_annotator.model.machine.replay import Record, recorder_for
from tests.paper_card import PaperCard
from training.builtin import trainer
from training.builtin.losses import total_loss
from training.builtin.pictures import PictureCache, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings
from training.builtin.trainer import LOGGED, Trainer

SETTINGS = TrainingSettings(updates=8, batch=2, clicks_per_batch=2, sides=(64,))
ENDING = replace(SETTINGS, ending_share=0.5, ending={"sides": (96,), "learns_statistics": False})
STATISTICS = ("running_mean", "running_var")


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


def test_attention_is_not_left_to_cudnn(folder: Path, tmp_path: Path) -> None:
    run = make_trainer(folder, tmp_path / "run")
    asked = []
    run.network.decoder.register_forward_pre_hook(lambda *_: asked.append(torch.backends.cuda.cudnn_sdp_enabled()))
    assert torch.backends.cuda.cudnn_sdp_enabled()

    run.train_batch()

    assert asked == [False] * SETTINGS.clicks_per_batch
    assert torch.backends.cuda.cudnn_sdp_enabled()


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


@pytest.mark.parametrize(("settings", "batches"), [(SETTINGS, 2), (ENDING, 1), (ENDING, 2), (ENDING, 3)])
def test_a_resumed_run_ends_as_an_uninterrupted_one(
    settings: TrainingSettings, batches: int, folder: Path, tmp_path: Path
) -> None:
    straight = make_trainer(folder, tmp_path / "straight", settings)
    for _ in range(4):
        straight.train_batch()
    interrupted = make_trainer(folder, tmp_path / "interrupted", settings)
    for _ in range(batches):
        interrupted.train_batch()
    interrupted.save()

    resumed = make_trainer(folder, tmp_path / "interrupted", settings)
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


def test_a_run_ends_with_other_views_and_statistics_that_stay(folder: Path, tmp_path: Path) -> None:
    card = PaperCard()
    run = make_trainer(folder, tmp_path / "out", ENDING, get_recorder=lambda _: card.record)
    sides: list[int] = []
    run.network.stem.register_forward_pre_hook(lambda _, views: sides.append(views[0].shape[-1]))
    for _ in range(2):
        run.train_batch()
    assert set(sides) == {64}
    assert not run.progress.is_ending
    averaged = copy_norms(run, *STATISTICS)[len(copy_norms(run, *STATISTICS)) // 2 :]
    sides.clear()

    for _ in range(2):
        run.train_batch()

    assert set(sides) == {96}
    assert run.progress.is_ending
    assert run.share_done == 1
    learnt = copy_norms(run, *STATISTICS)[: len(averaged)]
    for value, before in zip(learnt, averaged, strict=True):
        torch.testing.assert_close(value, before, rtol=0, atol=0)


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
