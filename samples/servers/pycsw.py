"""pycsw 2.6, a real catalogue server that speaks CSW 2.0.2 and OAI-PMH, loaded with folders of XML records."""

import hashlib
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from samples.servers.process import ROOT, ServerFailed, ServerProcess, interpreter

_CHILD = Path(__file__).with_name("pycsw_child.py")
_TRANSACTION = """\
<?xml version="1.0" encoding="UTF-8"?>
<csw:Transaction xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc"
 xmlns:apiso="http://www.opengis.net/cat/csw/apiso/1.0" service="CSW" version="2.0.2">{body}</csw:Transaction>
"""
_DELETE = """\
<csw:Delete><csw:Constraint version="1.1.0"><ogc:Filter><ogc:PropertyIsEqualTo>
<ogc:PropertyName>apiso:Identifier</ogc:PropertyName><ogc:Literal>{identifier}</ogc:Literal>
</ogc:PropertyIsEqualTo></ogc:Filter></csw:Constraint></csw:Delete>
"""


class Pycsw(ServerProcess):
    """A running pycsw. `folder` is its own, empty folder; `records` are folders of XML files, read recursively.

    `page` is the most records it gives in one answer. Changes go in by its own transactional CSW, unless
    `transactions` are switched off. Loading takes some milliseconds a record; with `keep` the loaded database is kept
    in `.cache/` for the next time.

        with Pycsw(tmp_path / "pycsw", [RECORDS / "apiso"]) as catalogue:
            harvest(catalogue.csw_url)
    """

    def __init__(
        self,
        folder: Path,
        records: Sequence[Path],
        *,
        page: int = 100,
        port: int = 0,
        keep: bool = False,
        transactions: bool = True,
    ) -> None:
        loaded = str(_kept(records)) if keep else "-"
        words = ["-P", "-W", "ignore", _CHILD, str(port), str(page), str(transactions).lower(), loaded, *records]
        super().__init__([interpreter("pycsw"), *words], folder)

    @property
    def csw_url(self) -> str:
        """Where it speaks CSW 2.0.2."""
        return self.url

    @property
    def oai_pmh_url(self) -> str:
        """Where it speaks OAI-PMH 2.0."""
        return f"{self.url}?mode=oaipmh"

    def insert(self, record: str) -> None:
        """Add one record, an XML document."""
        self._transact(f"<csw:Insert>{_without_declaration(record)}</csw:Insert>")

    def update(self, record: str) -> None:
        """Replace the record that has the document's identifier."""
        self._transact(f"<csw:Update>{_without_declaration(record)}</csw:Update>")

    def delete(self, identifier: str) -> None:
        """Delete one record."""
        self._transact(_DELETE.format(identifier=escape(identifier)))

    def _transact(self, body: str) -> None:
        request = urllib.request.Request(
            self.url, _TRANSACTION.format(body=body).encode(), {"Content-Type": "application/xml"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read().decode()
        if "TransactionSummary" not in content:
            raise ServerFailed(f"pycsw refused the transaction: {content[:2000]}")


def _without_declaration(document: str) -> str:
    return document.split("?>", 1)[-1] if document.startswith("<?xml") else document


def _kept(records: Sequence[Path]) -> Path:
    """Where the database of exactly these records is kept; older ones are thrown away."""
    digest = hashlib.sha256(_CHILD.read_bytes())
    for path in (path for folder in records for path in sorted(folder.rglob("*.xml"))):
        digest.update(path.read_bytes())
    folder = ROOT / ".cache" / "pycsw-records"
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)[:-4]:
        old.unlink(missing_ok=True)
    return folder / f"{digest.hexdigest()[:20]}.sqlite"
