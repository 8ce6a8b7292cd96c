"""`propagate` goes from image to image of a project, as the window does."""

from __future__ import annotations

from pathlib import Path

import pytest

from sam3_annotator import cli
from sam3_annotator.commands import model_options
from sam3_annotator.project import ImageState, ProjectStore, rectangle
from sam3_annotator.ui.verbs import operations
from tests.conftest import FakeSession
from tests.workflows.sequences import CAT_BOX, Follower, moved


@pytest.fixture
def follower(fake_session: FakeSession, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Let the command open the fake session, and have what is propagated found a little further right."""
    made = Follower()
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: fake_session)
    monkeypatch.setattr("sam3_annotator.ui.verbs.instance_search.propagate", made.follow)
    return made


@pytest.fixture
def project(store: ProjectStore) -> Path:
    """Give a closed project of four images, a cat on the first."""
    cat = operations.add_category(store, "cat")
    with store.edit("Draw") as edit:
        edit.add_instance(store.images()[0].id, cat, rectangle(*CAT_BOX))
    store.close()
    return store.path


def boxes(project: Path) -> list[list[tuple[float, ...]]]:
    with ProjectStore.open(project, read_only=True) as opened:
        return [[each.region.box_xyxy for each in opened.instances(image.id)] for image in opened.images()]


@pytest.mark.parametrize("start", ["1.png", "photos/1.png"])
def test_all_that_follow_are_labelled_in_a_step_each(
    project: Path, follower: Follower, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["propagate", str(project), "--from", start]) == 0

    assert boxes(project) == [[moved(CAT_BOX, steps)] for steps in range(4)]
    assert capsys.readouterr().out == f"{project}: 3 instances propagated from 1.png to 3 images.\n"
    with ProjectStore.open(project) as opened:
        opened.undo()
    assert [len(each) for each in boxes(project)] == [1, 1, 1, 0]


def test_it_begins_and_ends_where_it_is_told(project: Path, follower: Follower, tmp_path: Path) -> None:
    assert cli.run(["propagate", str(project), "--from", "1.png", "--count", "1"]) == 0
    assert cli.run(["propagate", str(project), "--from", str(tmp_path / "photos" / "2.png"), "--count", "1"]) == 0

    assert [len(each) for each in boxes(project)] == [1, 1, 1, 0]


def test_finished_images_and_those_left_out_or_damaged_are_not_touched(
    project: Path, follower: Follower, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProjectStore.open(project) as opened:
        operations.set_image_state(opened, [opened.images()[1].id], ImageState.LEFT_OUT)
    (tmp_path / "photos" / "3.png").write_bytes(b"no image")

    assert cli.run(["propagate", str(project), "--from", "1.png"]) == 0

    assert [len(each) for each in boxes(project)] == [1, 0, 0, 1]
    assert capsys.readouterr().out.splitlines() == [
        f"{project}: 1 instance propagated from 1.png to 1 image.",
        f"{project}: 1 image cannot be read: photos/3.png",
    ]


def test_what_scores_less_than_the_threshold_ends(
    project: Path, follower: Follower, capsys: pytest.CaptureFixture[str]
) -> None:
    follower.scores_of = {2: [0.7]}

    assert cli.run(["propagate", str(project), "--from", "1.png", "--threshold", "0.8"]) == 0

    assert len(follower.asked) == 2
    assert capsys.readouterr().out == (
        f"{project}: 1 instance propagated from 1.png to 1 image; 1 was lost on the way: cat on 3.png. "
        "It ended after 3.png, where nothing was left to propagate.\n"
    )


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("5.png", "has no image 5.png."),
        ("2.png", "photos/2.png has no instances to propagate."),
        ("10.png", "photos/10.png is the last image: none follows it."),
    ],
)
def test_where_there_is_nothing_to_propagate_it_says_so(
    project: Path, follower: Follower, start: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["propagate", str(project), "--from", start]) == 1

    assert capsys.readouterr().err.strip().endswith(sentence)
    assert follower.asked == []


def test_a_first_image_that_is_gone_is_told(
    project: Path, follower: Follower, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photos" / "1.png").unlink()

    assert cli.run(["propagate", str(project), "--from", "1.png"]) == 1

    assert "1.png" in capsys.readouterr().err
    assert [len(each) for each in boxes(project)] == [1, 0, 0, 0]
