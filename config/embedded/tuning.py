"""PostgreSQL's settings for one machine that also runs everything else."""

import os
from pathlib import Path

MB = 1024 * 1024


def memory() -> int:
    """Return the bytes of memory that this process may count on: the machine's, or the container's if less."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()).isdecimal():
        total = min(total, int(text))
    return total


def tuned(memory: int, *, durable: bool) -> dict[str, str]:
    """Return the server settings for so many bytes; without `durable` a crash of the machine may lose data."""

    def share(part: int, least: int, most: int) -> str:
        return f"{min(max(memory // part // MB, least), most)}MB"

    settings = {
        "shared_buffers": share(8, 64, 2048),
        "effective_cache_size": share(2, 256, 65536),
        "work_mem": share(512, 8, 64),
        "maintenance_work_mem": share(32, 64, 512),
        "max_connections": "100",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "wal_compression": "off",  # pglz made bulk updates three times slower
        "random_page_cost": "1.1",  # solid state disks
        "effective_io_concurrency": "64",
        "jit": "off",  # compiling costs more than our short queries take
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "shared_buffers": share(64, 64, 256),
            "max_connections": "60",
            "autovacuum": "off",
        }
    return settings
