"""Mails with random damage: never an exception, always text that can be stored (FAULTS B1)."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from tests.intake.attacks import build_heavy, build_refused
from uketsuke.domain.content import Content
from uketsuke.intake.message import read_mail

SEED = int(os.environ.get("UKETSUKE_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
MAILS = 1000
SCRAPS = [
    *(
        b"\x00",
        b"\r\n",
        b"\r\n\r\n",
        b"=?utf-8?B?",
        b"?=",
        b"\x1b$B",
        b"\x1b(B",
        b"\xff",
        b"--b1\r\n",
        b'"',
        b"<",
        b">",
    ),
    *(
        b"Content-Type: multipart/mixed; boundary=b1\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b";" * 50,
        b"@",
    ),
    *(
        b"Content-Type: text/html\r\n",
        b"<table>",
        b"<td>",
        b"charset=zlib",
        b"charset=\x00",
        b"=",
        b"%",
        b"(",
        b"\\",
    ),
]


def seeds() -> list[bytes]:
    samples = (Path(__file__).parent.parent / "samples").rglob("*.eml")
    built = [*build_refused(500).values(), *build_heavy(500).values()]
    return [path.read_bytes() for path in sorted(samples)] + built


def damage(raw: bytes, chance: random.Random) -> bytes:
    """One to eight random cuts, swaps, flips and insertions."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at, until = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        match chance.randrange(5):
            case 0:
                del data[at : min(until, at + 40)]
            case 1:
                data[at:at] = chance.choice(SCRAPS)
            case 2:
                data[at:at] = data[until : until + 200]
            case 3:
                data[at : at + 1] = bytes((chance.randrange(256),))
            case _:
                data = data[:until] or data
    return bytes(data)


def test_a_thousand_damaged_mails_are_all_read() -> None:
    print(f"seed {SEED}: set UKETSUKE_SEED to repeat it")
    chance, originals = random.Random(SEED), seeds()
    slowest = 0.0
    for number in range(MAILS):
        raw = damage(chance.choice(originals), chance)
        start = time.process_time()
        content = read_mail(raw)
        slowest = max(slowest, time.process_time() - start)
        assert Content.model_validate_json(content.model_dump_json()) == content, number
    assert slowest < 1.0
