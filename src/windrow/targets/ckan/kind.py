"""The CKAN target kind: which actions a record makes."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windrow.errors import RemoteError, RemoteStatus, RemoteUnreadable, Unfit
from windrow.formats.json import object_of, objects_of, text_of
from windrow.ports.fetching import Courier
from windrow.ports.targets import Item, TargetRequest
from windrow.targets.ckan.actions import ask, change, is_gone, show
from windrow.targets.ckan.packages import Package, identifier_of, merged, name_of, package_of
from windrow.targets.ckan.settings import SCHEMA, Settings


class CkanTarget:
    """CKAN 2.8 and later by its Action API, version 3.

    The key is the target's credential: a header of the name `Authorization`, or `X-CKAN-API-Key` for older portals. A
    package's name is made of the record's identifier, which stands among its extras too: that tells our packages from
    others of the same name, which are left alone. The portal's name for a record is the package's id.
    """

    name: ClassVar[str] = "ckan"
    title: ClassVar[str] = "CKAN"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def check(self, request: TargetRequest, courier: Courier) -> None:
        """Asks for which organisations packages may be made, and whether the target's is one of them."""
        wanted = Settings.of(request.settings).owner_org
        parameters = {"permission": "create_dataset"}
        found = objects_of(ask(request.url, "organization_list_for_user", parameters, courier))
        names = {text_of(each.get(member)) for each in found for member in ("name", "id")}
        if wanted and wanted not in names:
            raise RemoteError(f"The credential may not make packages for the organisation {wanted}.")

    def put(self, request: TargetRequest, item: Item, courier: Courier) -> str:
        """Makes the package, or gives the one that is there the record's fields."""
        package = package_of(item.record, item.identifier, Settings.of(request.settings))
        there = _find(request, item, courier)
        if there is None:
            done = change(request.url, "package_create", package, courier)
        else:
            done = change(request.url, "package_update", merged(package, there), courier)
        name = text_of(object_of(done).get("id"))
        if not name:
            raise RemoteUnreadable("The portal reports success, but gives the package no id.")
        return name

    def remove(self, request: TargetRequest, item: Item, courier: Courier) -> None:
        """Deletes the package."""
        purge = Settings.of(request.settings).purge
        there = _find(request, item, courier, ours_only=True)
        if there is None or (there.get("state") == "deleted" and not purge):
            return
        try:
            change(request.url, "dataset_purge" if purge else "package_delete", {"id": there["id"]}, courier)
        except RemoteStatus as refusal:
            if not is_gone(refusal):
                raise


def _find(request: TargetRequest, item: Item, courier: Courier, *, ours_only: bool = False) -> Package | None:
    """The record's package: by the id that the portal gave it, else by its name. Raises `Unfit` where that is taken."""
    if item.remote and (there := show(request.url, item.remote, courier)):
        return there
    name = name_of(item.identifier)
    there = show(request.url, name, courier)
    if there is None or identifier_of(there) == item.identifier:
        return there
    if ours_only:
        return None
    raise Unfit(f"The portal has a package {name} that did not come from here; it was left alone.")
