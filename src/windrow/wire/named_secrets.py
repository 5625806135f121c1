"""Shapes of named secrets. Their values go in and never come out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from windrow.wire.shapes import Input, Shape

Host = Annotated[str, Field(max_length=300, examples=["api.example.org"])]


class Secret(Shape):
    """A secret that sequences may send, without its value."""

    name: str = Field(examples=["API_TOKEN"])
    hosts: list[str] = Field(
        description="The only servers that it is sent to; host:port for one port.", examples=[["api.example.org"]]
    )
    owner_id: str = Field(description="Who set it last.", examples=["01981f2c-7a40-7c3e-8b0a-5b1f0c9d2e11"])
    created_at: datetime
    changed_at: datetime


class SecretDraft(Input):
    """The value of a secret, and who may see it. Both are given together: the hosts cannot be changed alone."""

    name: str = Field(
        max_length=64, description="What templates call it; one that is there is replaced.", examples=["API_TOKEN"]
    )
    value: str = Field(repr=False, max_length=16_384, description="Never shown again.", examples=["s3cr3t-t0k3n"])
    hosts: list[Host] = Field(max_length=50, examples=[["api.example.org"]])
