"""Jac programs: their walkers are walkers here, each run in a process of Jac's own interpreter.

inside/          what that interpreter runs: all that is known of jaclang stands there
interpreter.py   the configured interpreter or `jac` binary, and how it is asked
programs.py      the programs of folders, and the walkers that each says it has
kind.py          one run, in a process of its own
walkers.py       the walkers, as everything else here knows them
"""

from windrow.work.jac.interpreter import Interpreter
from windrow.work.jac.kind import JacWork
from windrow.work.jac.walkers import JAC, Jac, load_jac_walkers

__all__ = ["JAC", "Interpreter", "Jac", "JacWork", "load_jac_walkers"]
