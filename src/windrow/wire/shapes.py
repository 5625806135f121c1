"""What all shapes have in common, and the shape of lists and problems."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Generic, Literal, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    Strict,
    ValidationInfo,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

Item = TypeVar("Item")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Shape(BaseModel):
    """A JSON object that is sent: unknown keys are ignored when read, so that old clients read new servers."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Input(BaseModel):
    """A JSON object that is received: unknown keys are refused, so that a misspelt one is not quietly dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# What JSON tells apart stays apart: the text "5" and the word true are no numbers.
Whole: TypeAlias = Annotated[int, Strict()]
Number: TypeAlias = Annotated[float, Strict()]
YesNo: TypeAlias = Annotated[bool, Strict()]


def _only_iso(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise PydanticCustomError("datetime_parsing", "must be a date and time in ISO 8601")


Moment: TypeAlias = Annotated[datetime, BeforeValidator(_only_iso)]
"""A date and time in ISO 8601; not a number of seconds, which could as well be milliseconds."""


class Partial(Input):
    """An object of which much may be left out. Null is something else: it takes away what can be (`removable`)."""

    removable: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_null(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.field_name not in cls.removable:
            raise PydanticCustomError("null", "must not be null; leave it out instead")
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Says of the others that they cannot be null."""
        schema = handler(core)
        fields = handler.resolve_ref_schema(schema)["properties"]
        for name in fields.keys() - cls.removable:
            fields[name] = _without_null(fields[name])
        return schema


def _without_null(field: JsonSchemaValue) -> JsonSchemaValue:
    others = [each for each in field.get("anyOf", ()) if each.get("type") != "null"]
    rest = {word: value for word, value in field.items() if word not in ("anyOf", "default")}
    return {**others[0], **rest} if len(others) == 1 else field


class ListOf(Shape, Generic[Item]):
    """One page of a list. `next` is the cursor of the following page; absent on the last."""

    items: Sequence[Item]
    next: str | None = Field(None, description="Send it as `cursor` to get the following page; null on the last page.")


class FieldProblem(Shape):
    """One input that breaks a rule."""

    field: str = Field(description="Dotted path of the input.", examples=["settings.page_size"])
    problem: str = Field(
        description="What is wrong, and what to do about it.", examples=["must lie between 1 and 1000"]
    )


class Problem(Shape):
    """An error (RFC 9457, `application/problem+json`)."""

    type: str = Field(description="A URI that names the kind of problem.", examples=["urn:windrow:problem:bad-input"])
    title: str = Field(examples=["Bad input"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["url: must be a whole http or https URL, such as https://catalogue.example.org/csw"])
    errors: Sequence[FieldProblem] = Field((), description="Every field at fault.")


class Health(Shape):
    """How this process is."""

    status: Literal["ok", "unavailable"]
    reason: str = ""


class Count(Shape):
    """How many objects an operation changed."""

    changed: int = Field(examples=[12])


Id: TypeAlias = Annotated[str, Field(examples=["01981f2c-7a40-7c3e-8b0a-5b1f0c9d2e11"])]
"""An identifier: a UUID, time-ordered."""
