"""Notebooks, run from their first cell to their last in a process of their own.

kind.py        what Windrow knows of it; loaded everywhere, so it knows nothing of Jupyter
running.py     one run, from its item to its outputs
asked.py       what the run's parameters ask for
preparing.py   a notebook made ready: read, its kernel chosen, its parameters injected
kernels.py     the kernels of this machine
executing.py   cell by cell
bounding.py    how much of what cells give is kept
showing.py     the executed notebook as a page that loads and runs nothing
"""

from windrow.work.notebook.kind import NotebookWork

__all__ = ["NotebookWork"]
