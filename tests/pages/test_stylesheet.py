"""The stylesheet is put together from its parts, and stays small."""

import gzip
import os
from pathlib import Path

from config.stylesheet import STATIC, build, parts


def parts_in(folder: Path) -> Path:
    (folder / "components").mkdir(parents=True)
    (folder / "order.txt").write_text("tokens.css\ncomponents/\n")
    (folder / "tokens.css").write_text("/* colours */\n:root { color: red; }\n")
    (folder / "components" / "b.css").write_text(".b { }\n")
    (folder / "components" / "a.css").write_text(".a { }\n")
    return folder


def test_the_parts_come_in_their_order_without_comments(tmp_path: Path) -> None:
    made = build(parts_in(tmp_path / "css"), tmp_path / "built" / "app.css")
    assert made.read_text() == ":root { color: red; }\n.a { }\n.b { }\n"


def test_it_is_built_again_only_when_a_part_is_newer(tmp_path: Path) -> None:
    source = parts_in(tmp_path / "css")
    made = build(source, tmp_path / "app.css")
    first = made.stat().st_mtime_ns
    assert build(source, made).stat().st_mtime_ns == first
    os.utime(source / "tokens.css", ns=(first + 10**9, first + 10**9))
    (source / "tokens.css").write_text(":root { color: green; }\n")
    os.utime(source / "tokens.css", ns=(first + 10**9, first + 10**9))
    assert "green" in build(source, made).read_text()


def test_it_stays_under_thirty_kilobytes_compressed(tmp_path: Path) -> None:
    made = build(target=tmp_path / "app.css")
    assert len(gzip.compress(made.read_bytes())) <= 30_000


def test_every_part_stands_in_a_layer() -> None:
    for part in parts(STATIC / "css"):
        assert "@layer" in part.read_text() or part.name == "print.css", part.name
