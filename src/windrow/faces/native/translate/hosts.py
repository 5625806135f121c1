"""Hosts, as shapes and from them."""

from windrow.core.hosts import HostView
from windrow.faces.native.translate.schedules import from_windows, to_window
from windrow.model.windows import Hours
from windrow.wire import hosts as shapes


def to_host(view: HostView) -> shapes.Host:
    """How a host has behaved, and when it may be asked."""
    state = view.state
    return shapes.Host(
        host=state.host,
        in_flight=state.in_flight,
        failures=state.failures,
        resting_until=state.resting_until,
        quiet_until=state.quiet_until,
        windows=[to_window(each) for each in view.hours.windows],
        blackouts=[to_window(each) for each in view.hours.blackouts],
        closed_until=view.closed_until,
    )


def from_hours(hours: shapes.HostHours) -> Hours:
    """When a host may be asked. Raises `BadInput`."""
    return Hours(from_windows(hours.windows, "windows"), from_windows(hours.blackouts, "blackouts"))
