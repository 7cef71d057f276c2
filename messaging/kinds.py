"""The kinds of notification there are: each floor registers its own, once, at start-up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """`title` names it on the settings page; urgent kinds reach the app even in quiet hours.

    `renderer` names the templates templates/email/RENDERER.html and .txt that its e-mails are made from.
    """

    name: str
    title: str
    default_channels: tuple[str, ...] = ("in_app",)
    urgent: bool = False
    help: str = ""
    icon: str = "bell"
    renderer: str = "notice"
    choosable: bool = True  # shown among a person's preferences

    @property
    def bundles(self) -> bool:
        """Whether its e-mails may wait for others: what is urgent, timed or has a form of its own does not."""
        return self.choosable and not self.urgent and self.renderer == "notice"


_kinds: dict[str, NoticeKind] = {}


def register_notice(*kinds: NoticeKind) -> None:
    """Make kinds known; the same name again replaces the first."""
    for kind in kinds:
        _kinds[kind.name] = kind


def notice_kind(name: str) -> NoticeKind:
    """What is known of a kind; a name nobody registered is an error in the program, so KeyError."""
    return _kinds[name]


def described(name: str) -> NoticeKind:
    """What to show of a stored message's kind, also of one that has since been removed."""
    return _kinds.get(name) or NoticeKind(name, name.replace("_", " ").capitalize())


def all_notices() -> list[NoticeKind]:
    """Those whose channels people choose."""
    return [kind for kind in _kinds.values() if kind.choosable]
