"""Triggers: rules that name the moments at which something is due. Each kind of trigger is one file here."""

from windrow.model.triggers.calendar import Calendar
from windrow.model.triggers.clocked import Clocked
from windrow.model.triggers.cron import Cron, Dialect
from windrow.model.triggers.elapsed import Elapsed
from windrow.model.triggers.interval import Interval
from windrow.model.triggers.registry import AnyTrigger, kept_trigger, trigger_from_json, trigger_to_json
from windrow.model.triggers.solar import Solar, SolarEvent
from windrow.model.triggers.trigger import Trigger
from windrow.model.triggers.unreadable import Unreadable

__all__ = [
    "AnyTrigger",
    "Calendar",
    "Clocked",
    "Cron",
    "Dialect",
    "Elapsed",
    "Interval",
    "Solar",
    "SolarEvent",
    "Trigger",
    "Unreadable",
    "kept_trigger",
    "trigger_from_json",
    "trigger_to_json",
]
