"""Who is told of what becomes of a source, as JSON; and the bodies of webhooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from windrow.wire.shapes import Id, Input, Partial, Shape, Whole, YesNo

ChannelName: TypeAlias = Literal["webhook", "apprise"]
EventName: TypeAlias = Literal["error", "change", "always", "digest", "reconciliation"]

NotificationName: TypeAlias = Annotated[str, Field(min_length=1, max_length=255, examples=["On call"])]
Address: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4000,
        examples=["https://chat.example.org/hooks/windrow"],
        description="Where to: the URL of a webhook, or an Apprise address such as mailto://user:password@example.org. "
        "Kept encrypted, and never shown again but for its scheme and host.",
    ),
]
Events: TypeAlias = Annotated[
    Sequence[EventName],
    Field(min_length=1, max_length=5, examples=[["error", "change"]], description="What to tell of."),
]
Interval: TypeAlias = Annotated[
    Whole, Field(ge=300, le=31_622_400, examples=[86_400], description="Seconds between two digests.")
]

EMPTY = "Whether a digest is sent although nothing happened."
ENABLED = "False tells nothing, and keeps what was entered."


class Notification(Shape):
    """Who is told of what becomes of a source, and how the last telling went."""

    id: int = Field(examples=[1])
    source_id: int = Field(examples=[1])
    name: str = Field(examples=["On call"])
    channel: ChannelName
    address: str = Field(examples=["https://chat.example.org"], description="Scheme and host only.")
    on: Sequence[EventName]
    digest_seconds: int = Field(examples=[86_400])
    digest_empty: bool = Field(description=EMPTY)
    next_digest: datetime | None = Field(None, description="When its next digest is due.")
    enabled: bool
    owner_id: Id
    created_at: datetime | None = None
    changed_at: datetime | None = None
    told_at: datetime | None = Field(None, description="When a message last arrived.")
    problem: str = Field("", description="Why the last message did not arrive; empty where it did.")
    problem_at: datetime | None = None


class MadeNotification(Notification):
    """A notification just made, or one with a new secret."""

    signing_secret: str = Field(
        "",
        repr=False,
        examples=["whsec_…"],
        description="What its webhooks are signed with (Standard Webhooks); shown this once. Empty for others.",
    )


class NotificationInput(Input):
    """A notification to be made."""

    name: NotificationName
    channel: ChannelName
    address: Address = Field(repr=False)
    on: Events = ("error",)
    digest_seconds: Interval = 86_400
    digest_empty: YesNo = Field(False, description=EMPTY)
    enabled: YesNo = Field(True, description=ENABLED)


class NotificationChange(Partial):
    """What to change of a notification; what is left out stays."""

    name: NotificationName | None = None
    address: Address | None = Field(None, repr=False)
    on: Events | None = None
    digest_seconds: Interval | None = None
    digest_empty: YesNo | None = Field(None, description=EMPTY)
    enabled: YesNo | None = Field(None, description=ENABLED)


class MessageSource(Shape):
    """The source that a message is about."""

    id: int
    name: str
    kind: str
    link: str = Field("", description="Its page; empty where the installation does not know its public URL.")


class MessageRun(Shape):
    """The run that a message is about."""

    id: Id
    kind: Literal["harvest", "refresh", "copy", "push"]
    state: Literal["succeeded", "partial", "failed", "cancelled"]
    started_at: datetime | None
    ended_at: datetime | None
    counts: Mapping[str, int]
    message: str
    problems: Sequence[str] = Field(description="The first reasons why it failed, or was partial.")
    link: str


class MessageData(Shape):
    """What a message says. Of a run: `run`. Of a digest: `since` to `next_run`."""

    source: MessageSource
    occasions: Sequence[str] = Field(description="All that it is told for, the weightiest first.")
    run: MessageRun | None = None
    reconciliation: Mapping[str, Any] | None = None
    since: datetime | None = None
    until: datetime | None = None
    runs: Mapping[str, int] | None = Field(None, description="How many runs ended in which state.")
    total: int | None = None
    counts: Mapping[str, int] | None = None
    problems: Sequence[Mapping[str, str]] = ()
    next_run: datetime | None = None


class Message(Shape):
    """The body of a webhook."""

    type: str = Field(
        examples=["harvest.failed"],
        description="The kind of run and the occasion: failed, partial, held, recovered, differs, reconciled, changed "
        "or ended; or source.digest, or notification.test.",
    )
    timestamp: datetime = Field(description="When it happened.")
    data: MessageData
