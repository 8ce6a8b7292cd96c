"""Keeps a layer of the canvas as painted tiles, so that a pan copies pixels and only news is painted."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QRegion

from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.tile_worker import TileWorker
from sam3_annotator.ui.canvas.view_transform import ViewTransform

TILE_SIDE = 512
# What is painted around a tile's own box, since outlines are wider than their geometry.
OVERLAP = 6
# Tiles beyond the visible ones that stay in memory, 1 MiB each.
SPARE_TILES = 24
# For more changed boxes than this it is quicker to paint everything than to look up what they touch.
MAX_BOXES = 500
# For more changed boxes than this in one tile, or a larger share of it, it is quicker to paint the whole tile.
MAX_PATCHES, MAX_PATCHED_SHARE = 8, 0.5

WHOLE_TILE = QRect(0, 0, TILE_SIDE, TILE_SIDE)

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """Tile (i, j) begins at device pixel `TILE_SIDE * (i, j)`; device pixel = image pixel * `scale` + `phase`.

    The phase is the part of the view's offset below one device pixel, so tiles are copied without resampling.
    """

    scale: float
    phase_x: float
    phase_y: float

    def box_of(self, key: Key, rect: QRect) -> BoxXyxy:
        """Give in image pixels what may be seen in a rectangle of a tile: more than its own box, by an overlap."""
        x0, y0 = key[0] * TILE_SIDE + rect.left() - self.phase_x, key[1] * TILE_SIDE + rect.top() - self.phase_y
        return (
            (x0 - OVERLAP) / self.scale,
            (y0 - OVERLAP) / self.scale,
            (x0 + rect.width() + OVERLAP) / self.scale,
            (y0 + rect.height() + OVERLAP) / self.scale,
        )

    def rect_in(self, key: Key, box_xyxy: BoxXyxy) -> QRect:
        """Give the pixels of a tile that a box in image pixels touches, its outline included."""
        x0, x1 = (math.floor(x * self.scale + self.phase_x + d) for x, d in _widened(box_xyxy, 0))
        y0, y1 = (math.floor(y * self.scale + self.phase_y + d) for y, d in _widened(box_xyxy, 1))
        on_grid = QRect(x0, y0, x1 - x0 + 1, y1 - y0 + 1)
        return on_grid.translated(-key[0] * TILE_SIDE, -key[1] * TILE_SIDE) & WHOLE_TILE

    def keys_in(self, box_xyxy: BoxXyxy) -> Iterator[Key]:
        """Give the tiles that a box in image pixels touches, its outline included."""
        low_x, high_x = (self._index(x * self.scale + self.phase_x + d) for x, d in _widened(box_xyxy, 0))
        low_y, high_y = (self._index(y * self.scale + self.phase_y + d) for y, d in _widened(box_xyxy, 1))
        return ((i, j) for j in range(low_y, high_y + 1) for i in range(low_x, high_x + 1))

    @staticmethod
    def _index(device: float) -> int:
        return math.floor(device / TILE_SIDE)


def _widened(box_xyxy: BoxXyxy, axis: int) -> tuple[tuple[float, float], tuple[float, float]]:
    return (box_xyxy[axis], -OVERLAP), (box_xyxy[axis + 2], OVERLAP)


@dataclass(frozen=True, slots=True)
class Frame:
    """The view in device pixels: `origin` is where the grid's (0, 0) is, `size` is the whole canvas."""

    grid: Grid
    origin: QPoint
    size: QRect
    pixel_ratio: float

    @staticmethod
    def of(view: ViewTransform, width: float, height: float, pixel_ratio: float) -> Frame:
        """Take the view of a canvas of this size in device-independent pixels."""
        x, y = view.offset_x * pixel_ratio, view.offset_y * pixel_ratio
        grid = Grid(view.zoom * pixel_ratio, x - math.floor(x), y - math.floor(y))
        size = QRect(0, 0, math.ceil(width * pixel_ratio), math.ceil(height * pixel_ratio))
        return Frame(grid, QPoint(math.floor(x), math.floor(y)), size, pixel_ratio)

    def rect_of(self, key: Key) -> QRect:
        """Give a tile's place on the canvas in device pixels."""
        left, top = key[0] * TILE_SIDE + self.origin.x(), key[1] * TILE_SIDE + self.origin.y()
        return QRect(left, top, TILE_SIDE, TILE_SIDE)

    def box_of(self, rect: QRect) -> BoxXyxy:
        """Map a rectangle in device pixels to the image."""
        x, y = self.origin.x() + self.grid.phase_x, self.origin.y() + self.grid.phase_y
        scale = self.grid.scale
        return (
            (rect.left() - x) / scale,
            (rect.top() - y) / scale,
            (rect.left() + rect.width() - x) / scale,
            (rect.top() + rect.height() - y) / scale,
        )

    def visible_keys(self, content: BoxXyxy) -> list[Key]:
        """Give the tiles on the canvas that the box `content` of the image touches, the middle of the canvas first."""
        shown = self.box_of(self.size)
        box = (
            max(shown[0], content[0]),
            max(shown[1], content[1]),
            min(shown[2], content[2]),
            min(shown[3], content[3]),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return []
        keys = [key for key in self.grid.keys_in(box) if self.rect_of(key).intersects(self.size)]
        middle = self.size.center()
        return sorted(keys, key=lambda key: (self.rect_of(key).center() - middle).manhattanLength())


@dataclass(frozen=True, slots=True)
class TileJob:
    """The painting of a part of a tile: `paint` draws in image pixels, on any thread; `cost_ms` is what it may take.

    Without `paint` the part is empty.
    """

    cost_ms: float
    paint: Callable[[QPainter], None] | None


@dataclass(slots=True)
class _Tile:
    image: QImage | None
    version: int


@dataclass(frozen=True, slots=True)
class _Painting:
    """Rectangles of a tile to be painted anew; the rest stays as it was `before`, None for an empty tile."""

    before: QImage | None
    parts: list[tuple[QRect, TileJob]]

    @property
    def cost_ms(self) -> float:
        return sum(job.cost_ms for _, job in self.parts)

    @property
    def is_empty(self) -> bool:
        return all(job.paint is None for _, job in self.parts)

    def painted(self, grid: Grid, key: Key) -> QImage | None:
        if self.before is None and self.is_empty:
            return None
        if self.before is None:
            image = QImage(TILE_SIDE, TILE_SIDE, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
        else:
            image = self.before.copy()
        for rect, job in self.parts:
            painter = QPainter(image)
            painter.setClipRect(rect)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            painter.fillRect(rect, Qt.GlobalColor.transparent)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.translate(grid.phase_x - key[0] * TILE_SIDE, grid.phase_y - key[1] * TILE_SIDE)
            painter.scale(grid.scale, grid.scale)
            if job.paint is not None:
                job.paint(painter)
            painter.end()
        return image


Plan = Callable[[BoxXyxy, Frame], TileJob]


class TileLayer:
    """One layer of the canvas in tiles, made by `plan` for a box of the image.

    `refresh` paints what is new: at once while that fits into the time given, else on the worker, and `on_news` is
    called when it has arrived. Meanwhile `paint` shows, if `keeps_previous`, tiles of the zoom before. If it `patches`,
    a tile that is there is painted only where it has changed: for a plan that gives the same, whatever is elsewhere.
    """

    def __init__(
        self,
        plan: Plan,
        worker: TileWorker,
        on_news: Callable[[], None],
        *,
        keeps_previous: bool = True,
        patches: bool = False,
    ) -> None:
        self._plan, self._worker, self._on_news = plan, worker, on_news
        self._keeps_previous, self._patches = keeps_previous, patches
        self._version = 0
        self._required_all = 0
        self._changes: dict[Key, deque[tuple[int, BoxXyxy]]] = {}  # of each tile, since it was painted
        self._grid: Grid | None = None
        self._frame: Frame | None = None
        self._visible: list[Key] = []
        self._tiles: dict[Key, _Tile] = {}
        self._previous: tuple[Grid, dict[Key, _Tile]] | None = None
        self._pending: dict[Key, int] = {}
        self._queue: list[Key] = []

    @property
    def is_settled(self) -> bool:
        """Nothing is being painted on the worker."""
        return not self._pending and not self._queue

    def clear(self) -> None:
        """Drop everything, also what is under way: another image is shown."""
        self.invalidate()
        self._tiles, self._queue = {}, []
        self._previous = None

    def invalidate(self, boxes: Iterable[BoxXyxy] | None = None) -> None:
        """Have all that touches these boxes painted anew, by default everything; until then it stays as it is."""
        self._version += 1
        boxes = None if boxes is None else list(boxes)
        if boxes is None or len(boxes) > MAX_BOXES:
            self._required_all = self._version
            self._changes.clear()
        elif self._grid is not None:
            known = self._tiles.keys() | self._pending.keys()
            for box in boxes:
                for key in known.intersection(self._grid.keys_in(box)):
                    changes = self._changes.setdefault(key, deque(maxlen=MAX_PATCHES + 1))
                    changes.append((self._version, box))

    def refresh(self, frame: Frame, content: BoxXyxy, budget_ms: float, *, is_moving: bool = False) -> list[Key]:
        """Bring the tiles of a frame up to date, as far as `budget_ms` allows; returns those not there in any form.

        `content` is the box of the image the layer can have anything in. While the view `is_moving`, the worker gets
        nothing at a new zoom: the next frame will be at yet another.
        """
        is_passing = self._turn_to(frame.grid) and is_moving
        self._visible = frame.visible_keys(content)
        self._paint_news([key for key in self._visible if not self._is_fresh(key)], frame, budget_ms)
        if not is_passing:
            self._submit_next()
        self._drop_spare(frame)
        missing = [key for key in self._visible if key not in self._tiles]
        if not missing:
            self._previous = None
        return missing

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint the frame last refreshed; the painter works in device pixels."""
        missing = [key for key in self._visible if key not in self._tiles]
        if missing and self._previous is not None:
            self._paint_previous(painter, frame, missing)
        for place, image in self.shown(frame):
            painter.drawImage(place, image)

    def shown(self, frame: Frame) -> list[tuple[QPoint, QImage]]:
        """Give what is there of the frame last refreshed: where a tile is in device pixels, and the tile."""
        tiles = ((frame.rect_of(key).topLeft(), self._tiles.get(key)) for key in self._visible)
        return [(place, tile.image) for place, tile in tiles if tile is not None and tile.image is not None]

    def _turn_to(self, grid: Grid) -> bool:
        if grid == self._grid:
            return False
        # What was never complete is no better to look at than what was before it.
        if self._keeps_previous and self._tiles and self._grid is not None and self._previous is None:
            self._previous = (self._grid, self._tiles)
        self._grid = grid
        self._tiles, self._queue = {}, []
        self.invalidate()
        return True

    def _is_fresh(self, key: Key) -> bool:
        tile = self._tiles.get(key)
        return tile is not None and tile.version >= self._required_version(key)

    def _required_version(self, key: Key) -> int:
        changes = self._changes.get(key)
        return changes[-1][0] if changes else self._required_all

    def _paint_news(self, stale: list[Key], frame: Frame, budget_ms: float) -> None:
        wanted = [key for key in stale if self._pending.get(key, -1) < self._required_version(key)]
        cost = 0.0
        for place, key in enumerate(wanted):
            painting = self._plan_painting(key, frame)
            cost += painting.cost_ms
            if cost > budget_ms:
                self._queue = wanted[place:]
                break
            self._put(key, painting.painted(frame.grid, key), self._version)
        else:
            self._queue = []
        self._frame = frame

    def _plan_painting(self, key: Key, frame: Frame) -> _Painting:
        tile = self._tiles.get(key)
        if tile is not None and tile.version >= self._required_all and self._patches:
            rects = [frame.grid.rect_in(key, box) for _, box in self._changes.get(key, ())]
            share = sum(rect.width() * rect.height() for rect in rects) / TILE_SIDE**2
            if len(rects) <= MAX_PATCHES and share <= MAX_PATCHED_SHARE:
                return _Painting(tile.image, [self._plan_part(key, rect, frame) for rect in rects])
        return _Painting(None, [self._plan_part(key, WHOLE_TILE, frame)])

    def _plan_part(self, key: Key, rect: QRect, frame: Frame) -> tuple[QRect, TileJob]:
        return rect, self._plan(frame.grid.box_of(key, rect), frame)

    def _put(self, key: Key, image: QImage | None, version: int) -> None:
        self._tiles[key] = _Tile(image, version)
        changes = self._changes.get(key)
        while changes and changes[0][0] <= version:
            changes.popleft()

    def _submit_next(self) -> None:
        while self._queue and not self._pending and self._frame is not None:
            key, frame = self._queue.pop(0), self._frame
            painting = self._plan_painting(key, frame)
            if painting.is_empty:
                self._put(key, painting.painted(frame.grid, key), self._version)
                continue
            self._pending[key] = self._version
            deliver = partial(self._take, frame.grid, key, self._version)
            self._worker.submit(partial(painting.painted, frame.grid, key), deliver)

    def _take(self, grid: Grid, key: Key, version: int, image: QImage | None) -> None:
        self._pending.clear()
        tile = self._tiles.get(key)
        is_newest = tile is None or tile.version < version
        if grid == self._grid and version >= self._required_all and is_newest:
            self._put(key, image, version)
            self._on_news()
        self._submit_next()

    def _paint_previous(self, painter: QPainter, frame: Frame, missing: list[Key]) -> None:
        assert self._previous is not None
        grid, tiles = self._previous
        ratio = frame.grid.scale / grid.scale
        x = frame.origin.x() + frame.grid.phase_x - grid.phase_x * ratio
        y = frame.origin.y() + frame.grid.phase_y - grid.phase_y * ratio
        side = TILE_SIDE * ratio
        room = QRegion()
        for key in missing:
            room += frame.rect_of(key) & frame.size
        painter.save()
        painter.setClipRegion(room)
        shown = QRectF(room.boundingRect())
        for (i, j), tile in tiles.items():
            target = QRectF(x + i * side, y + j * side, side, side)
            if tile.image is not None and target.intersects(shown):
                painter.drawImage(target, tile.image)
        painter.restore()

    def _drop_spare(self, frame: Frame) -> None:
        excess = len(self._tiles) - len(self._visible) - SPARE_TILES
        if excess > 0:
            middle = frame.size.center()
            spare = self._tiles.keys() - set(self._visible)
            far = sorted(spare, key=lambda key: -(frame.rect_of(key).center() - middle).manhattanLength())
            for key in far[:excess]:
                del self._tiles[key]
