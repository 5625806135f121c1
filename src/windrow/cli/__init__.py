"""The command line: `windrow …`."""


def main() -> None:
    """Entry point of the `windrow` command."""
    from windrow.cli.app import run

    run()
