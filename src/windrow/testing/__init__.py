"""Testing: what tests of a source kind of your own need, so that it is tried through the real core without a server.

`live_through` takes a kind through everything that a remote does to it; `Trial` harvests one source, act by act;
`Remote` answers what a test says. They need no test framework. `docs/doing/source-kinds-of-your-own.md` shows them.
"""

from windrow.testing.lives import Life, live_through
from windrow.testing.remotes import Asked, Remote
from windrow.testing.trials import Harvested, Trial

__all__ = ["Asked", "Harvested", "Life", "Remote", "Trial", "live_through"]
