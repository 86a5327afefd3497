"""`make bench`: numbers to look at, never to assert; ratios travel better between machines."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from tests.bench import floors
from tests.bench.measure import Timing, by_turns, resident
from tests.bench.paths import Bench, finish
from tests.bench.profile import Profile, profile_of
from tests.crash.office import Crew, Zygote
from tests.servers.dovecot import running_dovecot
from tests.servers.programs import wait_until
from tests.servers.smtp import SmtpRelay
from uketsuke import log


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description="uketsuke beside its floors")
    parser.add_argument("--returns", type=int, default=20, help="mails in a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    log.configure("warning")
    with tempfile.TemporaryDirectory(prefix="uketsuke-bench-") as folder, running_dovecot() as server:
        relay = SmtpRelay(Path(folder) / "accepted.jsonl")
        relay.start()
        bench = Bench(Path(folder), server, relay, options.returns)
        raw = bench.mails()
        found = by_turns(
            {
                "parse": floors.bare_parse(raw),
                "commit": floors.durable_commit(Path(folder)),
                "fetch": floors.imap_fetch(server.account(), raw),
                "send": floors.smtp_send(relay, 40),
                "read": bench.read,
                "whole": bench.whole_way,
            },
            options.rounds,
        )
        report(found, bench.letters_sent / options.returns, profiled(bench), options)
        report_memory(bench)
        relay.stop()


def report(found: dict[str, Timing], letters: float, profile: Profile, options: argparse.Namespace) -> None:
    """Each number, beside what it cannot be faster than."""
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(
        f"{platform.machine()}, {cores} cores, load {load:.1f}, Python {platform.python_version()}, SQLite;"
    )
    print(f"{options.returns} mails a round, {options.rounds} rounds by turns, medians\n")
    parse, commit, fetch, send = (found[name].seconds for name in ("parse", "commit", "fetch", "send"))
    commits = profile.commits / options.returns
    line("floor: parse a mail (standard library)", found["parse"])
    line("floor: one durable commit", found["commit"])
    line("floor: fetch a mail by IMAP", found["fetch"])
    line("floor: hand a mail to the relay", found["send"])
    line("mailbox to stored reading and plan", found["read"])
    times(found["read"].seconds / (parse + fetch + 2 * commit), "parse, fetch, 2 commits")
    line("a return, mailbox to completion letter", found["whole"])
    floors_of_it = parse + fetch + commits * commit + letters * send
    times(found["whole"].seconds / floors_of_it, f"parse, fetch, {letters:.0f} sends, {commits:.0f} commits")
    print("\nwhere the time of a return goes (profiled; the parts overlap):")
    for part, share in sorted(profile.shares.items(), key=lambda one: -one[1]):
        print(f"  {part:42}{share:7.0%}")


def line(name: str, timing: Timing) -> None:
    """One row of the table."""
    print(f"{name:44}{timing.seconds * 1000:8.2f} ms{timing.rate:10.1f} /s   spread {timing.spread:.1f}")


def times(ratio: float, floor: str) -> None:
    """How far from the floor."""
    print(f"{'':44}{ratio:8.1f} times its floors ({floor})")


def profiled(bench: Bench) -> Profile:
    """One office's whole way under the profiler."""
    office = bench.office()
    try:
        return profile_of(lambda: finish(office, bench.returns))
    finally:
        office.close()


def report_memory(bench: Bench) -> None:
    """Processes of an office after they have read their mails."""
    office, zygote = bench.office(), Zygote()
    crew = Crew(office, zygote, bench.returns)
    crew.roles = ("intake", "worker")
    crew.start()
    try:
        wait_until(lambda: is_read(crew, bench.returns), "all mails read", 60)
        sizes = {role: resident(member.pid) for role, member in crew.members.items()}
    finally:
        crew.stop()
        zygote.close()
        office.close()
    told = ", ".join(f"{role} {size:.0f} MiB" for role, size in sizes.items())
    print(f"\nresident memory after reading {bench.returns} mails: {told}")


def is_read(crew: Crew, count: int) -> bool:
    """Whether every mail has become a request."""
    with crew.office.app.database.reading() as tx:
        return tx.tray.all_requests().total >= count


if __name__ == "__main__":
    main()
