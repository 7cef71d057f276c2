"""Hits as they come in life, each with who it truly was. Made by hand; `beyond` are those that no rule of ours can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from messaging.tracking.labelling import MACHINE, PERSON, UNKNOWN, Seen

DELIVERED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
OLD_CHROME = "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/57.0.2987.133 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
CUBOT = "Mozilla/5.0 (Linux; Android 12; CUBOT X50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36"
APPLE_MAIL = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
OUTLOOK = (
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; .NET4.0C; ms-office; MSOffice 16)"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE_PROXY = "Mozilla/5.0"
HOME, OFFICE, EOP, AZURE = "198.51.100.0/24", "203.0.113.0/24", "40.107.218.0/24", "20.44.8.0/24"
A, B, C, D = (f"https://school.example/{word}" for word in ("courses", "prices", "visit", "map"))

_ids = count(1)


def hit(kind: str, after: float, **fields: Any) -> Seen:
    known: dict[str, Any] = {"user_agent": CHROME, "network": HOME}
    return Seen(next(_ids), kind, DELIVERED + timedelta(seconds=after), **known | fields)


def click(after: float, **fields: Any) -> Seen:
    return hit("clicked", after, **{"url": A} | fields)


def opened(after: float, **fields: Any) -> Seen:
    return hit("opened", after, **fields)


@dataclass(frozen=True)
class Case:
    """One message's hits and who was behind each."""

    name: str
    hits: tuple[Seen, ...]
    actors: tuple[str, ...]
    links: tuple[str, ...] = ()
    delivered_at: datetime | None = DELIVERED
    beyond: bool = False


def people(name: str, *hits: Seen, **fields: Any) -> Case:
    return Case(name, hits, (PERSON,) * len(hits), **fields)


def machines(name: str, *hits: Seen, **fields: Any) -> Case:
    return Case(name, hits, (MACHINE,) * len(hits), **fields)


CASES = [
    # People.
    people("opened at the desk, clicked a minute later", opened(3600), click(3660)),
    people("opened in Thunderbird", opened(700, user_agent=THUNDERBIRD)),
    people("opened in Outlook, three times", *(opened(n, user_agent=OUTLOOK) for n in (400, 401, 9000))),
    people("opened in Apple Mail without the relay", opened(86400, user_agent=APPLE_MAIL)),
    people("Gmail fetches for its user, who clicks on a phone", opened(300, user_agent=GMAIL, network="66.249.93.0/24"), click(320, user_agent=PHONE)),
    people("Yahoo fetches for its user", opened(5000, user_agent=YAHOO)),
    people("a quick one: the phone buzzed, the link was clicked", click(9, user_agent=PHONE)),
    people("opened four seconds after it came", opened(4, user_agent=PHONE)),
    people("double click", click(200), click(200.2)),
    people("reads everything: four links in four minutes", click(60, url=A), click(120, url=B), click(200, url=C), click(290, url=D), links=(A, B, C, D)),
    people("two tabs, two seconds apart", click(500, url=A), click(502, url=B)),
    people("a phone whose maker sounds like a robot", click(900, user_agent=CUBOT)),
    people("Safe Links let the person through to us from their own network", click(900, network=OFFICE)),
    people("clicked before the provider told of the delivery", click(40), delivered_at=None),
    people("a week later", opened(7 * 86400), click(7 * 86400 + 30)),
    people("a forwarded mail: two people, two networks", click(600, user_agent=PHONE), click(4000, network=OFFICE)),
    people("the same link again from another device", click(600), click(1200, user_agent=PHONE, network=OFFICE)),
    people("Outlook on the web loads the picture from a network of Microsoft", opened(800, network=EOP)),
    # Machines.
    machines("Apple Mail loads the picture beforehand", opened(25, user_agent=APPLE_PROXY, network="172.224.240.0/24")),
    machines("Apple Mail, at night, twice", opened(20000, user_agent=APPLE_PROXY), opened(50000, user_agent=APPLE_PROXY)),
    machines("gophish#973: the mail filter of Microsoft, as an old Chrome", click(20, user_agent=OLD_CHROME, network=EOP)),
    machines("mautic#9400: Safe Links at delivery", click(45, network="40.94.29.0/24")),
    machines("mautic#16263: a gateway fetches every link at delivery", opened(1), click(1.2, url=A), click(1.4, url=B), click(1.9, url=C)),
    machines("a slow gateway follows all links within a minute", click(120, url=A), click(133, url=B), click(151, url=C), links=(A, B, C)),
    machines("a sandbox in the cloud opens three links in four seconds", click(80, url=A, network=AZURE), click(82, url=B, network=AZURE), click(84, url=C, network=AZURE)),
    machines("a pair of links at once", click(300, url=A, network=AZURE), click(300.4, url=B, network=AZURE)),
    machines("HEAD only", click(240, method="HEAD")),
    machines("a browser loads the page in case", click(240, method="prefetch")),
    machines("no name", click(240, user_agent="")),
    machines("mautic#6591: a short link’s robot", click(40, user_agent="bitlybot/3.0 (+http://bit.ly/)")),
    machines("a chat shows a preview of a forwarded link", click(900, user_agent="Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")),
    machines("a script", click(900, user_agent="python-requests/2.32")),
    machines("a headless browser", click(900, user_agent=CHROME.replace("Chrome/", "HeadlessChrome/"))),
    machines("Barracuda by its network", click(33, network="64.235.150.0/24")),
    machines("Proofpoint by its network", click(70, network="67.231.152.0/24")),
    machines("came before the delivery: the gateway looks, then lets it in", opened(-4), click(-3)),
    machines("the hidden link among others, each from another address", click(400, network=AZURE), click(403, hidden=True, url="", network="20.44.9.0/24"), click(405, url=B, network="20.44.10.0/24")),
    machines("the same program an hour before it found the hidden link", click(400, network=AZURE), click(4000, hidden=True, url="", network=AZURE)),
    # Both on one mail.
    Case("a gateway at delivery, the person at noon", (click(2, url=A, network=AZURE), click(2.2, url=B, network=AZURE), opened(10800), click(10830, user_agent=PHONE)), (MACHINE, MACHINE, PERSON, PERSON)),
    Case("Apple Mail beforehand, then a click", (opened(30, user_agent=APPLE_PROXY), click(7200, user_agent=PHONE)), (MACHINE, PERSON)),
    Case("a provider that names no program", (opened(90, user_agent="", provider="postmark"),), (UNKNOWN,)),
    # Beyond us, and said so: they weigh on the figures.
    machines("a single link, minutes later, from a cloud, as Chrome", click(400, network=AZURE), beyond=True),
    machines("a gateway that opens the picture only, as Outlook", opened(90, user_agent=OUTLOOK, network=AZURE), beyond=True),
    people("a person behind a web filter of a firm that also filters mail", click(900, network="67.231.152.0/24"), beyond=True),
]  # fmt: skip
