"""Tests stay on this machine, and so does what they start in this process."""

import socket

import pytest

from tests.network import OutsideError


def test_another_machine_cannot_be_reached_from_a_test() -> None:
    with socket.socket() as outward, pytest.raises(OutsideError, match=r"192\.0\.2\.1"):
        outward.connect(("192.0.2.1", 80))


def test_another_machines_name_is_not_looked_up() -> None:
    with pytest.raises(OutsideError, match=r"example\.com"):
        socket.getaddrinfo("example.com", 80)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname()).close()
