"""The web folder source kind: which requests a pass makes."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin

from windrow.errors import HostResting, RemoteError
from windrow.ports.fetching import Answer, Fetcher, Validators
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageRequest, PassRequest, Reading, Reference
from windrow.sources.waf import reading
from windrow.sources.waf.places import folder_url
from windrow.sources.waf.settings import SCHEMA, Settings


class WafKind:
    """A folder of XML metadata files behind a web server's own listing, with its subfolders.

    Files whose date and size in the listing are the same as last time are not asked for. It never leaves the folder.
    """

    name: ClassVar[str] = "waf"
    title: ClassVar[str] = "Web accessible folder"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Whether that page lists a folder with metadata files, or at least with subfolders."""
        try:
            answer = first if first is not None else fetcher.get(url)
            folder = folder_url(answer.url)
            files, folders, known = reading.count_children(folder, answer, Settings.of({}))
        except RemoteError:
            return None
        if not files and not (folders and known):
            return None
        certainty = (0.8 if known else 0.5) if files else 0.3
        return Detection(kind=self.name, url=folder, certainty=certainty)

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:  # noqa: ARG002 - the port's signature
        """Begins with the folder itself. Asks nothing: its listing is the first page."""
        return Opening(pages=[reading.folder_key("")])

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Fetches a folder's listing, or files."""
        if not page.documents:
            return Loaded([fetcher.get(urljoin(folder_url(request.url), page.key["folder"]))])
        validators = page.validators
        return Loaded.documents([_fetch(each, validators.get(each.identifier), fetcher) for each in page.documents])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads a folder's listing, or files."""
        if page.documents:
            return reading.read_documents(page.documents, loaded.answers)
        settings = Settings.of(request.settings)
        return reading.read_folder(folder_url(request.url), page.key["folder"], loaded.answer, settings)

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:  # noqa: ARG002 - the port's signature
        """None: files and subfolders change without their folder's listing."""
        return None


def _fetch(reference: Reference, validators: Validators | None, fetcher: Fetcher) -> Answer | Exception:
    # A new date in the listing means a new file: only where the listing tells nothing is it worth asking whether.
    known = validators if validators and (validators.etag or validators.last_modified) else None
    try:
        return fetcher.get(reference.href, validators=None if reference.version else known)
    except HostResting:
        raise
    except RemoteError as error:
        return error
