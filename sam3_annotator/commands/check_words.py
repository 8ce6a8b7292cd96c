"""The words of the command that looks for mistakes in a project."""

from __future__ import annotations

from typing import Annotated

import typer

from sam3_annotator.commands.option_types import CacheGb, Device, Dtype, Json, ModelDtype, Project


def check_command(
    project: Project,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="Compare each outline with what this model draws in its box, and with SAM 3 also look for each "
            "category by name: builtin, grabcut, a name from “models list”, or the path of a SAM 3 checkpoint.",
        ),
    ] = None,
    agreement: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="T", help="The IoU below which an outline is told, not by what is usual."),
    ] = None,
    device: Device = "auto",
    dtype: ModelDtype = Dtype.AUTO,
    cache_gb: CacheGb = None,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="Tell also what somebody has judged to be fine, and mark it so.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Find what would spoil a training or looks like a slip; the status is 0 whatever is found.

    With --model also the outlines that the model draws otherwise, the least alike first; with one that takes phrases
    also objects that finished images may miss, and instances that may be of another category. What was dismissed in the
    window is counted, and told with --dismissed.
    """
    if model is None:
        if agreement is not None or device != "auto" or dtype is not Dtype.AUTO or cache_gb is not None:
            raise typer.BadParameter("Say which model to compare outlines with.", param_hint="--model")
        from sam3_annotator.commands.check import print_findings

        raise typer.Exit(print_findings(project, with_dismissed=dismissed, as_json=as_json))
    from sam3_annotator.commands.check import print_audit
    from sam3_annotator.commands.model_options import ModelOptions

    options = ModelOptions(model, device, dtype.value, cache_gb)
    raise typer.Exit(print_audit(project, model=options, least=agreement, with_dismissed=dismissed, as_json=as_json))
