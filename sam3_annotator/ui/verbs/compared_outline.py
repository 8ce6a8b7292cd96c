"""What the model draws in the box of an instance, beside its outline: for whoever decides which of both is wrong."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import EngineStage, EngineStatus, Outcome, Slot as EngineSlot, Ticket
from sam3_annotator.project import Finding, FindingKind, Instance, Region
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.outlining import outline_job, within
from sam3_annotator.ui.workspace import Workspace


class ComparedOutline(QObject):
    """Asks the model again about an outline that it does not agree with, once its image is shown.

    It is there as long as that instance alone is selected and stays as it is, and nothing else is asked of the model.
    """

    changed = Signal(object)  # Region | None

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        engine: EngineBridge,
        assist: Assist,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._workspace = workspace
        self._engine = engine
        self._assist = assist
        self._settings = settings
        self._ticket: Ticket | None = None
        self._instance: Instance | None = None  # as it was when the model was asked
        self._region: Region | None = None
        engine.answered.connect(self._take_answer)
        engine.status_changed.connect(self._follow_model)
        workspace.selection_changed.connect(self.end)
        assist.draft_changed.connect(self.end)
        bridge.changed.connect(self._follow_store)

    @property
    def is_shown(self) -> bool:
        """Both outlines are on the canvas."""
        return self._region is not None

    @Slot(object)
    def show(self, finding: Finding) -> None:
        """Ask about the outline that a finding is about, which is selected; nothing for findings of other kinds."""
        self.end()
        image = self._assist.image
        is_selected = set(finding.instance_ids) == set(self._workspace.selection)
        if finding.kind is not FindingKind.OUTLINE_DISAGREES or not is_selected or self._assist.draft is not None:
            return
        if image is None or image.image_id != finding.image_id:
            return
        (instance_id,) = finding.instance_ids
        instance = self._store.instance(instance_id)
        height, width = image.pixels.shape[:2]
        box = within(instance.region.box_xyxy, (width, height))
        if box is None:
            return
        self._instance = instance
        job = outline_job(image, [(instance_id, box)], self._settings.simplification_tolerance)
        self._ticket = self._engine.submit(EngineSlot.COMPARE, job, image.embedding_key)

    @Slot()
    def end(self) -> None:
        """Show it no longer, and ask no longer."""
        self._instance = None
        if self._ticket is not None:
            self._ticket = None
            self._engine.cancel(EngineSlot.COMPARE)
        self._show(None)

    def _show(self, region: Region | None) -> None:
        if region is not self._region:
            self._region = region
            self.changed.emit(region)

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        if outcome.ticket != self._ticket:
            return
        self._ticket = None
        if outcome.error is None:  # otherwise told in the log; whoever clicks is told
            assert isinstance(outcome.value, tuple)
            self._show(outcome.value[0].region)

    @Slot()
    def _follow_store(self) -> None:
        before = self._instance
        if before is None:
            return
        now = {each.id: each.region for each in self._store.instances(before.image_id)}
        if now.get(before.id) != before.region:
            self.end()

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        if status.stage is EngineStage.LOADING and status.progress is None:
            self.end()
