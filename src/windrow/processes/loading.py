"""Loading: how a process takes in much code at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """The garbage collector rests while modules are loaded, and never looks at them afterwards: none is garbage.

    It looked through everything many times meanwhile, for a fifth of the time that the API takes to start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
