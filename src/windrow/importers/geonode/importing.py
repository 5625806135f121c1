"""Importing: a harvester becomes a source, its resources are listed, and those that were chosen stay chosen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from windrow.core.source_drafts import SourceView
from windrow.core.windrow import Windrow
from windrow.errors import BadInput, NameTaken
from windrow.faces.geonode import words
from windrow.faces.geonode.drafting import Checks, read_new
from windrow.importers.geonode.harvesters import Harvester
from windrow.model.accounts import Principal
from windrow.model.listings import Condition, Listing, Operator

CONFIGURATION = "harvester_type_specific_configuration"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a harvester.

    source_id   the source that it is now; None where it could not be taken over
    state       imported, updated (it was here already) or refused
    listed, wanted   how many resources it brought, and how many of them were chosen
    notes       what is not as it was, or why it was refused
    """

    name: str
    state: str
    source_id: int | None = None
    listed: int = 0
    wanted: int = 0
    notes: str = ""


def take_over(
    windrow: Windrow, principal: Principal, harvesters: Iterable[Harvester], *, now: datetime, paused: bool
) -> Iterator[Imported]:
    """Takes harvesters over, one after the other. Doing it again changes nothing but what was chosen since.

    `paused` switches their schedules off, to be switched on when the other system has stopped.
    """
    for each in harvesters:
        try:
            yield _take_over(windrow, principal, each, now=now, paused=paused)
        except BadInput as error:
            yield Imported(each.name, "refused", notes=str(error))


def _take_over(
    windrow: Windrow, principal: Principal, harvester: Harvester, *, now: datetime, paused: bool
) -> Imported:
    fields, notes = _fitting(windrow, harvester.fields)
    checks = Checks(is_kind=windrow.kinds.sources.__contains__, fill=windrow.sources.fill_settings, owner=_nobody)
    draft = read_new(fields, now=now, checks=checks).draft
    if paused:
        schedules = {"schedule": draft.schedule, "refresh_schedule": draft.refresh_schedule}
        off = {name: each and replace(each, enabled=False) for name, each in schedules.items()}
        draft = replace(draft, schedule=off["schedule"], refresh_schedule=off["refresh_schedule"])
    present = _find(windrow, principal, draft.name, draft.url)
    try:
        view = present or windrow.sources.create(principal, draft)
    except NameTaken as error:
        raise BadInput.of("name", f"{draft.name!r} is another source's here: rename one of them") from error
    windrow.sources.note_choices(principal, view.source.id, harvester.resources)
    return Imported(
        name=draft.name,
        state="updated" if present else "imported",
        source_id=view.source.id,
        listed=len(harvester.resources),
        wanted=sum(each.wanted for each in harvester.resources),
        notes="; ".join(filter(None, [*notes, harvester.problem])),
    )


def _nobody(_number: int) -> None:
    """The owners of another system are nobody here."""


def _fitting(windrow: Windrow, fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The fields without what its kind of source never knew: GeoNode itself keeps such keys with some harvesters."""
    kind = windrow.kinds.sources.get(words.kinds_of(str(fields.get("harvester_type") or words.DEFAULT_TYPE)))
    configuration = fields.get(CONFIGURATION)
    if kind is None or not isinstance(configuration, Mapping):
        return dict(fields), []
    unknown = sorted(set(configuration) - set(kind.schema.get("properties", {})))
    kept = {name: value for name, value in configuration.items() if name not in unknown}
    told = [f"without the configuration of {', '.join(unknown)}"] if unknown else []
    return {**fields, CONFIGURATION: kept}, told


def _find(windrow: Windrow, principal: Principal, name: str, url: str) -> SourceView | None:
    same = [Condition("name", Operator.EQUALS, [name]), Condition("url", Operator.EQUALS, [url])]
    return next(iter(windrow.sources.list_by(principal, Listing(same, limit=1)).items), None)
