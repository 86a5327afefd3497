"""The sample messages with what is expected of each, as the tests look at them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import Channel, Content
from uketsuke.domain.snapshot import SnapshotWorld
from uketsuke.intake.channels import read
from uketsuke.intake.records import record_channel
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment, Thread
from uketsuke.processors.catalogue import Catalogue

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """One message and its `.expected.json`."""

    path: Path

    @property
    def expected(self) -> dict[str, Any]:
        """What must come out."""
        found: dict[str, Any] = json.loads(self.path.with_suffix(".expected.json").read_text("utf-8"))
        return found

    @property
    def content(self) -> Content:
        """The message, read."""
        raw = self.path.read_bytes()
        channel = Channel.MAIL if self.path.suffix == ".eml" else Channel.NOTE
        if channel is Channel.NOTE and "record" in json.loads(raw):
            channel = record_channel(raw)
        return read(raw, channel)

    @property
    def received_at(self) -> datetime:
        """When it was stored; the clock stands there."""
        return datetime.fromisoformat(self.expected["received_at"])

    @property
    def city(self) -> str:
        """Whose services and world it is judged with."""
        return "ashiya" if self.path.parent.parent.name == "ashiya" else "kobe"

    @property
    def world(self) -> SnapshotWorld:
        """The world of the samples on that day."""
        return world_on(self.received_at, self.city)

    @property
    def thread(self) -> Thread | None:
        """The thread that the sample's own expectation names."""
        number = self.expected.get("receipt_number")
        if number is None:
            return None
        return Thread(number, self.expected["service"], "市民協働課", person="10001")

    def assessed(self, **more: Any) -> Assessment:
        """The message judged alone in its world."""
        known = catalogue(self.city)
        return assess(self.content, self.received_at, self.world, known, thread=self.thread, **more)


FOLDERS = (
    *(f"kobe/{one}" for one in ("lte-handover", "ekobe-unlock", "ekobe-account", "ekobe-trial")),
    "ashiya/account-unlock",
    "edge",
)
"""Where samples of services that there are stand."""
WORLDS = {"kobe": "context.json", "ashiya": "world.json"}


@cache
def catalogue(*cities: str) -> Catalogue:
    """The services of the samples' city."""
    return Catalogue.load(cities or ["kobe"])


@cache
def context(city: str = "kobe") -> dict[str, Any]:
    """The plain values of a city's world."""
    found: dict[str, Any] = json.loads((SAMPLES / city / WORLDS[city]).read_text("utf-8"))
    return found


def world_on(at: datetime, city: str = "kobe") -> SnapshotWorld:
    """A city's world as it is on a day."""
    return SnapshotWorld(context(city), local_day(at), catalogue(city).key_columns)


def samples(*folders: str) -> Iterator[Sample]:
    """Every sample below the folders named, in the order of their names."""
    for folder in folders or (
        "kobe/lte-handover",
        "kobe/ekobe-unlock",
        "kobe/ekobe-account",
        "kobe/ekobe-trial",
        "kobe/kintone-developer",
        "kobe/kintone-space",
        "kobe/kintone-group",
        "ashiya/account-unlock",
        "edge",
    ):
        for expected in sorted((SAMPLES / folder).glob("*.expected.json")):
            stem = expected.name.removesuffix(".expected.json")
            yield next(
                Sample(path)
                for path in (expected.parent / f"{stem}.eml", expected.parent / f"{stem}.json")
                if path.exists()
            )


def by_name(path: str) -> Sample:
    """One sample by its path below the samples' folder, without the ending."""
    folder, _, stem = path.rpartition("/")
    return next(one for one in samples(folder) if one.path.stem == stem)
