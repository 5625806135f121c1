"""The form of a source: what stands in it is what comes back, for every installed kind."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.assembly import SOURCE_KINDS, find_entries, load_kinds
from windrow.console.drafts import SourceForm, from_form, to_form
from windrow.console.forms import Form
from windrow.console.schedule_forms import UNITS
from windrow.console.schema_forms import Field, fields_of, read_settings, widget_of
from windrow.core.source_drafts import SourceDraft
from windrow.core.validating import fill
from windrow.errors import BadInput
from windrow.model.edits import Rule
from windrow.model.schedules import Schedule
from windrow.model.sources import Policies, Visibility
from windrow.model.triggers import Cron, Interval
from windrow.model.windows import Window
from windrow.ports.source_kinds import SourceKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KINDS: list[SourceKind] = load_kinds(find_entries()[SOURCE_KINDS])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kinds_defaults_survive_the_form(kind: SourceKind) -> None:
    usual = fill(kind.schema, {}, field="settings")

    assert read_settings(kind.schema, Form(posted(fields_of(kind.schema, {})))) == usual


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_setting_has_a_field_of_its_own_sort(kind: SourceKind) -> None:
    assert [name for name, rule in kind.schema["properties"].items() if widget_of(rule) == "json"] == []


@given(
    share=st.integers(0, 100),
    count=st.none() | st.integers(0, 10_000),
    days=st.integers(0, 3650),
    concurrency=st.integers(1, 32),
    every=st.tuples(st.integers(1, 50), st.sampled_from(sorted(UNITS))),
    enabled=st.booleans(),
    public=st.booleans(),
)
def test_a_draft_survives_the_form(
    share: int,
    count: int | None,
    days: int,
    concurrency: int,
    every: tuple[int, str],
    enabled: bool,
    public: bool,
) -> None:
    kind = KINDS[0]
    draft = SourceDraft(
        name="A catalogue",
        kind=kind.name,
        url="https://example.org/csw",
        settings=fill(kind.schema, {}, field="settings"),
        policies=Policies(
            share / 100,
            count,
            timedelta(days=days),
            concurrency=concurrency,
            new_wanted=enabled,
            keep_gone=public,
            keywords_union=enabled,
            edit_rules={"title": Rule.REMOTE},
        ),
        visibility=Visibility.PUBLIC if public else Visibility.PRIVATE,
        schedule=Schedule(Interval(every[0] * UNITS[every[1]], NOW), enabled=enabled),
    )

    assert from_form(Form(sent(to_form(draft, kind))), kind, now=NOW, present=draft) == draft


def test_a_schedule_that_the_form_cannot_say_survives_it() -> None:
    kind = KINDS[0]
    nightly = Schedule(Cron("30 2 * * *", "Europe/Berlin"), pause_after=0, blackouts=(Window(),))
    draft = SourceDraft("A catalogue", kind.name, "https://example.org/csw", schedule=nightly, refresh_schedule=nightly)
    form = sent(to_form(draft, kind))

    assert from_form(Form(form), kind, now=NOW, present=draft).schedule == nightly
    assert from_form(Form(form), kind, now=NOW, present=draft).refresh_schedule == nightly
    changed = {**dict(form), "every": "1", "unit": "hours"}
    hourly = from_form(Form(list(changed.items())), kind, now=NOW, present=draft).schedule
    assert hourly == replace(nightly, trigger=Interval(timedelta(hours=1), NOW))


def test_everything_wrong_is_told_at_once() -> None:
    form = Form([("scheduled", "on"), ("every", "x"), ("grace", "y"), ("credential", "basic"), ("secret", "")])

    with pytest.raises(BadInput) as raised:
        from_form(form, KINDS[0], now=NOW)

    assert {each.field for each in raised.value.problems} == {"every", "grace", "secret"}


@pytest.mark.parametrize("number", ["1e400", "nan", "inf", "0x10", "1_000_000", "٣"])
def test_odd_numbers_are_refused_or_read_never_an_error(number: str) -> None:
    try:
        value = Form([("n", number)]).number("n", 0)
    except BadInput:
        return
    assert re.fullmatch(r"[\d.]+", str(value))


def posted(fields: list[Field]) -> list[tuple[str, str]]:
    """What a browser sends of these fields."""
    pairs = [("settings.posted", "yes")]
    for field in fields:
        if field.widget == "choices":
            pairs += [(field.name, each) for each in field.chosen]
        elif field.widget != "switch" or field.value:
            pairs.append((field.name, field.value))
    return pairs


def sent(form: SourceForm) -> list[tuple[str, str]]:
    """What a browser sends of the whole form."""
    boxes = {name: getattr(form, name) for name in ("new_wanted", "keep_gone", "keywords_union")}
    boxes |= {"scheduled": form.when.scheduled, "paused": form.when.paused}
    texts: dict[str, Any] = {
        name: getattr(form, name)
        for name in (
            *("name", "url", "visibility", "guard_share", "guard_count", "grace", "full_every"),
            *("requests_per_second", "concurrency", "page_attempts"),
        )
    }
    texts |= {name: form.when.values[name] for name in ("every", "unit")}
    pairs = [*texts.items(), *((name, "on") for name, ticked in boxes.items() if ticked)]
    return [*pairs, *posted(list(form.settings))]
