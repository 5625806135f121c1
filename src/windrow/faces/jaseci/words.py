"""Words: what Jaseci calls its tasks, and who a walker is."""

SCHEDULED_WALKER = "jaseci.extens.svc.tasks.ScheduledWalker"
SCHEDULED_SEQUENCE = "jaseci.extens.svc.tasks.ScheduledSequence"
QUEUE = "jaseci.extens.svc.tasks.Queue"

MODULES = ("jaseci.svc.task.common", "jaseci.svc.tasks", "jaseci.extens.svc.tasks", "jaseci.extens.svc.task.common")
"""Where its task classes stood from 1.3.4.9 on; the last of them stands in its documentation only."""

WALKER_TASKS = frozenset(f"{module}.ScheduledWalker" for module in MODULES)
SEQUENCE_TASKS = frozenset(f"{module}.ScheduledSequence" for module in MODULES)

SEQUENCE = "sequence"
"""Our kind of work."""

WALKER_URN = "urn:windrow:walker:"
