"""Children that end with their parent, even when the parent is killed with no chance to tell them.

Only Linux can do this. Elsewhere they go on, and whoever starts next clears up (leftovers.py).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded now: between fork and exec is no time to look for libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(wish: signal.Signals, parent: int) -> None:
    """Have the kernel send `wish` to this process when the thread that started it ends."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(wish), 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), wish)


def tied(wish: signal.Signals) -> Callable[[], None]:
    """The same as a `preexec_fn` for a child of this process."""
    parent = os.getpid()
    return lambda: die_with_parent(wish, parent)
