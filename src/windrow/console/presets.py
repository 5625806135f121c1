"""Presets: schedules that many want, which fill the fields of the form to be changed from there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from windrow.console.schedule_forms import ScheduleForm
from windrow.model.triggers import Dialect


@dataclass(frozen=True, slots=True)
class Preset:
    """What is filled in: cron for each dialect, or else a calendar rule."""

    title: str
    cron: Mapping[str, str]
    rule: str = ""


def _alike(expression: str, quartz: str = "") -> Mapping[str, str]:
    return {Dialect.UNIX: expression, Dialect.CELERY: expression, Dialect.QUARTZ: quartz or expression}


PRESETS: Mapping[str, Preset] = {
    "quarter": Preset("Every quarter of an hour", _alike("*/15 * * * *")),
    "hourly": Preset("Hourly, at the full hour", _alike("0 * * * *")),
    "daily": Preset("Daily at 02:30", _alike("30 2 * * *")),
    "twice": Preset("Twice a day, at 06:00 and 18:00", _alike("0 6,18 * * *")),
    "weekdays": Preset("Monday to Friday at 06:00", _alike("0 6 * * MON-FRI", "0 6 ? * MON-FRI")),
    "weekly": Preset("Weekly, on Sunday at 03:00", _alike("0 3 * * SUN", "0 3 ? * SUN")),
    "monthly": Preset("Monthly, on the first at 04:00", _alike("0 4 1 * *")),
    "first_monday": Preset(
        "First Monday of the month at 05:00",
        {Dialect.QUARTZ: "0 5 ? * MON#1"},
        "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=5;BYMINUTE=0",
    ),
    "last_workday": Preset(
        "Last working day of the month at 18:00",
        {Dialect.QUARTZ: "0 18 LW * ?"},
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=18;BYMINUTE=0",
    ),
}


def filled(form: ScheduleForm, name: str) -> ScheduleForm:
    """The form with a preset in it; as it is where there is no such preset. The dialect that is chosen stays."""
    preset = PRESETS.get(name)
    if preset is None:
        return form
    expression = preset.cron.get(form.values["when.dialect"])
    if expression is not None:
        return replace(form, scheduled=True, trigger="cron", values={**form.values, "when.expression": expression})
    return replace(form, scheduled=True, trigger="calendar", values={**form.values, "when.rule": preset.rule})
