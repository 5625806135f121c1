"""Where reports are sent, as JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from windrow.wire.notifications import Address, ChannelName
from windrow.wire.shapes import Id, Input, Partial, Shape

DestinationName = Annotated[
    str, Field(min_length=1, max_length=255, examples=["Board"], description="What tasks call it in `send_to`.")
]


class Destination(Shape):
    """Where reports are sent, and how the last sending went."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["Board"])
    channel: ChannelName
    address: str = Field(examples=["mailto://mail.example.org"], description="Scheme and host only.")
    owner_id: Id
    created_at: datetime | None = None
    sent_at: datetime | None = Field(None, description="When something last arrived.")
    problem: str = Field("", description="Why the last sending did not arrive; empty where it did.")
    problem_at: datetime | None = None


class MadeDestination(Destination):
    """A destination just made, or one with a new secret."""

    signing_secret: str = Field(
        "",
        repr=False,
        examples=["whsec_…"],
        description="What its webhooks are signed with (Standard Webhooks); shown this once. Empty for others.",
    )


class DestinationInput(Input):
    """A destination to be made: a webhook for a URL of the web, otherwise an Apprise address."""

    name: DestinationName
    address: Address = Field(repr=False)


class DestinationChange(Partial):
    """What to change of a destination; what is left out stays. Tasks that name it follow it to another name."""

    name: DestinationName | None = None
    address: Address | None = Field(None, repr=False)
