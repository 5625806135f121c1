"""Sequences: requests one after another, with templates, loops and conditions, that tell what they did."""

from windrow.work.sequence.kind import SequenceKind

__all__ = ["SequenceKind"]
