"""Destinations of reports, as shapes."""

from windrow.core.destinations import MadeDestination
from windrow.model.destinations import Destination
from windrow.wire import destinations as shapes

SAME = ("id", "name", "owner_id", "created_at", "sent_at", "problem", "problem_at")


def to_destination(destination: Destination) -> shapes.Destination:
    """Where reports are sent."""
    return shapes.Destination(**_fields(destination))


def to_made_destination(made: MadeDestination) -> shapes.MadeDestination:
    """The same with the secret, this once."""
    return shapes.MadeDestination(**_fields(made.destination), signing_secret=made.signing_secret)


def _fields(destination: Destination) -> dict[str, object]:
    same = {name: getattr(destination, name) for name in SAME}
    return {**same, "channel": destination.channel.value, "address": destination.shown}
