"""Addresses that people enter for messages: by which way one leads, and whether it leads anywhere."""

from urllib.parse import urlsplit

from windrow.core.validating import check_url
from windrow.errors import BadInput
from windrow.model.notifications import Channel
from windrow.ports.notifying import Messenger


def check_address(messenger: Messenger, channel: Channel, address: str) -> str:
    """The address without space around it; nothing is sent. Raises `BadInput`, which never tells it."""
    address = address.strip()
    if channel is Channel.APPRISE:
        messenger.check(address)
        return address
    if "@" in urlsplit(address).netloc:
        raise BadInput.of("address", "must not contain a user name or password: webhooks are signed instead")
    return check_url(address, field="address")
