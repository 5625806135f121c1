"""Telling people by Apprise, which knows more than a hundred services and makes connections of its own.

Therefore it works in a process of its own, `python -m windrow.fetching.apprise`, in which nothing may be connected to,
opened or started that the outgoing policy and `guarding.py` do not allow.
"""

from windrow.fetching.apprise.messenger import AppriseMessenger

__all__ = ["AppriseMessenger"]
