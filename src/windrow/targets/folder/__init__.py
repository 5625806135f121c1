"""Folders of files."""

from windrow.targets.folder.kind import FolderTarget

__all__ = ["FolderTarget"]
