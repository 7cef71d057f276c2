"""Delivers many messages in one process and prints how large it has become, in MB."""

from __future__ import annotations

import resource
import sys


def main(count: int) -> None:
    """Put and deliver in rounds, as a worker does over a day."""
    import django

    django.setup()
    from bench.sending import COUNT, queue
    from messaging.delivery import deliver_due

    done = 0
    while done < count:
        done += deliver_due(queue(COUNT))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(int(sys.argv[1]))
