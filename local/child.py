"""Run a Python module only while its parent lives: python -m local.child MODULE ARGUMENTS...

The parent holds the other end of the standard input and writes nothing to it. When the parent is gone, even by SIGKILL,
the kernel closes that end, and this process ends with all that it started. Only Linux has a signal for that.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Watch the parent, and run the module as `python -m` does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    # The parent made this process the leader of a group of its own.
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
