"""Delivers many messages in one process and prints how large it has become, in MB."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def main(count: int) -> None:
    """Put and deliver in rounds, as a worker does over a day."""
    import django

    django.setup()
    from bench.sending import COUNT, queue
    from messaging.delivery import deliver_due

    done = 0
    while done < count:
        done += deliver_due(queue(COUNT))
    # Not what getrusage says: that begins with the size of the process that started this one.
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert peak is not None
    print(int(peak[1]) / 1024)


if __name__ == "__main__":
    main(int(sys.argv[1]))
