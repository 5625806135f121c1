"""One made-up dataset, before it takes the shape of any metadata standard."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from samples.generator.places import Place
from samples.generator.subjects import (
    FIRST_NAMES,
    FORMATS,
    LANGUAGE_OF,
    LANGUAGES,
    LAST_NAMES,
    LICENCES,
    LINEAGES,
    ORGANISATIONS,
    PLACES_OF,
    SUBJECTS,
    USES,
    Subject,
)

Value = TypeVar("Value")

SEED = 20_260_101
_KINDS = ("dataset",) * 7 + ("series",) * 2 + ("service",)
_UNTIL = date(2026, 1, 1)


class Dataset(NamedTuple):
    """What a metadata record tells. `bbox` is west, south, east, north; west exceeds east over the antimeridian.

    `kind` is `dataset`, `series` or `service`; `revision` counts how often the record was changed.
    """

    number: int
    revision: int
    identifier: str
    kind: str
    title: str
    abstract: str
    language: str
    subject: Subject
    place: Place
    keywords: tuple[str, ...]
    organisation: str
    person: str
    email: str
    bbox: tuple[float, float, float, float]
    published: date
    modified: date
    start: date
    end: date
    scale: int
    format: tuple[str, str]
    licence: tuple[str, str]
    lineage: str

    @property
    def slug(self) -> str:
        """A short name for addresses of files."""
        return f"{self.subject.keywords[0].replace(' ', '-')}-{self.number:06d}"


def make_datasets(count: int, *, first: int = 0, revision: int = 0, seed: int = SEED) -> Iterator[Dataset]:
    """So many datasets from number `first` on; the same arguments give the same datasets."""
    return (make_dataset(number, revision=revision, seed=seed) for number in range(first, first + count))


def make_dataset(number: int, *, revision: int = 0, seed: int = SEED) -> Dataset:
    """The dataset of a number, whatever was made before. A higher revision is the same one, changed later."""
    # Drawing from one generator in a fixed order makes each dataset depend on its number alone.
    draw = random.Random(seed * 1_000_003 + number)
    unit = draw.random

    def choice(values: Sequence[Value]) -> Value:
        """Several times faster than `Random.choice`, and even enough."""
        return values[int(unit() * len(values))]

    subject = choice(SUBJECTS)
    place = choice(PLACES_OF[subject])
    start, published = _dates(subject, unit(), unit())
    language = LANGUAGE_OF.get(place.country, 0) if unit() < 0.5 else 0
    kind = choice(_KINDS)
    bbox, part = _extent(place, unit(), unit(), unit())
    organisation = choice(ORGANISATIONS).format(place=place.name, country=place.country)
    first_name, last_name = choice(FIRST_NAMES), choice(LAST_NAMES)
    scale = choice((1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000))
    title = f"{subject.titles[language].format(place.name)}{part}, {published.year}"
    return Dataset(
        number=number,
        revision=revision,
        identifier=_identifier(draw.getrandbits(128)),
        kind=kind,
        title=f"{title} (view service)" if kind == "service" else title,
        abstract=_abstract(subject, place, start, published, choice(USES), revision),
        language=LANGUAGES[language],
        subject=subject,
        place=place,
        keywords=(*draw.sample(subject.keywords, 3), place.name, place.country),
        organisation=organisation,
        person=f"{first_name} {last_name}",
        email=f"{first_name}.{last_name}@example.org".lower().replace("'", ""),
        bbox=bbox,
        published=published,
        modified=published + timedelta(days=int(unit() * 400) + revision),
        start=start,
        end=published,
        scale=scale,
        format=choice(FORMATS[subject.shape]),
        licence=choice(LICENCES),
        lineage=choice(LINEAGES).format(sample=int(unit() * 900) + 60, error=int(unit() * 9) + 1, scale=scale),
    )


def _dates(subject: Subject, early: float, late: float) -> tuple[date, date]:
    """When its observations begin, and when it was published: more of the recent than of the old."""
    years = _UNTIL.year - subject.since
    start = date(subject.since, 1, 1) + timedelta(days=int(early**0.5 * years * 330))
    published = start + timedelta(days=int(late * (_UNTIL - start).days))
    return start, published


def _extent(place: Place, size: float, across: float, along: float) -> tuple[tuple[float, float, float, float], str]:
    """The whole place, or one sheet of a grid of four by four over it; with the words for it in a title."""
    reach_across = place.reach / max(0.2, 1 - (abs(place.latitude) / 95) ** 2)
    west, south = place.longitude - reach_across, place.latitude - place.reach
    width, height, part = 2 * reach_across, 2 * place.reach, ""
    if size < 0.55:
        column, row = int(across * 4), int(along * 4)
        width, height = width / 4, height / 4
        west, south, part = west + column * width, south + row * height, f", sheet {'ABCD'[row]}{column + 1}"
    east, north = west + width, min(south + height, 90.0)
    return (_longitude(west), round(south, 5), _longitude(east), round(north, 5)), part


def _longitude(degrees: float) -> float:
    """The same meridian between -180 and 180."""
    return round((degrees + 180) % 360 - 180, 5)


def _identifier(bits: int) -> str:
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _abstract(subject: Subject, place: Place, start: date, published: date, use: str, revision: int) -> str:
    changed = f" Revision {revision}." if revision else ""
    return (
        f"{subject.abstract}. The data cover {place.name} ({place.country}) "
        f"from {start.year} to {published.year}. {use}{changed}"
    )
