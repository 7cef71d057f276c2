"""The names by which an answer finds its message again."""

import pytest

from messaging.addresses import read_message_id, read_name, read_reply_address, reply_address
from messaging.mime import message_id

TOKEN = "0a1b2c3d4e5f"


def test_a_reply_address_reads_back(settings):
    settings.REPLY_ADDRESS = "reply@in.example.com"
    assert reply_address(12, TOKEN) == f"reply+12.{TOKEN}@in.example.com"
    assert read_reply_address(f'"The Team" <Reply+12.{TOKEN.upper()}@IN.example.com>') == (12, TOKEN)


def test_there_is_no_reply_address_where_none_is_set_up(settings):
    settings.REPLY_ADDRESS = ""
    assert reply_address(12, TOKEN) == ""
    assert read_reply_address(f"reply+12.{TOKEN}@in.example.com") is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reply@in.example.com",
        f"reply+12.{TOKEN}@elsewhere.example",
        f"other+12.{TOKEN}@in.example.com",
        f"reply+0.{TOKEN}@in.example.com",
        f"reply+12.{TOKEN}ff@in.example.com",
        f"reply+{'9' * 40}.{TOKEN}@in.example.com",
        "reply+12@in.example.com",
    ],
)
def test_other_addresses_name_no_message(settings, address):
    settings.REPLY_ADDRESS = "reply@in.example.com"
    assert read_reply_address(address) is None


def test_our_message_ids_are_found_among_others():
    ours = message_id(12, TOKEN, "Us <us@example.com>")
    text = f"<abc@x.example>\r\n {ours} <{'9' * 40}.{TOKEN}@y> <1{ours[1:]}"
    assert read_message_id(text) == (12, TOKEN)
    assert read_message_id("<x12.zz@example.com>") is None


def test_metadata_reads_back():
    assert read_name(f"12.{TOKEN}") == (12, TOKEN)
    assert read_name(f"12.{TOKEN} or so") is None
