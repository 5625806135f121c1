"""Copying from the command line: switched on, done, seen, and taken."""

from pathlib import Path

from tests.cli.conftest import FAST, FILES, Windrow
from tests.remotes.files import RemoteFile
from tests.remotes.scripts import reply
from tests.remotes.server import Remote

ADDRESS = b"http://aiolos.survey.ntua.gr/geoserver/wms"
"""What the first of the records links to."""


def offer(remote: Remote) -> str:
    """A folder of one record that links to one file; its URL."""
    url = RemoteFile(b"a,b\n1,2\n", '"1"', media_type="text/csv").on(remote, "/rivers.csv")
    document = next(each for each in FILES if each.stem == "3e9a8c05").read_bytes()
    assert ADDRESS in document
    remote.on("/waf/1.xml", reply(document.replace(ADDRESS, url.encode())))
    return remote.on("/waf/", reply(b'<title>Index of /waf/</title><a href="1.xml">1.xml</a>', media_type="text/html"))


def test_copy_list_and_take(windrow: Windrow, remote: Remote, tmp_path: Path) -> None:
    source = windrow("harvest", offer(remote), *FAST, "--json").json["source_id"]
    (record,) = windrow("records", "search", "--json").json

    refused = windrow("sources", "copy", source)
    assert (refused.code != 0, "copying" in refused.err) == (True, True)

    windrow("sources", "change", source, "--policy", "copying=data")
    copied = windrow("sources", "copy", source, "--json")
    assert (copied.code, copied.json["counts"]) == (0, {"copied": 1, "bytes": 8})
    assert "1 unchanged" in windrow("sources", "copy", source, "--full").out

    (listed,) = windrow("records", "copies", record["id"], "--json").json
    assert (listed["name"], listed["state"], listed["size"]) == ("rivers.csv", "copied", 8)
    taken = windrow("records", "copies", record["id"], "--download", tmp_path / "taken")
    assert "rivers.csv" in taken.out
    windrow("records", "copies", record["id"], "--download", tmp_path / "taken")
    files = {each.name: each.read_bytes() for each in (tmp_path / "taken").iterdir()}
    assert files == {"rivers.csv": b"a,b\n1,2\n", f"rivers-{listed['id']}.csv": b"a,b\n1,2\n"}
