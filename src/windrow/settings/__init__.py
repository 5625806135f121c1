"""Settings: everything that can be set, from flags, the environment, a settings file, or left at its default."""

from windrow.settings.describing import SettingLine, describe_settings, hide_password
from windrow.settings.loading import find_misspelt_variables, load_settings
from windrow.settings.values import Settings

__all__ = ["SettingLine", "Settings", "describe_settings", "find_misspelt_variables", "hide_password", "load_settings"]
