"""The rows of the attributes, as tests of the section look at them."""

from __future__ import annotations

from sam3_annotator.project import Attributes, InstanceId, ProjectStore
from sam3_annotator.ui.panels.attribute_row import AttributeRow, SwitchRow, ValueRow
from sam3_annotator.ui.panels.attribute_section import AttributeSection


def row(section: AttributeSection, name: str) -> AttributeRow:
    """Give the row of an attribute."""
    return next(each for each in section.rows if each.name == name)


def switch(section: AttributeSection, name: str) -> SwitchRow:
    """Give the row of a truth attribute."""
    found = row(section, name)
    assert isinstance(found, SwitchRow)
    return found


def value(section: AttributeSection, name: str) -> ValueRow:
    """Give the row of a text or number."""
    found = row(section, name)
    assert isinstance(found, ValueRow)
    return found


def shown(section: AttributeSection) -> list[str]:
    """Give the names of the rows that are to be seen."""
    return [each.name for each in section.rows if each.isVisible()]


def attributes(store: ProjectStore, instance_id: InstanceId) -> Attributes:
    """Read the attributes of an instance."""
    return dict(store.instance(instance_id).attributes)
