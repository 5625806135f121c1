"""Places: where targets may lie. Web servers anywhere; folders only below those that the settings name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from windrow.core.validating import LONGEST_URL, check_url
from windrow.errors import BadInput

FILE = "file"


def is_folder(url: str) -> bool:
    """Whether a URL names a folder of this machine."""
    return urlsplit(url.strip()).scheme.lower() == FILE


@dataclass(frozen=True, slots=True)
class Places:
    """The rule on where targets may lie. `folders` are absolute."""

    folders: Sequence[Path]

    def check(self, url: str) -> str:
        """The URL as it is kept. Raises `BadInput`, for a folder also where a link leads out of those allowed."""
        if not is_folder(url):
            return check_url(url)
        self.really(url)
        return _path_of(url).as_uri()

    def really(self, url: str) -> str:
        """The URL of where a target really lies now, links followed: what is written to. Raises `BadInput`."""
        if not is_folder(url):
            return url
        try:
            real = _path_of(url).resolve()
            inside = any(real.is_relative_to(each.resolve()) for each in self.folders)
        except (OSError, RuntimeError) as error:
            raise BadInput.of("url", f"names a folder that cannot be followed: {error}") from error
        if not inside:
            allowed = ", ".join(map(str, self.folders)) or "none"
            told = f"lies outside of the folders that targets may be in; there are: {allowed} (setting target_folders)"
            raise BadInput.of("url", told)
        return real.as_uri()


def _path_of(url: str) -> Path:
    parts = urlsplit(url.strip())
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or not path.startswith("/") or len(url) > LONGEST_URL:
        raise BadInput.of("url", "must be the URL of a folder on this machine, such as file:///srv/targets/iso")
    if not path.isprintable() or parts.query or parts.fragment:
        raise BadInput.of("url", "must name a folder without control characters, and without ? and #")
    if ".." in path.split("/"):
        raise BadInput.of("url", "must not contain `..`; name the folder itself")
    return Path("/" + path.lstrip("/"))
