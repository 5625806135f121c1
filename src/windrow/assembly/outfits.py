"""What some kinds of work are made from, as the settings say it."""

from pathlib import Path

from windrow.ports.work import Isolation
from windrow.settings import Settings
from windrow.work.arcgis_portal import Portal
from windrow.work.jac import Interpreter, Jac


def portal_of(settings: Settings) -> Portal | None:
    """The ArcGIS portal that tasks are delegated to, where there is one."""
    if settings.remote_portal_url is None:
        return None
    token, password = (
        "" if each is None else each.get_secret_value()
        for each in (settings.remote_portal_token, settings.remote_portal_password)
    )
    return Portal(settings.remote_portal_url, token, settings.remote_portal_username, password)


def jac_of(settings: Settings) -> Jac | None:
    """What runs Jac programs, where there are some."""
    if settings.jac_command is None:
        return None
    bounds = Isolation(memory=settings.jac_memory_mb << 20, seconds=settings.jac_seconds)
    interpreter = Interpreter(settings.jac_command, settings.data.absolute() / "jac")
    return Jac(interpreter, [Path(each) for each in settings.jac_folders], bounds)


def bounds_of_notebooks(settings: Settings) -> Isolation:
    """What a notebook may take."""
    return Isolation(memory=settings.notebook_memory_mb << 20, seconds=settings.notebook_seconds)
