"""Shapes of remote hosts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from windrow.wire.schedules import Window, WindowView
from windrow.wire.shapes import Input, Shape

Windows = Annotated[Sequence[Window], Field(max_length=50)]

WINDOWS = "It is asked only in one of these windows; empty means always."
BLACKOUTS = "It is not asked in these windows: runs that need it go on when they are over."


class HostHours(Input):
    """When a remote host may be asked."""

    windows: Windows = Field((), description=WINDOWS)
    blackouts: Windows = Field(
        (), description=BLACKOUTS, examples=[[{"begin": "08:00", "end": "18:00", "zone": "Europe/Berlin"}]]
    )


class Host(Shape):
    """How a remote host has behaved lately, and when it may be asked."""

    host: str = Field(examples=["catalogue.example.org:443"])
    in_flight: int
    failures: int
    resting_until: datetime | None = Field(None, description="It failed too often, and is left alone until then.")
    quiet_until: datetime | None = Field(None, description="It asked to be left alone until then.")
    windows: Sequence[WindowView] = Field((), description=WINDOWS)
    blackouts: Sequence[WindowView] = Field((), description=BLACKOUTS)
    closed_until: datetime | None = Field(None, description="By its hours it is asked again from then on.")
