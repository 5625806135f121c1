"""Moments by a cron expression, in one of three dialects and in a time zone."""

from dataclasses import dataclass
from datetime import datetime

from windrow.errors import BadInput
from windrow.model.triggers.cron_dialects import Dialect, read
from windrow.model.triggers.cron_dialects.fields import CronFields
from windrow.model.triggers.cron_dialects.telling import tell
from windrow.model.triggers.walking import first_after
from windrow.model.triggers.zones import zone_of

__all__ = ["Cron", "Dialect"]


@dataclass(frozen=True, slots=True)
class Cron:
    """Moments by a cron expression, read by the wall clock of a zone.

    Fixed times run once for each local day: what falls into the hour that is left out in spring runs at the first
    moment after it, and what falls into the hour that is repeated in autumn runs the first time. Where minute or hour
    begins with a star, the real clock counts: every 15 minutes is every 15 minutes all year.

    expression   as it was written; `canonical` is the same for everybody
    zone         IANA name
    """

    expression: str
    zone: str = "UTC"
    dialect: Dialect = Dialect.UNIX

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if "\n" in self.expression or not self.expression.isprintable():
            raise BadInput.of("trigger.expression", "must be one line of plain text")
        read(self.dialect, self.expression)

    @property
    def fields(self) -> CronFields:
        """What the expression means."""
        return read(self.dialect, self.expression)

    @property
    def canonical(self) -> str:
        """The expression in five fields, the same for every spelling, with names for weekdays."""
        return self.fields.canonical

    def next_after(self, moment: datetime) -> datetime | None:
        """The first moment later than `moment`."""
        fields = self.fields
        return first_after(moment, fields.days, zone_of(self.zone), in_real_time=fields.in_real_time)

    def describe(self) -> str:
        """`at 02:30 on Monday and Friday, by the clock of Europe/Berlin`."""
        return f"{tell(self.fields)}, {tell_zone(self.zone)}"


def tell_zone(zone: str) -> str:
    """`UTC`, or `by the clock of Europe/Berlin`."""
    return "UTC" if zone == "UTC" else f"by the clock of {zone}"
