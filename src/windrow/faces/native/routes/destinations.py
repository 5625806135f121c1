"""Destinations: where reports are sent."""

from fastapi import Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, Limit, Number, make_part
from windrow.wire.destinations import Destination, DestinationChange, DestinationInput, MadeDestination
from windrow.wire.shapes import ListOf

router = make_part("destinations", prefix="/destinations")


@router.get("")
def list_destinations(ctx: Ctx, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Destination]:
    """The team's destinations in the order they were made."""
    page = ctx.windrow.destinations.page(ctx.principal, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_destination))


@router.post("", status_code=201)
def create_destination(ctx: Ctx, destination: DestinationInput, response: Response) -> MadeDestination:
    """Makes a destination; a webhook's signing secret is shown this once."""
    made = ctx.windrow.destinations.create(ctx.principal, destination.name, destination.address)
    response.headers["Location"] = f"/api/v1/destinations/{made.destination.id}"
    return translate.to_made_destination(made)


@router.get("/{destination_id}")
def read_destination(ctx: Ctx, destination_id: Number) -> Destination:
    """One destination with how the last sending went."""
    return translate.to_destination(ctx.windrow.destinations.get(ctx.principal, destination_id))


@router.patch("/{destination_id}")
def change_destination(ctx: Ctx, destination_id: Number, change: DestinationChange) -> Destination:
    """Gives a destination another address, of the same channel, or another name, which tasks that name it follow."""
    destinations = ctx.windrow.destinations
    changed = destinations.change(ctx.principal, destination_id, change.address, name=change.name)
    return translate.to_destination(changed)


@router.delete("/{destination_id}", status_code=204)
def delete_destination(ctx: Ctx, destination_id: Number) -> Response:
    """Deletes a destination; reports of tasks that name it are kept, and not sent there."""
    ctx.windrow.destinations.delete(ctx.principal, destination_id)
    return Response(status_code=204)


@router.post("/{destination_id}/test")
def test_destination(ctx: Ctx, destination_id: Number) -> Destination:
    """Sends a test message, once, and answers when it arrived or did not: then `problem` says why."""
    return translate.to_destination(ctx.windrow.destinations.test(ctx.principal, destination_id))


@router.post("/{destination_id}/rotate")
def rotate_destination_secret(ctx: Ctx, destination_id: Number) -> MadeDestination:
    """Gives a webhook a new signing secret, shown this once; the old one is good for nothing from now on."""
    return translate.to_made_destination(ctx.windrow.destinations.rotate(ctx.principal, destination_id))
