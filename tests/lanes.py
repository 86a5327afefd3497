"""How the tests are shared out among the workers of pytest-xdist (`make test WORKERS=3`).

A file stays together, with what it sets up once. Files that use one slow server stay together
too, or each worker would start that server. Long work comes first: what is begun last would
keep one worker busy while the others are done.
"""

from __future__ import annotations

from collections.abc import Mapping

from xdist.scheduler.loadscope import LoadScopeScheduling

TOGETHER: Mapping[str, str] = {
    "tests/connectors/test_directory.py": "samba",
    "tests/end_to_end/test_account_unlock.py": "samba",
}
"""File → the slow server that it shares with the others of that name."""
FIRST = ("tests/crash/test_every_point.py", "tests/crash/", "samba", "tests/spoof/", "tests/console/")
"""What takes long, the longest first; the rest in its own order."""


class Lanes(LoadScopeScheduling):
    """Hands out whole lanes, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid)


def lane(nodeid: str) -> str:
    """What stays together with that test; the days of the crash suite know nothing of each other."""
    file = nodeid.partition("::")[0]
    return nodeid if file.startswith("tests/crash/") else TOGETHER.get(file, file)


def rank(nodeid: str) -> int:
    """How early a test is begun; less is earlier."""
    found = lane(nodeid)
    return next((place for place, name in enumerate(FIRST) if found.startswith(name)), len(FIRST))
