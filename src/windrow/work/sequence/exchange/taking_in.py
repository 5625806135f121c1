"""Files of other tools: what they are, and how they become documents."""

import json
from pathlib import Path
from typing import Any

from windrow.errors import BadInput
from windrow.work.sequence.documents import checked
from windrow.work.sequence.exchange.arazzo_in import read_arazzo
from windrow.work.sequence.exchange.curl import read_curl
from windrow.work.sequence.exchange.postman import read_postman


def take_in(text: str, form: str | None, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """A strict document, and what could not be taken over. `folder` is where descriptions are looked for.

    Raises `BadInput`.
    """
    form = form or _form_of(text)
    if form == "curl":
        return read_curl(text)
    read = _read_json(text, "file")
    return read_postman(read) if form == "postman" else read_arazzo(read, lambda name, url: _beside(folder, name, url))


def _form_of(text: str) -> str:
    if not text.lstrip().startswith("{"):
        return "curl"
    return "arazzo" if "arazzo" in _read_json(text, "file") else "postman"


def _beside(folder: Path, name: str, url: str) -> Any:
    """A description in the folder; what is elsewhere is not fetched."""
    path = folder / url.removeprefix("./")
    if "://" in url or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        told = f"the description {name} must lie beside the file, as {Path(url).name}, and its url must say so"
        raise BadInput.of("sourceDescriptions", told)
    return _read_json(path.read_text("utf-8"), path.name)


def _read_json(text: str, name: str) -> dict[str, Any]:
    try:
        return checked(json.loads(text))
    except json.JSONDecodeError as error:
        told = f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}; YAML must be made JSON first"
        raise BadInput.of(name, told) from None
    except RecursionError:
        raise BadInput.of(name, "has too many objects within one another") from None
