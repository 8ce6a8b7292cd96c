"""The images that the user has chosen to see: a filter over the list of all, and how many each choice would leave."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Signal

from sam3_annotator.project import ImageId, ImageRecord, ImageState, folded
from sam3_annotator.ui.item_models.filter_change import filter_changing
from sam3_annotator.ui.item_models.image_criteria import (
    ANY_CONTENT,
    ContentFilter,
    ContentTally,
    SplitFilter,
    StateFilter,
    Stops,
)
from sam3_annotator.ui.item_models.image_model import ImageModel
from sam3_annotator.ui.item_models.image_order import ImageOrder

Index = QModelIndex | QPersistentModelIndex


class ImageFilter(QSortFilterProxyModel):
    """The images whose name contains a text, and whose state, split and content are wanted.

    The image being worked on stays in the list, whatever becomes of it, until another image is shown.
    """

    changed = Signal()  # the user asks for other images, or for another order

    def __init__(self, images: ImageModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images = images
        self._text = ""
        self._state = StateFilter.ALL
        self._split = SplitFilter.ANY
        self._content = ANY_CONTENT
        self._kept: ImageId | None = None
        self.setSourceModel(images)

    @property
    def state(self) -> StateFilter:
        """Which states are shown."""
        return self._state

    @property
    def split(self) -> SplitFilter:
        """Which splits are shown."""
        return self._split

    @property
    def content(self) -> ContentFilter:
        """What is on the images that are shown."""
        return self._content

    @property
    def order(self) -> ImageOrder:
        """The order of the images."""
        return self._images.order

    @property
    def is_narrowed(self) -> bool:
        """Whether images are chosen by anything but their name."""
        return (self._state, self._split, self._content) != (StateFilter.ALL, SplitFilter.ANY, ANY_CONTENT)

    def set_text(self, text: str) -> None:
        """Show only images whose path contains this, whatever the case and the form of its letters."""
        with self._filter_changing():
            self._text = folded(text.strip())

    def set_state(self, state: StateFilter) -> None:
        """Show only images in these states."""
        if state != self._state:
            with self._filter_changing():
                self._state = state

    def set_split(self, split: SplitFilter) -> None:
        """Show only images in this split."""
        if split != self._split:
            with self._filter_changing():
                self._split = split

    def set_content(self, content: ContentFilter) -> None:
        """Show only images with this on them."""
        if content != self._content:
            with self._filter_changing():
                self._content = content

    def set_order(self, order: ImageOrder) -> None:
        """Bring the images into an order, by what is on them now."""
        self._images.set_order(order)
        self.changed.emit()

    def keep(self, image_id: ImageId | None) -> None:
        """Name the image being worked on."""
        before, self._kept = self._kept, image_id
        if before != image_id and self.is_narrowed:
            self._images.announce(id_ for id_ in (before, image_id) if id_ is not None)

    def records(self) -> list[ImageRecord]:
        """Give the shown images, from the top."""
        return [self._images.record_at(self._source_row(row)) for row in range(self.rowCount())]

    def tally(self) -> Mapping[StateFilter, int]:
        """Count the images each filter by state would leave of those in the split and with the content shown."""
        kinds = Counter(
            (record.state, bool(self._images.problem(record.id)), bool(record.note))
            for record in self._images.records
            if self._split.accepts(record.split) and self._accepts_content(record)
        )
        return {
            state_filter: sum(
                count
                for (state, has_problem, has_note), count in kinds.items()
                if state_filter.accepts(state, has_problem=has_problem, has_note=has_note)
            )
            for state_filter in StateFilter
        }

    def split_tally(self) -> Mapping[SplitFilter, int]:
        """Count the images each filter by split would leave of those in the state and with the content shown."""
        kinds = Counter(
            record.split
            for record in self._images.records
            if self._accepts_state(record) and self._accepts_content(record)
        )
        return {
            split_filter: sum(count for split, count in kinds.items() if split_filter.accepts(split))
            for split_filter in SplitFilter
        }

    def content_tally(self) -> ContentTally:
        """Count what is on the images in the state and in the split shown."""
        contents = [
            self._images.instances_on(record.id)
            for record in self._images.records
            if self._split.accepts(record.split) and self._accepts_state(record)
        ]
        by_category = Counter(chain.from_iterable(contents))  # each category once for each image that it is on
        return ContentTally(len(contents), sum(not instances for instances in contents), by_category)

    def row_of(self, image_id: ImageId | None) -> int:
        """Give the row of an image among those shown, -1 where it is none of them."""
        row = self._images.row_of(image_id)
        return self.mapFromSource(self._images.index(row)).row() if row >= 0 else -1

    def neighbour(self, image_id: ImageId | None, step: int) -> ImageId | None:
        """Give the shown image after (`step` 1) or before (-1) an image; without one, the first or the last."""
        return next((record.id for record in self._beyond(image_id, step)), None)

    def following(self, image_id: ImageId) -> list[ImageRecord]:
        """Give the shown images after an image, in their order."""
        return list(self._beyond(image_id, 1))

    def next_stop(self, image_id: ImageId | None, step: int, stops: Stops) -> ImageId | None:
        """Give the shown image after (`step` 1) or before (-1) an image at which a key stops.

        One that does not stop at all of them passes over those that cannot be shown, too, and goes round at the end.
        """
        if stops is Stops.ALL:
            return self.neighbour(image_id, step)
        # By their states first: this is asked at every turn, and there may be thousands, and no stop among them.
        states = frozenset(state for state in ImageState if stops.accepts(state))
        others = map(self._images.record_at, self._round_trip(image_id, step))
        stopping = (record.id for record in others if record.state in states)
        return next((id_ for id_ in stopping if self.row_of(id_) >= 0 and not self._images.problem(id_)), None)

    @contextmanager
    def _filter_changing(self) -> Iterator[None]:
        with filter_changing(self):
            yield
        self.changed.emit()

    def _beyond(self, image_id: ImageId | None, step: int) -> Iterator[ImageRecord]:
        """Give the shown images beyond one that need not be shown itself, or all of them without one."""
        shown, place = range(self.rowCount()), self._images.row_of(image_id)
        if place < 0:
            rows = shown[::step]
        elif step > 0:
            rows = shown[bisect_right(shown, place, key=self._source_row) :]
        else:
            rows = shown[: bisect_left(shown, place, key=self._source_row)][::-1]
        return (self._images.record_at(self._source_row(row)) for row in rows)

    def _source_row(self, row: int) -> int:
        return self.mapToSource(self.index(row, 0)).row()

    def _round_trip(self, image_id: ImageId | None, step: int) -> Iterator[int]:
        """Give the rows of all images, shown or not, from an image once round to it, itself left out."""
        every, place = range(self._images.rowCount()), self._images.row_of(image_id)
        if place < 0:
            return iter(every[::step])
        after, before = every[place + 1 :], every[:place]
        return chain(after, before) if step > 0 else chain(before[::-1], after[::-1])

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: ARG002 - Qt's
        """Whether a row is shown."""
        record = self._images.record_at(source_row)
        if self._text and self._text not in folded(record.path):
            return False
        if record.id == self._kept:
            return True
        return self._split.accepts(record.split) and self._accepts_state(record) and self._accepts_content(record)

    def _accepts_state(self, record: ImageRecord) -> bool:
        if self._state is StateFilter.ALL:
            return True
        has_problem = bool(self._images.problem(record.id))
        return self._state.accepts(record.state, has_problem=has_problem, has_note=bool(record.note))

    def _accepts_content(self, record: ImageRecord) -> bool:
        return self._content.accepts(self._images.instances_on(record.id))
