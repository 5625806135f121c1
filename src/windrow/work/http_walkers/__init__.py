"""Walkers of live Jac servers: called over HTTP, they are walkers here like all others.

reading.py   the file that names them
asking.py    a call as the server's API wants it, and what it answered; pure
walkers.py   the walkers, as everything else here knows them
"""

from windrow.work.http_walkers.reading import read_file
from windrow.work.http_walkers.walkers import load_http_walkers

__all__ = ["load_http_walkers", "read_file"]
