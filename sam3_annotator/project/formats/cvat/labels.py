"""What the labels of CVAT declare: which attributes their shapes have, and of which kind the values are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from sam3_annotator.project.attributes import AttributeValue
from sam3_annotator.project.entities import Category
from sam3_annotator.project.formats.attributes import number_of, spelled, truth_of
from sam3_annotator.project.formats.files.xml_files import without_controls, xml_text
from sam3_annotator.project.formats.foreign_values import storable_text
from sam3_annotator.project.formats.xml_attributes import CROWD

Values = Sequence[tuple[AttributeValue, int]]
"""The values that an attribute has, each with a number of instances."""

OCCLUDED: Final = "occluded"
"""What shapes of CVAT say themselves, without any label declaring it."""

_UNSAID = "__undefined__"  # what CVAT lets annotators choose from a list to say nothing
_MOST_CHOICES = 20
_LONGEST_CHOICE = 100
_LONGEST_LIST = 4096  # characters of all values, in CVAT's database


def label_element(category: Category, attributes: Mapping[str, Values], *, has_crowds: bool) -> str:
    """Return the declaration of a category with the attributes of its instances, by name."""
    declared = [_declared(CROWD, "checkbox", ["false"], "false")] if has_crowds else []
    texts: dict[str, Values] = {}
    for name, values in attributes.items():
        needed = [(value, count) for value, count in values if not (name == OCCLUDED and value is True)]
        if name != CROWD and needed:
            texts.setdefault(without_controls(name), needed)
    declared.extend(_declared(name, *_kind(values)) for name, values in texts.items())
    attributes_element = f"<attributes>{''.join(declared)}</attributes>"
    facts = f"<name>{xml_text(category.name)}</name><color>{category.color}</color><type>any</type>{attributes_element}"
    return f"        <label>{facts}</label>\n"


def declared_kinds(label: Element) -> Iterator[tuple[str, str]]:
    """Give the attributes that a label declares, with the kind of input of each."""
    for attribute in label.iterfind("attributes/attribute"):
        yield storable_text(attribute.findtext("name")), (attribute.findtext("input_type") or "").strip()


def value_of_kind(text: str, kind: str) -> AttributeValue | None:
    """Return the value that a text is in an attribute of a kind, which is a text where it is none of that kind.

    None where it says that nobody has said anything.
    """
    if kind in {"select", "radio"} and text == _UNSAID:
        return None
    value: AttributeValue | None = None
    if kind == "checkbox":
        value = truth_of(text.strip())
    elif kind == "number":
        value = number_of(text)
    return text if value is None else value


def _kind(values: Values) -> tuple[str, list[str], str]:
    """Return the kind of input that takes all of the values, what it is told of them, and what stands for unsaid.

    An unsaid checkbox is not ticked in CVAT; lists have a choice for it, and all else is empty.
    """
    kinds = {type(value) for value, _ in values}
    if kinds == {bool}:
        return "checkbox", ["false"], "false"
    numbers = [value for value, _ in values if not isinstance(value, str | bool)]
    if kinds <= {int, float}:
        low, high = min(numbers), max(numbers)
        # CVAT wants a range that is not empty, and a step.
        return "number", [spelled(low), spelled(high if high > low else low + 1), "1" if kinds == {int} else "0.01"], ""
    texts: Counter[str] = Counter()
    for value, count in values:
        texts[without_controls(spelled(value))] += count
    choices = [_UNSAID, *texts]
    is_list = (
        len(texts) <= _MOST_CHOICES
        and texts.total() > len(texts)  # where everything is said once, it is no choice but a note
        and all(text == text.strip() and 0 < len(text) <= _LONGEST_CHOICE for text in texts)
        and not any(len(text.splitlines()) > 1 or text == _UNSAID for text in texts)
        and len("\n".join(choices)) <= _LONGEST_LIST
    )
    return ("select", choices, _UNSAID) if is_list else ("text", [], "")


def _declared(name: str, kind: str, values: Sequence[str], default: str) -> str:
    listing = "\n".join(values)
    return (
        f"<attribute><name>{xml_text(name)}</name><mutable>False</mutable><input_type>{kind}</input_type>"
        f"<default_value>{xml_text(default)}</default_value><values>{xml_text(listing)}</values></attribute>"
    )
