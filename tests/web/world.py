"""Two teams: `alpha` has one of everything that an id can name, `beta` has next to nothing."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from samples.servers.process import ROOT as PROJECT
from tests.remotes.scripts import reply, status
from tests.remotes.server import Remote
from tests.web.serving import Caller, House, serve
from windrow.model.accounts import Role
from windrow.model.copies import CopyState, Wanted
from windrow.model.identity import new_id
from windrow.model.items import Item
from windrow.model.workers import Worker, WorkerRole

DOCUMENT = (PROJECT / "samples" / "records" / "apiso" / "test.xml").read_bytes()
IDENTIFIER = b"437ae0a2-06e2-4015-b296-a66e7f407bf2"
SECRET = "swordfish-7c1e"
"""What the sources of alpha send to their remote, and what nothing may ever tell."""


@dataclass(frozen=True)
class World:
    """The house, who lives in it, and the ids of what alpha has, by the name of the path's parameter."""

    house: House
    remote: Remote
    admin: Caller
    ada: Caller
    vic: Caller
    bob: Caller
    ids: Mapping[str, Any]
    resources: Sequence[int]
    beta_source: int

    @property
    def told(self) -> list[str]:
        """Words that only alpha's objects hold."""
        return ["Alpha", self.ids["task_id"], self.ids["run_id"], self.ids["token_id"], self.ids["user_id"], '"ada"']


@contextmanager
def inhabit(data: Path) -> Iterator[World]:
    """A house in which alpha has worked for a while."""
    with serve(data) as house, Remote() as remote:
        ada, vic = house.user("ada", team="alpha"), house.user("vic", role=Role.VIEWER, team="alpha")
        bob = house.user("bob", team="beta")
        fill_folder(remote, 6, broken=True)
        source = ada.post("/sources", folder("Alpha's folder", remote))
        harvest(house, ada, source["id"])
        gone = ada.post("/sources", {**folder("Alpha's other folder", remote), "policies": {"guard_share": 1}})
        harvest(house, ada, gone["id"])
        fill_folder(remote, 1)
        harvest(house, ada, gone["id"])
        held = harvest(house, ada, source["id"])
        target = ada.post(f"/sources/{source['id']}/targets", depot("Alpha's depot", remote))
        ada.post(f"/sources/{source['id']}/push")
        house.carry_out()
        ada.post(f"/sources/{source['id']}/diff", {})
        task = ada.post(
            "/tasks", {"name": "Alpha's steps", "kind": "stepping", "parameters": {"files": {"a.txt": "A"}}}
        )
        run = ada.post(f"/tasks/{task['id']}/start")
        house.carry_out()
        waiting = ada.post(f"/tasks/{task['id']}/start")
        beta = bob.post("/sources", folder("Beta's folder", remote))
        record_id = ada.get("/records", q="")["items"][0]["id"]
        notification = {"name": "Alpha's", "channel": "webhook", "address": "https://hooks.example.org/x"}
        ids = {
            "source_id": source["id"],
            "target_id": target["id"],
            "destination_id": ada.post("/destinations", {"name": "Alpha's", "address": "https://alpha.example.org/x"})[
                "id"
            ],
            "notification_id": ada.post(f"/sources/{source['id']}/notifications", notification)["id"],
            "review_id": ada.get(f"/sources/{source['id']}/reviews")["items"][0]["id"],
            "record_id": record_id,
            "field": "licence",
            "copy_id": add_copy(house, record_id),
            "item_id": add_item(house).id,
            "secret_name": add_secret(house),
            "task_id": task["id"],
            "run_id": run["id"],
            "name": "a.txt",
            "token_id": ada.get("/tokens")["items"][0]["id"],
            "user_id": ada.get("/me")["user_id"],
            "host": "closed.test",
            "worker_id": add_worker(house),
            "held": held["id"],
            "gone_source": gone["id"],
            "waiting": waiting["id"],
        }
        resources = [each["id"] for number in (source["id"], gone["id"]) for each in all_resources(ada, number)]
        yield World(house, remote, house.holder("admin"), ada, vic, bob, ids, resources, beta["id"])


def add_secret(house: House) -> str:
    """A secret of the first team."""
    secrets = house.assembly.windrow.named_secrets
    return secrets.put(house.principal("ada"), "ALPHA", SECRET, ["api.example.org"]).name


def folder(name: str, remote: Remote) -> dict[str, Any]:
    """A source of the remote's folder."""
    credential = {"kind": "basic", "name": "reader", "secret": SECRET}
    return {"name": name, "kind": "waf", "url": remote.url("/waf/"), "credential": credential}


def depot(name: str, remote: Remote) -> dict[str, Any]:
    """A target; whether it is there is asked of the remote."""
    remote.on("/depot", reply(b"here"))
    credential = {"kind": "bearer", "secret": SECRET}
    return {"name": name, "kind": "depot", "url": remote.url("/depot"), "credential": credential}


def fill_folder(remote: Remote, count: int, *, broken: bool = False) -> None:
    """Puts so many documents into the remote's folder, and one that cannot be read."""
    names = [f"{number}.xml" for number in range(count)]
    for number, name in enumerate(names):
        document = DOCUMENT.replace(IDENTIFIER, b"%s-%d" % (IDENTIFIER, number))
        remote.on(f"/waf/{name}", reply(document))
    if broken:
        names.append("broken.xml")
        remote.on("/waf/broken.xml", reply(b"<gmd:MD_Metadata"))
    items = "".join(f'<li><a href="{name}">{name}</a></li>' for name in names)
    remote.on("/waf/", reply(f"<title>Index of /waf/</title>{items}".encode(), media_type="text/html"))
    remote.on("/gone", status(404))


def harvest(house: House, caller: Caller, source_id: int) -> Any:
    """Harvests a source; the run as it ended."""
    run = caller.post(f"/sources/{source_id}/harvest", {"full": True})
    house.carry_out()
    return caller.get(f"/runs/{run['id']}")


def all_resources(caller: Caller, source_id: int) -> list[Any]:
    """A source's resources."""
    return list(caller.get(f"/sources/{source_id}/resources", limit=1000)["items"])


def add_item(house: House) -> Item:
    """A notebook of Ada's."""
    content = io.BytesIO(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return house.assembly.windrow.items.add(house.principal("ada"), "Alpha's tides.ipynb", content)


def add_copy(house: House, record_id: int) -> int:
    """A file of a record, as if it had been copied; its number."""
    store, now = house.assembly.store, house.assembly.clock()
    (copy,) = store.copies.plan(record_id, [Wanted("https://example.org/rivers.csv")], keep=False, now=now)
    blob, size, sha256 = house.assembly.blobs.write(iter([b"a,b\n1,2\n"]))
    store.copies.announce(blob, now=now)
    kept = replace(copy, state=CopyState.COPIED, name="rivers.csv", media_type="text/csv", copied_at=now)
    store.copies.keep(replace(kept, blob=blob, size=size, sha256=sha256, checked_at=now), budget=None, now=now)
    return copy.id


def add_worker(house: House) -> str:
    """A worker that lives, as far as anybody knows; its id."""
    now = house.assembly.clock()
    worker = Worker(new_id(), WorkerRole.WORKER, "node-1", 1, "embedded", ("default",), 4, now, now)
    return house.assembly.store.workers.beat(worker).id
