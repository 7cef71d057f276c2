"""Become the server's user, promise to die with the parent, then turn into the server.

Run as a script in an isolated interpreter: launch.py UID GID SIGNAL COMMAND...
PostgreSQL refuses to run as root, and an unprivileged user may be unable to walk to the data directory (a checkout
under /root, say). So on Linux root hands down one right, to pass by file permissions, and nothing else.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 4  # access(2), by which PostgreSQL looks at its own files, then counts the right as well
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def keep_only_file_access(libc: ctypes.CDLL) -> None:
    """Give up every capability but the one, or all where that one was never ours; let it survive exec."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    for mask in (1 << CAP_DAC_OVERRIDE, 0):
        sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable: low, then high
        if libc.capset(header, sets) == 0:
            break
    else:
        sys.exit("root may not give up its rights here: run as an ordinary user")
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)  # refused: plain permissions may still do


def main(uid: int, gid: int, death: int, command: list[str]) -> None:
    """Drop to the user where one is named, bind this life to the parent's, and exec the command."""
    parent = os.getppid()
    linux = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if os.geteuid() == 0 and uid != 0:
        if linux:
            linux.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
            linux.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        try:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        except OSError as error:
            sys.exit(f"root may not become user {uid} here ({error.strerror}): run as an ordinary user")
        if linux:
            keep_only_file_access(linux)
    if linux:  # after the change of user, which would clear it
        linux.prctl(PR_SET_PDEATHSIG, death, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the process that asked for this server has gone")
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(0o077)
    try:
        os.execv(command[0], command)  # noqa: S606 - this is what we are for
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run by user {os.geteuid()}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
