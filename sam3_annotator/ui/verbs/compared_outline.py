"""What the model draws in the box of an instance, beside its outline: for whoever decides which of both is wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import EngineStatus, Outcome, Slot as EngineSlot, Ticket
from sam3_annotator.project import Finding, FindingKind, Instance
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs
from sam3_annotator.ui.verbs.outlining import Outlined, outline_job, within
from sam3_annotator.ui.workspace import Workspace


class ComparedOutline(InstanceVerbs):
    """Asks the model again about an outline that it does not agree with, once its image is shown.

    The model's outline is shown as long as only that instance is selected, its outline stays as it is, and nothing else
    is asked of the model. The instance can be given the outline meanwhile.
    """

    changed = Signal(object)  # Region | None

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        find_size: Callable[[], Size | None],
        engine: EngineBridge,
        assist: Assist,
        settings: Settings,
        describe_model: Callable[[str], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge.store, workspace, find_size, parent)
        self._engine = engine
        self._assist = assist
        self._settings = settings
        self._describe_model = describe_model
        self._ticket: Ticket | None = None
        self._instance: Instance | None = None  # as it was when the model was asked
        self._outlined: Outlined | None = None
        engine.answered.connect(self._take_answer)
        engine.status_changed.connect(self._follow_model)
        workspace.selection_changed.connect(self.end)
        assist.draft_changed.connect(self.end)
        bridge.changed.connect(self._follow_store)

    @property
    def is_shown(self) -> bool:
        """Both outlines are on the canvas."""
        return self._outlined is not None

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verb calls."""
        return {"take_outline": self.take}

    @Slot(object)
    def show(self, finding: Finding) -> None:
        """Ask about the outline that a finding is about, which is selected.

        Nothing happens for findings of other kinds, and with a model that does not draw in boxes.
        """
        self.end()
        image, size = self._assist.image, self._find_size()
        is_selected = set(finding.instance_ids) == set(self._workspace.selection)
        if finding.kind is not FindingKind.OUTLINE_DISAGREES or not is_selected or self._assist.draft is not None:
            return
        if image is None or size is None or image.image_id != finding.image_id or self._engine.refusal_of_clicks:
            return
        (instance_id,) = finding.instance_ids
        instance = self._store.instance(instance_id)
        box = within(instance.region.box_xyxy, size)
        if box is None:
            return
        self._instance = instance
        seen = image.showing([box])
        job = outline_job(seen, [(instance_id, box)], self._settings.simplification_tolerance)
        self._ticket = self._engine.submit(EngineSlot.COMPARE, job, seen.embedding_key)

    def take(self) -> None:
        """Give the instance the outline that is shown, in one step; all else it keeps. Nothing while none is shown."""
        outlined = self._outlined
        if outlined is None or not self._is_as_asked():
            return
        taken = outlined.instance_id, outlined.region, outlined.provenance(self._describe_model)
        self._attempt(lambda: operations.outline_instances(self._store, [taken]))

    @Slot()
    def end(self) -> None:
        """Show it no longer, and ask no longer."""
        self._instance = None
        if self._ticket is not None:
            self._ticket = None
            self._engine.cancel(EngineSlot.COMPARE)
        self._show(None)

    def _show(self, outlined: Outlined | None) -> None:
        if outlined is not self._outlined:
            self._outlined = outlined
            self.changed.emit(None if outlined is None else outlined.region)

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        if outcome.ticket != self._ticket:
            return
        self._ticket = None
        if outcome.error is not None:
            return  # it is told in the log; whoever clicks is told
        assert isinstance(outcome.value, tuple)
        (outlined,) = outcome.value
        if outlined.region.is_empty:
            self.notice.emit("The model draws nothing in the box of this outline.")
        else:
            self._show(outlined)

    @Slot()
    def _follow_store(self) -> None:
        if self._instance is not None and not self._is_as_asked():
            self.end()

    def _is_as_asked(self) -> bool:
        """Whether the instance still has the outline that the model was asked about."""
        before = self._instance
        if before is None:
            return False
        now = {each.id: each.region for each in self._store.instances(before.image_id)}
        return now.get(before.id) == before.region

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        if status.begins_loading:
            self.end()
