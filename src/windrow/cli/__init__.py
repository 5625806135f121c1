"""The command line: `windrow …`."""

import gc

OBJECTS = 10_000
"""That are made before Python looks among the newest ones for garbage, in place of 700. Next to nothing of what is made
while a process starts is garbage, and to look at it again and again took a seventh of the start; so it takes half that.
"""


def main() -> None:
    """Entry point of the `windrow` command."""
    gc.set_threshold(OBJECTS)
    from windrow.cli.app import run

    run()
