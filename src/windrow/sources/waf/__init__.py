"""Web accessible folders: directory listings of XML metadata files."""

from windrow.sources.waf.kind import WafKind

__all__ = ["WafKind"]
