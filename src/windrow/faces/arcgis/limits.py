"""Limits: how many active tasks there may be, how many failures in a row pause one, how many runs are listed."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from windrow.errors import BadInput
from windrow.model.notes import Quota

FAILURES, HISTORY = "FailedRunsToDisableTask", "TaskRunHistoryCount"
NOTEBOOKS_OF_USER = "ExecuteNotebooksUserLimit"

USUAL: Mapping[str, int] = MappingProxyType(
    {
        "UpdateInsightsUserLimit": 20,
        "UpdateInsightsOrgLimit": 50,
        NOTEBOOKS_OF_USER: 20,
        "ExecuteNotebooksOrgLimit": 200,
        "ExecuteWorkflowManagerUserLimit": 20,
        "ExecuteWorkflowManagerOrgLimit": 200,
        "GPServiceUserLimit": 20,
        "GPServiceOrgLimit": 200,
        FAILURES: 5,
        HISTORY: 30,
    }
)

COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "UpdateInsightsWorkbook": "UpdateInsights",
        "ExecuteNotebook": "ExecuteNotebooks",
        "ExecuteWorkflowManager": "ExecuteWorkflowManager",
        "GPService": "GPService",
    }
)
"""Types of tasks that are counted, and what the names of their two limits begin with."""

MOST: Mapping[str, int] = MappingProxyType({FAILURES: 100, HISTORY: 1_000})
LARGEST = 1_000_000


def check(name: object, number: object) -> tuple[str, int]:
    """A limit that somebody sets. Raises `BadInput`."""
    if not isinstance(name, str) or name not in USUAL:
        raise BadInput.of("properties", f"{str(name)[:100]!r} is no limit; there are: {', '.join(USUAL)}")
    most = MOST.get(name, LARGEST)
    least = 1 if name == HISTORY else 0
    if isinstance(number, str) and re.fullmatch(r"[0-9]{1,9}", number):
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise BadInput.of("properties", f"numLimit of {name} must be a whole number from {least} to {most}")
    return name, number


def quotas_of(type_: str, limits: Mapping[str, int]) -> Sequence[Quota]:
    """What a new active task of this type must not exceed."""
    begin = COUNTED.get(type_)
    if begin is None:
        return ()
    names = (f"{begin}UserLimit", f"{begin}OrgLimit")
    return [Quota(name, type_, limits[name], of_team=name.endswith("OrgLimit")) for name in names]


def available(active: Mapping[str, int], types: frozenset[str] | None, limits: Mapping[str, int]) -> int:
    """How many more active tasks a user may have: of the one type that was asked for, else counted over all."""
    if types is not None and len(types) == 1 and (begin := COUNTED.get(next(iter(types)))) is not None:
        return max(0, limits[f"{begin}UserLimit"] - active.get(next(iter(types)), 0))
    return max(0, limits[NOTEBOOKS_OF_USER] - sum(active.values()))
