"""A server like the real one, but the system refuses it processes.

``REFUSE=second`` refuses a process while another one runs, ``REFUSE=all`` refuses every one.
"""

from __future__ import annotations

import errno
import os
import sys

from processes import children_of

from advisor.microbench.running import server

fork = os.fork


def reluctant():
    if os.environ["REFUSE"] == "all" or children_of(os.getpid()):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
    return fork()


if __name__ == "__main__":
    os.fork = reluctant
    sys.exit(server.main(sys.argv[1:]))
