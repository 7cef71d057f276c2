"""Robots that call the addresses in mails, by the name they give and the network they come from.

Sources: Apple Mail loads every picture through Apple's relays under the bare name "Mozilla/5.0"
(help.socketlabs.com/docs/identifying-apple-mpp-opens-in-notification-api-events, wordtothewise.com/2021/09/apple-mpp);
Gmail and Yahoo fetch through proxies that name themselves when somebody opens the mail. Networks: Microsoft's mail filter
by its SPF record (spf.protection.outlook.com) and mautic/mautic#9400; the others by what these firms tell customers to
let through. A network counts against clicks only: Outlook on the web loads pictures for people from Microsoft's own
(warmbly/warmbly#412).
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_network

APPLE = "Mozilla/5.0"

#: Their users do open the mail, though place, device and second time stay hidden.
PROXIES = {"GoogleImageProxy": "Gmail", "ggpht.com": "Gmail", "YahooMailProxy": "Yahoo Mail", "YahooCacheSystem": "Yahoo Mail"}  # fmt: skip

_ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|scanner|preview|headless|phantomjs|selenium|puppeteer|playwright"
    r"|barracuda|mimecast|proofpoint|symantec|messagelabs|ironport|forcepoint|trendmicro|trend micro|sophos|fortiguard"
    r"|zscaler|mcafee|cloudmark|checkpoint|perception point|virustotal|urlscan|safelinks"
    r"|facebookexternalhit|facebot|whatsapp/|telegram|slackbot|skypeuripreview|embedly|bitly"
    r"|^curl/|^wget|python-requests|python-urllib|aiohttp|httpx/|^go-http-client|^java/|libwww-perl|^ruby|^php"
    r"|apache-httpclient|node-fetch|axios/|^okhttp|guzzlehttp",
    re.IGNORECASE,
)
#: Phones whose makers' names look like a robot's.
_NOT_ROBOTS = re.compile(r"cubot", re.IGNORECASE)

SCANNERS = {
    "Microsoft 365": ("40.92.0.0/14", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17", "2a01:111:f400::/48", "2a01:111:f403::/48"),
    "Proofpoint": ("67.231.144.0/20", "148.163.128.0/19"),
    "Mimecast": ("91.220.42.0/24", "195.130.217.0/24", "207.211.30.0/24"),
    "Barracuda": ("64.235.144.0/20", "209.222.80.0/21"),
}  # fmt: skip
_NETWORKS = [(ip_network(network), name) for name, networks in SCANNERS.items() for network in networks]


@lru_cache(maxsize=4096)
def robot_named(user_agent: str) -> str:
    """The word by which a robot gives itself away; "" when there is none."""
    found = _ROBOTS.search(_NOT_ROBOTS.sub("", user_agent))
    return found[0].strip("/").strip() if found else ""


def proxy_named(user_agent: str) -> str:
    """The mail service that fetched a picture for its user; "" when it was none."""
    return next((name for word, name in PROXIES.items() if word in user_agent), "")


@lru_cache(maxsize=4096)
def scanner_at(network: str) -> str:
    """The mail filter whose network it is, as `noting.network_of` writes networks; "" when it is nobody's."""
    try:
        given = ip_network(network)
    except ValueError:
        return ""
    for known, name in _NETWORKS:
        if known.version == given.version and given.subnet_of(known):  # type: ignore[arg-type]  # same version
            return name
    return ""
