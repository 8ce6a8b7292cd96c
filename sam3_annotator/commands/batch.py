"""The commands that send the images of a project through the model: label them, or read them ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.commands.embedding import kept_embeddings
from sam3_annotator.commands.failures import DONE, CommandFailed
from sam3_annotator.commands.model_options import ModelOptions, open_chosen
from sam3_annotator.commands.pictures import Pictures
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.model import RestoringSession, Workbench, never_cancelled
from sam3_annotator.project import (
    USUAL_TOLERANCE,
    ImageRecord,
    ImageState,
    ProjectStore,
    category_named,
    images_in_use,
    sought_categories,
)
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.verbs.phrase_search import Manner, PhraseSearch, store_found
from sam3_annotator.ui.verbs.propagation_chain import PropagationChain, SequencePlan


def autolabel(
    project: Path,
    *,
    model: ModelOptions,
    phrases: Sequence[str],
    category: str,
    threshold: float,
    parts: int = 1,
    takes_finished: bool,
) -> int:
    """Make instances of all that phrases find on a project's images, as far as it is not labelled yet.

    They get the category of the phrase's name, or `category`. Without phrases the project's categories are looked for,
    or that `category` alone. With more than one, so many `parts` along the longer side of each image are looked at by
    themselves too. Images that are finished are left alone unless `takes_finished`, those left out in any case. What is
    done stays if the command is stopped; each phrase on each image is one undo step.
    """
    with ProjectStore.open(project) as store:
        images = [image for image in _images_in_use(store, project) if takes_finished or not image.state.is_finished]
        if not images:
            raise CommandFailed("All images of the project are finished; --all-images has them looked at, too.")
        sought = _sought(store, project, phrases, category)
        session = open_chosen(model)
        if "phrases" not in session.capabilities:
            raise CommandFailed(
                f"The model “{session.name}” takes no phrases; name a whole SAM 3 checkpoint with --model "
                "(“models list” shows which there are)."
            )
        counts: Counter[str] = Counter()
        pictures = Pictures(store, images)
        manner = Manner(threshold, parts, USUAL_TOLERANCE)
        try:
            with progress_bar("Labelling") as progress, kept_embeddings(model.cache_gigabytes) as cache:
                bench = Workbench(session, cache, never_cancelled, session.name)
                for image, key, pixels in pictures.read(progress):
                    search = PhraseSearch(ShownImage(image.id, key, pixels), sought, manner)
                    while search.looks_left:
                        search.look(bench)
                    news = search.news([instance.region for instance in store.instances(image.id)])
                    for phrase, found in news.items():
                        store_found(store, image.id, sought[phrase], phrase, found, threshold)
                        counts[sought[phrase]] += len(found)
        finally:  # what is stored is told, however the run has ended
            print(f"{project}: {_found_in_words(counts)} on {pictures.in_words}")
    return DONE


def propagate_project(project: Path, *, model: ModelOptions, start: str, count: int | None, threshold: float) -> int:
    """Propagate the instances of the image `start`, its path or name, through the next `count` images, None being all.

    They follow in the order of the project. What is labelled already, and images that are finished or left out, are
    treated as in the window. What is done stays if the command is stopped; each image is one undo step.
    """
    with ProjectStore.open(project) as store:
        source = _image_called(store, project, start)
        images = store.images()
        following = [image for image in images[images.index(source) + 1 :] if image.state is not ImageState.LEFT_OUT]
        if not store.instances(source.id) or not following:
            what = "has no instances to propagate" if following else "is the last image: none follows it"
            raise CommandFailed(f"{source.path} {what}.")
        plan = SequencePlan(source.id, tuple(image.id for image in following[:count]), threshold)
        chain = PropagationChain(store, plan)
        chain.take(ShownImage.of_file(source.id, store.image_file(source.id)))
        session = open_chosen(model)
        pictures = Pictures(store, following[:count])
        try:
            with progress_bar("Propagating") as progress, kept_embeddings(model.cache_gigabytes) as cache:
                bench = Workbench(session, cache, never_cancelled, session.name)
                for image, key, pixels in pictures.read(progress):
                    if chain.take(ShownImage(image.id, key, pixels)):
                        chain.settle(chain.job(USUAL_TOLERANCE)(bench))
                    if chain.is_over:
                        break
        finally:
            print(f"{project}: {' '.join(chain.words)}")
            if pictures.unreadable:
                print(f"{project}: {pictures.unreadable_in_words}")
    return DONE


def _image_called(store: ProjectStore, project: Path, text: str) -> ImageRecord:
    """Give the image with this path, or the only one of this name; raises `CommandFailed` if there is none."""
    images = store.images()
    file = Path(text).absolute()
    found = [image for image in images if image.path == text or store.image_file(image.id) == file]
    found = found or [image for image in images if image.name == text]
    if len(found) != 1:
        trouble = f"several images called {text}; give the path of one" if found else f"no image {text}"
        raise CommandFailed(f"{project} has {trouble}.")
    return found[0]


def _sought(store: ProjectStore, project: Path, phrases: Sequence[str], category: str) -> dict[str, str]:
    """Give the category of each phrase, by name; raises `CommandFailed` if there is nothing to look for."""
    if phrases:
        return {phrase: category or phrase for phrase in phrases}
    categories = sought_categories(store)
    if category:
        named = category_named(store, category)
        categories = tuple(each for each in categories if named is not None and each.id == named.id)
    if not categories:
        missing = f"category “{category}”" if category else "categories"
        raise CommandFailed(f"{project} has no {missing} to look for; say with --phrase what to find.")
    found: dict[str, str] = {}
    for each in categories:
        for phrase in each.phrases:
            found.setdefault(phrase, each.name)
    return found


def _images_in_use(store: ProjectStore, project: Path) -> tuple[ImageRecord, ...]:
    """Give the images of a project that are not left out; raises `CommandFailed` if there are none."""
    images = images_in_use(store)
    if not images:
        is_empty = not store.images()
        raise CommandFailed(f"{project} has no images." if is_empty else f"All images of {project} are left out.")
    return images


def embed_project(project: Path, *, model: ModelOptions) -> int:
    """Have the images of a project, but those left out, read by the model: they answer at once when they are shown."""
    with ProjectStore.open(project, read_only=True) as store:
        images = _images_in_use(store, project)
        session = open_chosen(model)
        if not isinstance(session, RestoringSession):
            print(f"Nothing to do: the model “{session.name}” reads an image in no time and keeps nothing of it.")
            return DONE
        made = 0
        pictures = Pictures(store, images)
        try:
            with progress_bar("Reading images") as progress, kept_embeddings(model.cache_gigabytes) as cache:
                for _image, key, pixels in pictures.read(progress):

                    def give(kept: NDArray[np.uint8] = pixels) -> NDArray[np.uint8]:
                        nonlocal made
                        made += 1
                        return kept

                    cache.embed(key, session, give)
        finally:
            print(f"{project}: {made} read now, {pictures.count - made} were read before; {pictures.in_words}")
    return DONE


def _found_in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "nothing"
