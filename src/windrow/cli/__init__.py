"""The command line: `windrow …`."""


def main() -> None:
    """Entry point of the `windrow` command."""
    from windrow.processes.loading import loading

    with loading():
        from windrow.cli.app import run
    run()
