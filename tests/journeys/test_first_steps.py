"""A newcomer's first steps: start it, sign in, harvest, use what came, and be told what is wrong."""

import csv
import json
import signal
import socket
import subprocess
import urllib.request

import pyarrow.parquet as pq

from samples.servers.pycsw import Pycsw
from tests.journeys.conftest import COMMAND, PASSWORD, Newcomer

RECORDS = 32


def test_the_first_start_tells_a_secret_that_opens_the_door_once(newcomer: Newcomer) -> None:
    up = newcomer.starts("up", "--port", "0", "--workers", "1")
    lines = [up.lines.readline() for _ in range(3)]
    secret, address = lines[1].strip(), lines[2].split()[3]

    console = urllib.request.urlopen(address, timeout=30)
    with console:
        assert console.status == 200
    client = newcomer.client(address, "admin", secret)
    client.accounts.change_password(secret, PASSWORD)
    me = newcomer.client(address, "admin", PASSWORD).accounts.me()

    assert lines[0] == "First start. Sign in as admin with the one-time secret:\n"
    assert (me.name, me.role) == ("admin", "admin")
    assert up.stop(signal.SIGINT) == 0
    again = newcomer.starts("up", "--port", "0", "--workers", "1")
    assert again.lines.readline().startswith("Windrow is ready: http://127.0.0.1:")


def test_a_url_becomes_records_that_other_tools_read(newcomer: Newcomer, pycsw: Pycsw) -> None:
    harvested = newcomer.says("harvest", pycsw.csw_url)

    assert harvested.code == 0
    assert "one-time secret" in harvested.err
    assert f"in the source now        {RECORDS}" in harvested.out
    assert newcomer.says("records", "count", "--json").json == {"count": RECORDS, "exact": True}
    for form in ("geojsonl", "csv", "geoparquet"):
        assert newcomer.says("records", "export", "--format", form, "-o", f"out.{form}").code == 0
    lines = (newcomer.folder / "out.geojsonl").read_text().splitlines()
    with (newcomer.folder / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(newcomer.folder / "out.geoparquet")
    titles = sorted(json.loads(line)["properties"]["title"] for line in lines)
    assert len(titles) == RECORDS
    assert sorted(row["title"] for row in rows) == titles
    assert sorted(table["title"].to_pylist()) == titles


def test_a_second_terminal_works_beside_the_first(unattended: Newcomer, pycsw: Pycsw) -> None:
    address = unattended.starts("up", "--port", "0", "--workers", "1", "--json").address()
    client = unattended.client(address)

    harvested = unattended.says("harvest", pycsw.oai_pmh_url, "--json")
    occupied = unattended.says("up", "--port", address.rpartition(":")[2])

    assert client.accounts.me().role == "admin"
    assert (harvested.code, harvested.json["state"], harvested.json["kind"]) == (0, "succeeded", "oai_pmh")
    assert harvested.json["resources"] == client.records.count() > 0
    assert "secret" not in harvested.err
    assert occupied.code == 2
    assert occupied.err.startswith("--port: cannot listen on 127.0.0.1 port ")
    assert "Address already in use; choose another" in occupied.err


def test_a_wrong_setting_is_told_instead_of_a_start(newcomer: Newcomer) -> None:
    newcomer.environment |= {"WINDROW_PORT": "eighty", "WINDROW_WORKRES": "2"}

    ended = newcomer.says("up")

    assert (ended.code, ended.out) == (2, "")
    misspelt, wrong = ended.err.splitlines()
    assert misspelt == "WINDROW_WORKRES is not a setting; did you mean WINDROW_WORKERS?"
    assert wrong.startswith("WINDROW_PORT: must be a valid integer")


def test_a_reader_that_goes_away_is_no_error_worth_a_traceback(newcomer: Newcomer) -> None:
    reader, writer = socket.socketpair()
    reader.close()

    ended = subprocess.run(
        [*COMMAND, "settings"],
        stdout=writer.fileno(),
        stderr=subprocess.PIPE,
        env=newcomer.environment,
        cwd=newcomer.folder,
        text=True,
        timeout=60,
    )
    writer.close()

    assert "Traceback" not in ended.stderr
