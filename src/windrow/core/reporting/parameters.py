"""Parameters of a report: their schema, and the same in the words of ArcGIS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from windrow.core.reporting.periods import Period, Span, between, last_whole
from windrow.errors import BadInput
from windrow.model.reports import Subject

FORMATS = ("html", "pdf", "csv")
MOST_SOURCES = 200
MOST_DESTINATIONS = 20
MOST_DAYS = 62

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "report": {
            "enum": [each.value for each in Subject],
            "title": "Report",
            "description": "What it tells of: how sources do, what ran, who used how much, how the catalogue grew.",
        },
        "period": {
            "enum": [each.value for each in Span],
            "default": Span.MONTH.value,
            "title": "Period",
            "description": "The last whole one before the run was due.",
        },
        "from": {
            "type": "string",
            "maxLength": 40,
            "title": "From",
            "description": "A day or moment (ISO 8601) that it begins with; with `to` instead of a period.",
        },
        "to": {
            "type": "string",
            "maxLength": 40,
            "title": "To",
            "description": "The day or moment that it ends before.",
        },
        "zone": {
            "type": "string",
            "default": "UTC",
            "maxLength": 64,
            "title": "Time zone",
            "description": "Whose wall clock counts, such as Europe/Berlin.",
        },
        "aggregate": {
            "enum": [Span.DAY.value, Span.WEEK.value, Span.MONTH.value],
            "title": "Sum up by",
            "description": "How long the steps of its tables and charts are; left out, what suits the period.",
        },
        "sources": {
            "type": "array",
            "items": {"type": "integer", "minimum": 1},
            "maxItems": MOST_SOURCES,
            "uniqueItems": True,
            "default": [],
            "title": "Sources",
            "description": "Numbers of the sources to tell of; empty for all of the team's.",
        },
        "formats": {
            "type": "array",
            "items": {"enum": list(FORMATS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": list(FORMATS),
            "title": "Formats",
            "description": "Which files to make: html and pdf are one each, csv is one for each table.",
        },
        "send_to": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": 255},
            "maxItems": MOST_DESTINATIONS,
            "uniqueItems": True,
            "default": [],
            "title": "Send to",
            "description": "Names of the destinations that are sent the files.",
        },
    },
    "required": ["report"],
    "dependentRequired": {"from": ["to"], "to": ["from"]},
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is to be."""

    subject: Subject
    period: Period
    aggregate: Span
    source_ids: tuple[int, ...]
    formats: tuple[str, ...]
    send_to: tuple[str, ...]


def read_parameters(parameters: Mapping[str, Any], *, nominal: datetime) -> Wanted:
    """What the parameters of a run ask for that was due at `nominal`. Raises `BadInput`."""
    zone = parameters.get("zone", "UTC")
    if "from" in parameters:
        period = between(parameters["from"], parameters["to"], zone)
    else:
        period = last_whole(Span(parameters.get("period", Span.MONTH)), nominal, zone)
    return Wanted(
        Subject(parameters["report"]),
        period,
        Span(parameters["aggregate"]) if "aggregate" in parameters else usual_step(period),
        tuple(parameters.get("sources", ())),
        tuple(parameters.get("formats", FORMATS)),
        tuple(parameters.get("send_to", ())),
    )


def usual_step(period: Period) -> Span:
    """Steps of a length that a chart has room for."""
    days = (period.until - period.since).days
    if days <= MOST_DAYS:
        return Span.DAY
    return Span.WEEK if days <= MOST_DAYS * 3 else Span.MONTH


SUBTYPES: Mapping[str, Subject] = {
    "activity": Subject.RUN_HISTORY,
    "content": Subject.CATALOGUE_GROWTH,
    "credits": Subject.USAGE,
    "itemUsages": Subject.HARVEST_HEALTH,
    "serviceUsages": Subject.HARVEST_HEALTH,
    "users": Subject.USAGE,
    **{each.value: each for each in Subject},
}
"""ArcGIS's reports, and which of ours says most of what each of them says. Ours are known by their own names too."""

DURATIONS: Mapping[str, Span] = {
    "daily": Span.DAY,
    "weekly": Span.WEEK,
    "monthly": Span.MONTH,
    "quarterly": Span.QUARTER,
    "yearly": Span.YEAR,
}

OWN = ("report", "period", "from", "to", "zone", "aggregate", "sources", "formats", "send_to")


def report_parameters(arcgis: Mapping[str, Any]) -> dict[str, Any]:
    """Our parameters for those of ArcGIS's ExecuteReport; what is written in our words already stays.

    reportType       only `org`
    reportSubType    see `SUBTYPES`
    timeDuration     daily, weekly, monthly, quarterly or yearly: the last whole one
    startTime        milliseconds since 1970 (UTC): the period begins there instead, at the start of that day
    timeAggregate    day, week or month

    Raises `BadInput` in ArcGIS's words.
    """
    ours = {name: arcgis[name] for name in OWN if name in arcgis}
    if arcgis.get("reportType", "org") != "org":
        raise BadInput.of("reportType", "must be org: there are no other reports here")
    if "reportSubType" in arcgis:
        ours["report"] = _one_of(SUBTYPES, arcgis["reportSubType"], "reportSubType").value
    span = Span.MONTH
    if "timeDuration" in arcgis:
        span = _one_of(DURATIONS, arcgis["timeDuration"], "timeDuration")
        ours["period"] = span.value
    if "timeAggregate" in arcgis:
        steps = {each.value: each for each in (Span.DAY, Span.WEEK, Span.MONTH)}
        ours["aggregate"] = _one_of(steps, arcgis["timeAggregate"], "timeAggregate").value
    if arcgis.get("startTime") not in (None, ""):
        begins = _start(arcgis["startTime"])
        ours |= {"from": begins.isoformat(), "to": _after(begins, span).isoformat()}
    return ours


Item = TypeVar("Item")


def _one_of(known: Mapping[str, Item], word: object, field: str) -> Item:
    if not isinstance(word, str) or word not in known:
        raise BadInput.of(field, f"must be one of {', '.join(known)}")
    return known[word]


def _start(told: object) -> date:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(str(told)))).date()
    except (ValueError, OverflowError):
        raise BadInput.of("startTime", "must be milliseconds since 1970") from None


MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}


def _after(day: date, span: Span) -> date:
    """The same day one span later; the first of the month behind it where that month is too short."""
    if span in (Span.DAY, Span.WEEK):
        return day + timedelta(days=1 if span is Span.DAY else 7)
    months = day.year * 12 + day.month - 1 + MONTHS[span]
    try:
        return day.replace(year=months // 12, month=months % 12 + 1)
    except ValueError:
        return date((months + 1) // 12, (months + 1) % 12 + 1, 1)
