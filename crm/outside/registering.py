"""What this area makes known at start-up."""

from __future__ import annotations

from crm.due import Sweep, register_sweep
from crm.outside import unclaimed


def register() -> None:
    """Say how leaving is taken back, and sweep away what nobody asked for in 90 days."""
    unclaimed.register()
    register_sweep(
        Sweep(
            "refused_events",
            "EXISTS (SELECT FROM crm_refusedevent WHERE received_at <= %(now)s - interval '90 days')",
            unclaimed.forget_old,
            slow=True,
        )
    )
