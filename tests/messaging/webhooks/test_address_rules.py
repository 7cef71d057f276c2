"""Which addresses a webhook may be sent to, however they are written."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from messaging.webhooks.address_rules import Allowed, BadAddress, allowed_of, is_outside, refusal, target_of

NOBODY = Allowed()
#: A busy machine is no fault of what is tried.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
INSIDE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.88.99.1",
    "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "198.18.0.1",
    "192.0.2.1", "198.51.100.1", "203.0.113.1",
    "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
    "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:0:0:0:0:0:80ff:fffe",
    "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_on_the_inside_is_never_outside(address: str) -> None:
    assert not is_outside(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_open_internet_is_outside(address: str) -> None:
    assert is_outside(ipaddress.ip_address(address))


INSIDE_V4 = st.sampled_from([one for one in INSIDE if "." in one and ":" not in one]).map(ipaddress.IPv4Address)


@CALM
@given(INSIDE_V4, st.sampled_from(["::ffff:0:0", "::", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"]))
def test_wrapping_an_address_of_the_inside_leads_nowhere_else(inner: ipaddress.IPv4Address, carrier: str) -> None:
    assert not is_outside(ipaddress.IPv6Address(int(ipaddress.IPv6Address(carrier)) | int(inner)))


@CALM
@given(INSIDE_V4, st.integers(0, 2**80 - 1))
def test_a_tunnel_to_the_inside_is_inside(inner: ipaddress.IPv4Address, rest: int) -> None:
    sixtofour = ipaddress.IPv6Address((0x2002 << 112) | (int(inner) << 80) | rest)
    teredo = ipaddress.IPv6Address((0x20010000 << 96) | (rest << 16 & ((1 << 96) - 1)) | (int(inner) ^ 0xFFFFFFFF))
    assert not is_outside(sixtofour)
    assert not is_outside(teredo)


@CALM
@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_what_python_calls_private_is_never_outside(address: ipaddress.IPv4Address) -> None:
    assume(not address.is_global or address.is_multicast or address.is_reserved)
    assert not is_outside(address)


@pytest.mark.parametrize("address", [one if ":" not in one else f"[{one}]" for one in INSIDE])
def test_the_inside_is_refused_as_a_form_takes_it(address: str) -> None:
    with pytest.raises(BadAddress):
        target_of(f"https://{address}/hook", NOBODY)


@pytest.mark.parametrize(
    "url",
    [
        "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://0x7f.1/", "https://127.1/",
        "https://0177.0.0.1/", "https://127.0.0.1./", "https://127.0.0x1/", "https://4294967296/", "https://1.2.3.4.5/",
        "https://１２７.０.０.１/", "https://127。0。0。1/", "https://①②⑦.0.0.1/", "https://[::ffff:127.0.0.1]/",
        "https://[::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[::1/", "https://0x/", "https://0/",
    ],
)  # fmt: skip
def test_an_odd_way_of_writing_a_number_leads_nowhere(url: str) -> None:
    with pytest.raises(BadAddress):
        target_of(url, NOBODY)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
        "javascript:alert(1)", "https://", "https:///path", "https://user@example.com/", "https://a:b@example.com/",
        "https://@example.com/", "https://example.com:0/", "https://example.com:99999/", "https://example.com:x/",
        "https://exa mple.com/", "https://example.com/\r\nHost: inside", "https://example.com\\@inside.example/",
        "https://example.com/\0", "https://%31%32%37.0.0.1/", "https://-a.com/", f"https://{'a' * 64}.com/",
        f"https://{'a.' * 130}com/", "https://localhost/", "https://localhost./", "https://intranet/",
        "https://db.internal/", "https://printer.local/", "https://a.localhost/", "https://router.home.arpa/",
        "https://LOCALHOST/", "http://example.com/", f"https://example.com/{'a' * 2000}", "https://..com/",
        "https://xn--a/", "https://a\u202eb.com/", "https://\ud800.com/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_web_page_outside_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        target_of(url, NOBODY)


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://example.com", "example.com", 443, "/"),
        ("https://Example.COM:8443/a/b?c=d#e", "example.com", 8443, "/a/b?c=d"),
        ("https://bücher.example.com/ä?ö=ü", "xn--bcher-kva.example.com", 443, "/%C3%A4?%C3%B6=%C3%BC"),
        ("https://hooks.example.com./x%2Fy", "hooks.example.com", 443, "/x%2Fy"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
        ("https://[2606:4700::1111]:444/", "2606:4700::1111", 444, "/"),
    ],
)
def test_an_address_is_taken_apart(url: str, host: str, port: int, path: str) -> None:
    target = target_of(url, NOBODY)
    assert (target.host, target.port, target.path) == (host, port, path)


def test_the_request_names_the_host_and_a_port_that_is_not_the_usual() -> None:
    assert target_of("https://[2606:4700::1111]:444/", NOBODY).named == "[2606:4700::1111]:444"
    assert target_of("https://example.com:443/", NOBODY).named == "example.com"


def test_a_named_host_or_network_is_let_through_over_http_too() -> None:
    allowed = allowed_of(["Localhost", "n8n.internal", "10.1.0.0/16", "::1", "[fd00::1]"])
    for url in (
        "http://localhost:5678/",
        "http://n8n.internal/x",
        "http://10.1.2.3/",
        "http://[::1]/",
        "https://[fd00::1]/",
    ):
        target_of(url, allowed)
    for url in ("http://10.2.0.1/", "http://other.internal/", "http://example.com/", "https://a.localhost/"):
        with pytest.raises(BadAddress):
            target_of(url, allowed)


def test_one_address_on_the_inside_speaks_against_a_name() -> None:
    assert refusal("example.com", ["8.8.8.8", "10.0.0.1"], NOBODY) == (
        "example.com is a machine on the inside, where webhooks are not sent."
    )
    assert refusal("example.com", ["8.8.8.8", "2606:4700::1111"], NOBODY) == ""
    assert refusal("example.com", [], NOBODY) == "example.com is not found."
    assert refusal("example.com", ["8.8.8.8", "fe80::1%eth0"], NOBODY) != ""


def test_what_is_let_through_by_name_or_network_may_lie_inside() -> None:
    allowed = allowed_of(["n8n.example.com", "10.1.0.0/16"])
    assert refusal("n8n.example.com", ["192.168.0.7"], allowed) == ""
    assert refusal("any.example.com", ["10.1.0.7", "8.8.8.8"], allowed) == ""
    assert refusal("any.example.com", ["192.168.0.7"], allowed) != ""


def test_a_setting_that_names_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="not an address"):
        allowed_of(["10.0.0.0/99"])


@CALM
@given(st.text(max_size=60), st.sampled_from(["https://", "http://", ""]))
def test_any_text_is_taken_or_refused_with_a_sentence(text: str, scheme: str) -> None:
    target, refused = None, ""
    try:
        target = target_of(scheme + text, NOBODY)
    except BadAddress as problem:
        refused = str(problem)
    if target is None:
        assert refused.endswith(".")
    else:
        assert (target.scheme, target.path.isascii(), target.host.isascii()) == ("https", True, True)


@CALM
@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_a_number_that_is_let_through_is_outside(address: ipaddress.IPv4Address) -> None:
    try:
        target_of(f"https://{address}/", NOBODY)
    except BadAddress:
        assert not is_outside(address)
    else:
        assert is_outside(address)
