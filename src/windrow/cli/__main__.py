"""`python -m windrow.cli`: how the supervisor starts its children."""

from windrow.cli import main

main()
