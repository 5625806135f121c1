"""Rendering: Jinja templates of the package, autoescaped, with the words in which people read values."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from windrow.console import assets, wording
from windrow.console.badges import badge_of
from windrow.console.views.records import spell_box, spell_period
from windrow.console.views.runs import name_part
from windrow.console.views.schedules import CHOICES
from windrow.console.views.tasks import place_of
from windrow.model.accounts import Principal, Right
from windrow.model.triggers.zones import zone_of

THEME_COOKIE = "windrow_theme"
THEMES = ("auto", "light", "dark")


def render(
    template: str, request: Request, *, principal: Principal | None, now: datetime, values: Mapping[str, object]
) -> str:
    """A template's text, for a request by somebody (or nobody)."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    rights = frozenset[Right]() if principal is None else principal.rights
    return (
        environment()
        .get_template(template)
        .render(
            values,
            request=request,
            path=request.url.path,
            here=_here(request),
            principal=principal,
            now=now,
            theme=chosen if chosen in THEMES else "auto",
            may_write=Right.WRITE in rights,
            may_administer=Right.ADMIN in rights,
        )
    )


def _here(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


@cache
def environment() -> Environment:
    """The templates with their filters."""
    made = Environment(
        loader=PackageLoader("windrow.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        ago=_ago,
        exact=wording.exact,
        machine=wording.machine,
        span=wording.span,
        number=wording.number,
        rate=wording.rate,
        size=wording.size,
        share=wording.share,
        plural=wording.plural,
        badge=badge_of,
        query=query,
        part=name_part,
        box=spell_box,
        period=spell_period,
        place=place_of,
        wall=_wall,
        day_in=_day_in,
    )
    made.globals.update(asset=assets.address_of, timedelta=timedelta, schedule_choices=CHOICES)
    return made


@pass_context
def _ago(context: Context, moment: datetime | None, otherwise: str = "–") -> Markup:
    """A moment, relative to now, with the exact one in its title."""
    if moment is None:
        return escape(otherwise)
    told = wording.relative(moment, context["now"])
    return Markup('<time datetime="{}" title="{}" data-relative>{}</time>').format(
        wording.machine(moment), wording.exact(moment), told
    )


def _wall(moment: datetime, zone: str) -> str:
    """`Mon 1 Mar, 14:05`, by the clock of a zone."""
    return f"{moment.astimezone(zone_of(zone)):%a %-d %b, %H:%M}"


def _day_in(moment: datetime, zone: str) -> date:
    """The day that it is in a zone."""
    return moment.astimezone(zone_of(zone)).date()


def query(parameters: Mapping[str, Any], **changes: object) -> str:
    """A query string of the parameters with some of them changed; None leaves one out."""
    merged = {**parameters, **changes}
    return urlencode({name: value for name, value in merged.items() if value not in (None, "", [])}, doseq=True)
