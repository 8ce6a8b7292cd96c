"""What the dialog of the models tells about one of them: state, file, hash, licence, and the field for a token."""

from __future__ import annotations

from typing import Final, TypeVar

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.model import Contents, ModelEntry, ModelOrigin, ModelState
from sam3_annotator.ui.dialogs.model_words import content_words, state_words
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import bind_font, scaled
from sam3_annotator.ui.theme import CONTROL_HEIGHT, SPACE_L, SPACE_M, SPACE_S, SPACE_XS

Content = TypeVar("Content", bound=QWidget)

LABEL_WIDTH: Final = 88
GATE_WORDS: Final = "Given to accounts that asked for it: ask for access, and accept the licence, on its page."
BUILTIN_ABOUT: Final = "Clicks, boxes and examples on any processor, without a network"
TOKEN_HINT: Final = (
    "Used for this download and kept nowhere. Left empty, HF_TOKEN or your log-in to Hugging Face counts."
)


class ModelFacts(QWidget):
    """Shows an entry of the catalogue; a row that has nothing to say is not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: ModelEntry | None = None
        self._title = QLabel(textFormat=Qt.TextFormat.PlainText)
        bind_font(self._title, "title")
        self._about = QLabel(wordWrap=True)
        self._about.setProperty("tone", "dim")
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText("hf_…")
        self.token.setAccessibleName("Access token")
        self.token.setAccessibleDescription(TOKEN_HINT)
        self.page = QPushButton("Open the model's page")
        self.page.setProperty("kind", "link")
        self.page.setAutoDefault(False)
        self.page.clicked.connect(self._open_page)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_S)
        self._grid.setColumnMinimumWidth(0, scaled(LABEL_WIDTH))
        self._grid.setColumnStretch(1, 1)
        self._rows: dict[str, tuple[QLabel, QWidget]] = {}
        self._state = self._add("State", QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText))
        self._holds = self._add("Content", QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText))
        self._place = self._add("File", PlaceLabel())
        self._hash = self._add("SHA-256", PlaceLabel(Qt.TextElideMode.ElideRight))
        self._add("Licence", self._make_licence())
        self._add("Access token", self._make_token())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self._title)
        layout.addWidget(self._about)
        layout.addSpacing(SPACE_L)
        layout.addLayout(self._grid)
        layout.addStretch(1)

    def show_entry(self, entry: ModelEntry, contents: Contents | None) -> None:
        """Show an entry; `contents` is None while nobody has looked into its file."""
        if self._entry is None or self._entry.name != entry.name:
            self.token.clear()
        self._entry = entry
        self._title.setText(entry.title)
        self._about.setText(_about(entry))
        self._about.setVisible(bool(self._about.text()))
        self._state.setText(state_words(entry))
        self._fill("Content", self._holds, content_words(contents) if contents else "")
        is_local = entry.state in (ModelState.READY, ModelState.MISSING, ModelState.PARTIAL)
        is_of_use = is_local and entry.origin is not ModelOrigin.BUILTIN
        self._place.set_place(str(entry.path) if is_of_use else "")
        self._show("File", is_of_use)
        known_hash = entry.file_hash
        self._hash.set_place(known_hash.sha256 if known_hash else "")
        if known_hash is not None:
            self._hash.setToolTip(f"{known_hash.sha256}\nComputed {known_hash.at}")
        self._show("SHA-256", known_hash is not None)
        known = entry.known
        if known is not None:
            self._terms.setText(f"{known.licence.name} of {known.licence.owner}. {known.licence.demands}")
        self._show("Licence", known is not None)
        needs_token = known is not None and entry.state in (ModelState.ABSENT, ModelState.PARTIAL)
        self._show("Access token", needs_token)
        self._ask.setVisible(needs_token)

    @property
    def words(self) -> str:
        """Everything that is shown."""
        labels = [label for label in self.findChildren(QLabel) if label.isVisibleTo(self)]
        return "\n".join(label.toolTip() or label.text() for label in labels)

    def _make_licence(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        self._terms = QLabel(wordWrap=True)
        self._ask = QLabel(GATE_WORDS, wordWrap=True)
        column.addWidget(self._terms)
        column.addWidget(self._ask)
        column.addWidget(self.page, alignment=Qt.AlignmentFlag.AlignLeft)
        return box

    def _make_token(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        hint = QLabel(TOKEN_HINT, wordWrap=True)
        hint.setProperty("tone", "dim")
        bind_font(hint, "caption")
        column.addWidget(self.token)
        column.addWidget(hint)
        return box

    def _add(self, name: str, content: Content) -> Content:
        row = len(self._rows)
        caption = QLabel(name)
        caption.setProperty("tone", "dim")
        has_field = name == "Access token"
        caption.setMinimumHeight(scaled(CONTROL_HEIGHT) if has_field else 0)
        self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(content, row, 1)
        if has_field:
            caption.setBuddy(self.token)
        self._rows[name] = (caption, content)
        return content

    def _fill(self, name: str, label: QLabel, text: str) -> None:
        label.setText(text)
        self._show(name, bool(text))

    def _show(self, name: str, is_shown: bool) -> None:
        for widget in self._rows[name]:
            widget.setVisible(is_shown)

    def _open_page(self) -> None:
        if self._entry is not None and self._entry.known is not None:
            QDesktopServices.openUrl(QUrl(self._entry.known.page))


class PlaceLabel(QLabel):
    """A line that is shortened to the room there is; the tool tip has the whole."""

    def __init__(self, elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._place = ""
        self._elide = elide
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def set_place(self, place: str) -> None:
        """Show a path, or whatever is too long."""
        self._place = place
        self.setToolTip(plain_tip(place))
        self._fit()

    def sizeHint(self) -> QSize:
        """Ask for no width of its own."""
        return QSize(0, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(QFontMetrics(self.font()).elidedText(self._place, self._elide, max(0, self.width())))


def _about(entry: ModelEntry) -> str:
    if entry.known is not None:
        return entry.known.about
    return BUILTIN_ABOUT if entry.origin is ModelOrigin.BUILTIN else ""
