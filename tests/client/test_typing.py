"""The client's types catch what would be refused, and know what comes back."""

from pathlib import Path

from mypy import api

USAGE = """
from datetime import datetime

from windrow.client import Client
from windrow.wire.runs import LogEntry, Run

with Client("http://localhost:8750", token="wr_x") as windrow:
    source = windrow.sources.create(name="a", kind="csw", url="https://example.org/csw", policies={"guard_share": 0.2})
    windrow.sources.change(source.id, schedule=None, visibility="public")
    run: Run = windrow.runs.wait(windrow.sources.harvest(source.id).id, timeout=60)
    ended: datetime | None = run.ended_at
    titles: list[str] = [record.title for record in windrow.records.search(q="river", bbox=(5, 45, 16, 55))]
    told: list[Run | LogEntry] = list(windrow.runs.follow(run.id))
"""

MISTAKES = [
    ("windrow.sources.create(name='a', kind='csw')", "Missing named argument"),
    ("windrow.sources.create(name='a', kind='csw', url='u', colour=1)", "Unexpected keyword argument"),
    ("windrow.sources.change(1, visibility='secret')", "incompatible type"),
    ("windrow.runs.list(state=['done'])", "incompatible type"),
    ("windrow.records.export('xls')", "incompatible type"),
    ("windrow.tasks.start('id', at='now')", "incompatible type"),
]


def test_good_use_passes_and_every_mistake_is_caught(tmp_path: Path) -> None:
    usage = tmp_path / "usage.py"
    usage.write_text(USAGE + "".join(f"    {line}\n" for line, _ in MISTAKES))
    first = len(USAGE.splitlines()) + 1

    out, err, _ = api.run(["--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache"), str(usage)])

    found = dict(line.removeprefix(f"{usage}:").split(":", 1) for line in out.splitlines() if ": error:" in line)
    assert err == ""
    assert sorted(map(int, found)) == list(range(first, first + len(MISTAKES)))
    for number, (line, told) in enumerate(MISTAKES, first):
        assert told in found[str(number)], line
