"""The user's verbs on attributes of instances that write to the project; each is one edit, hence one undo step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sam3_annotator.project import (
    Attributes,
    AttributeValue,
    InstanceId,
    KnownError,
    ProjectStore,
    counted,
    instances_with_attribute,
)


def clean_name(name: str) -> str:
    """Give the name that is meant by what somebody types; raises `KnownError` if it is none."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise KnownError("An attribute needs a name. Type one and press Enter.")
    return cleaned


def set_attribute(store: ProjectStore, instance_ids: Collection[InstanceId], name: str, value: AttributeValue) -> None:
    """Give instances a value of an attribute, all in one step; raises `KnownError` on a bad name."""
    _change(store, "Set attribute", _attributes_of(store, instance_ids), lambda attributes: {**attributes, name: value})


def take_attribute(store: ProjectStore, instance_ids: Collection[InstanceId], name: str) -> None:
    """Take an attribute from those of the instances that have it, all in one step."""
    concerned = _attributes_of(store, instance_ids)
    _change(store, "Take away attribute", concerned, lambda attributes: _without(attributes, name))


def give_attributes(store: ProjectStore, instance_ids: Collection[InstanceId], given: Attributes) -> None:
    """Give instances the attributes of another one, in one step; what only they have, they keep."""
    _change(store, "Same attributes", _attributes_of(store, instance_ids), lambda attributes: {**attributes, **given})


def rename_attribute(store: ProjectStore, name: str, new_name: str) -> int:
    """Give an attribute another name on all instances of the project, in one step, and say how many have it.

    Raises `KnownError` on a bad name, and where an instance has another value under the new name already.
    """
    new_name = clean_name(new_name)
    concerned = instances_with_attribute(store, name)
    if new_name == name:
        return len(concerned)
    differing = sum(_differs(attributes, name, new_name) for attributes in concerned.values())
    if differing:
        told = f"{counted(differing, 'instance')} {'has' if differing == 1 else 'have'}"
        raise KnownError(
            f"{told} another value of {new_name} already, which would be lost. "
            "Choose another name, or take one of the two away there."
        )
    _change(store, "Rename attribute", concerned, lambda attributes: _renamed(attributes, name, new_name))
    return len(concerned)


def delete_attribute(store: ProjectStore, name: str) -> int:
    """Take an attribute from all instances of the project, in one step, and say how many had it."""
    concerned = instances_with_attribute(store, name)
    _change(store, "Delete attribute", concerned, lambda attributes: _without(attributes, name))
    return len(concerned)


def _change(
    store: ProjectStore,
    label: str,
    concerned: Mapping[InstanceId, Attributes],
    change: Callable[[Attributes], Attributes],
) -> None:
    # What stays as it is makes no change, and an edit without any no step.
    with store.edit(label) as edit:
        for instance_id, attributes in concerned.items():
            edit.update_instance(instance_id, attributes=change(attributes))


def _attributes_of(store: ProjectStore, instance_ids: Collection[InstanceId]) -> dict[InstanceId, Attributes]:
    return {instance_id: store.instance(instance_id).attributes for instance_id in sorted(instance_ids)}


def _without(attributes: Attributes, name: str) -> Attributes:
    return {other: value for other, value in attributes.items() if other != name}


def _renamed(attributes: Attributes, name: str, new_name: str) -> Attributes:
    return {new_name if other == name else other: value for other, value in attributes.items()}


def _differs(attributes: Attributes, name: str, new_name: str) -> bool:
    value = attributes[name]
    other = attributes.get(new_name, value)
    return type(other) is not type(value) or other != value
