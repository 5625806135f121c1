"""Work in a process of its own: each attempt is a child that a warm parent, the nursery, forks in milliseconds.

    worker      isolator.py   starts the nursery, has a child made for each attempt
                serving.py    talks with one child until it has ended
                wishes.py     does what a child asks for, after checking it
    nursery     nursery.py    one process with one thread: forks, watches, ends and buries
                processes.py  families of processes: who belongs to one, what they hold, how they end
    child       child.py      from the fork to the last word
                line.py       the child's end of the line to its worker
                work.py       `Work`, carried over that line
    both ways   frames.py     so many bytes at a time
                words.py      results and errors as plain data

The worker pickles what it says to a child; what a child says is plain JSON, bounded, and checked before it counts.
"""

from windrow.engines.isolation.isolator import Isolator

__all__ = ["Isolator"]
