"""How many files a process may have open: each connection is one, and who waits for a run keeps theirs open."""

import resource

ENOUGH = 65_536
"""More is not asked for: some programs that are started from here go through all numbers that they could have."""


def allow_open_files() -> int:
    """Raises this process's own limit to what the system allows it, and gives it.

    Services and shells usually begin with 1,024, although they may have many more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return soft
