"""What this area makes known at start-up."""

from __future__ import annotations

from crm.audiences import filling, making, members, refreshing
from crm.audiences.checking import register_checks
from crm.audiences.noticing import COUNTED_ANEW, OF_PARTNERS, count_anew, note_clients, note_events
from crm.dispatching import Subscriber, Watcher, subscribe, watch
from crm.due import Sweep, register_sweep


def register() -> None:
    """Who is told of changes, the two sweeps, what can be taken back, what must hold and what may wait."""
    watch(Watcher("audiences", note_events))
    subscribe(Subscriber("audience_counts", COUNTED_ANEW, count_anew))
    subscribe(Subscriber("audience_clients", OF_PARTNERS, note_clients))
    register_sweep(Sweep("audiences", refreshing.DUE_SQL, refreshing.refresh))
    register_sweep(Sweep("audience_filling", filling.DUE_SQL, filling.fill_waiting, slow=True))
    making.register_undo()
    members.register_undo()
    register_checks()
