"""Shapes of targets and deliveries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from windrow.wire.shapes import Id, Input, Partial, Shape, YesNo
from windrow.wire.sources import CONCURRENCY, PACE, SETTINGS, Concurrency, Credential, Pace

TargetName = Annotated[str, Field(min_length=1, max_length=255, examples=["National portal"])]
TargetUrl = Annotated[str, Field(max_length=4000, examples=["https://portal.example.org/csw"])]
KindName = Annotated[str, Field(max_length=64, examples=["csw_t"])]

ENABLED = "Whether pushes go there."
URL = "Where it answers, or the file: URL of a folder below those that the setting target_folders names."


class TargetKind(Shape):
    """A kind of target that can be pushed to."""

    name: str = Field(examples=["csw_t"])
    title: str = Field(examples=["CSW-T server"])
    settings: Mapping[str, Any] = Field(description="JSON Schema of its settings.")


class TargetInput(Input):
    """A target to be added to a source."""

    name: TargetName
    kind: KindName = Field(description="One of the target kinds that are installed.")
    url: TargetUrl = Field(description=URL)
    settings: dict[str, Any] = Field(default_factory=dict, description=SETTINGS)
    requests_per_second: Pace = Field(10, description=PACE)
    concurrency: Concurrency = Field(4, description=CONCURRENCY)
    enabled: YesNo = Field(True, description=ENABLED)
    credential: Credential | None = None


class TargetChange(Partial):
    """What to change of a target; what is left out stays. `null` takes the credential away."""

    removable: ClassVar[frozenset[str]] = frozenset({"credential"})

    name: TargetName | None = None
    url: TargetUrl | None = Field(
        None, description="The same place under another address. At another origin the credential has to be given anew."
    )
    settings: dict[str, Any] | None = Field(None, description=SETTINGS)
    requests_per_second: Pace | None = Field(None, description=PACE)
    concurrency: Concurrency | None = Field(None, description=CONCURRENCY)
    enabled: YesNo | None = Field(None, description=ENABLED)
    credential: Credential | None = None


class Target(Shape):
    """A place that what a source harvested is pushed to, and how far that is."""

    id: int = Field(examples=[1])
    source_id: int = Field(examples=[1])
    name: str = Field(examples=["National portal"])
    kind: str = Field(examples=["csw_t"])
    url: str = Field(examples=["https://portal.example.org/csw"])
    settings: Mapping[str, Any]
    requests_per_second: float = Field(description=PACE)
    concurrency: int = Field(description=CONCURRENCY)
    enabled: bool = Field(description=ENABLED)
    state: Literal["kept", "leaving", "dropped"] = Field(
        description="`leaving` while what was pushed is taken away again, `dropped` while it is being deleted."
    )
    has_credential: bool
    pushed: int = Field(description="How many records stand there as they should.")
    waiting: int = Field(description="How many are to be pushed, or taken away.")
    failed: int = Field(description="How many could not be.")
    owner_id: Id
    created_at: datetime | None = None
    changed_at: datetime | None = None


class Delivery(Shape):
    """What became of one record at a target."""

    resource_id: int = Field(examples=[1])
    title: str = Field("", examples=["Rivers of the north"])
    identifier: str = Field(examples=["urn:uuid:6f2b"], description="The name that the record has there.")
    remote: str = Field("", description="What the target calls it.")
    pushed_at: datetime | None = Field(None, description="When it last arrived; null where it never did.")
    tried_at: datetime | None = Field(None, description="When it was last pushed, well or not.")
    attempts: int = Field(description="How often it was pushed, or tried.")
    problem: str = Field("", examples=["It has no licence."], description="Why it could not be pushed, or taken away.")


class Push(Input):
    """How to push."""

    full: YesNo = Field(False, description="Push every record again, also those that stand there as they should.")


class TargetCheck(Shape):
    """Whether a target would take records."""

    available: bool
    problem: str = Field("", examples=["The host answered 503."])
    seconds: float = Field(description="How long it took to say so.")
