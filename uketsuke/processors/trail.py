"""What speaks against a mail, and what proves it: hosts on its way and signatures (FAULTS 3, evidence).

Everything here is a fact of the path or of the header block that no wording can
change. `doubts_of` is empty where nothing says that the mail is not what it claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from uketsuke.domain.content import AuthResult, Content, Signature
from uketsuke.domain.world import World

FRESH = timedelta(days=7)
"""A signature proves its mail this long; an older one was kept by somebody."""
AHEAD = timedelta(hours=10)
"""How far clocks of honest mail servers go ahead of ours."""
_FAILS = frozenset({"fail", "hardfail"})


def domain_of(address: str | None) -> str:
    """The part after the @, lower case; empty for no address."""
    return (address or "").rpartition("@")[2].casefold()


def doubts_of(content: Content, world: World, at: datetime | None) -> tuple[str, ...]:
    """Codes of everything that speaks against the mail; `at` is when it was applied for.

    A doubt about From or about what a trusted host recorded counts always; what was
    merely not confirmed on the way counts only where nothing else proves the mail.
    """
    taken = _taken_at(content, world, at)
    hard = [*_of_from(content, world), *_of_results(content, world), *_of_signatures(content, taken)]
    hard += ["return-path-outside"] if _bounces_outside(content, world) else []
    if hard or is_proven(content, world, at):
        return tuple(dict.fromkeys(hard))
    return tuple(_unconfirmed(content, world))


def is_proven(content: Content, world: World, at: datetime | None) -> bool:
    """An aligned pass recorded by a trusted host, or an aligned signature checked here."""
    trusted = trusted_result(content, world)
    domain = domain_of(content.sender.address)
    aligned = {("dmarc", "pass", domain), ("dkim", "pass", domain)}
    recorded = trusted is not None and any(
        (method.casefold(), result.casefold(), about.casefold()) in aligned
        for method, result, about in trusted.results
    )
    taken = _taken_at(content, world, at)
    return recorded or any(_proves(one, domain, taken) for one in content.signatures)


def is_outside(content: Content, world: World) -> bool:
    """Whether From is missing, malformed, several, or of a foreign domain; our own hosts are not foreign."""
    if content.sender.address is None:
        return True
    if world.staff_domains is None:
        return False
    return domain_of(content.sender.address) not in world.staff_domains | world.border_hosts


def trusted_result(content: Content, world: World) -> AuthResult | None:
    """The topmost Authentication-Results of a configured authserv-id; all others are hearsay.

    One below what the border itself noted was in the mail when it came, whatever name it bears.
    """
    ids = world.trusted_authserv_ids or frozenset()
    border = (n for n, hop in enumerate(content.received, 1) if hop.by.casefold() in world.border_hosts)
    lowest = next(border, None)
    found = (one for one in content.auth_results if lowest is None or one.depth <= lowest)
    return next((one for one in found if one.authserv_id.casefold() in ids), None)


def failed_checks(content: Content, world: World) -> tuple[str, ...]:
    """The checks that a trusted host recorded as failed (FR-12)."""
    trusted = trusted_result(content, world)
    failed = (
        (method for method, result, _ in trusted.results if result.casefold() in _FAILS) if trusted else ()
    )
    return tuple(dict.fromkeys(method.casefold() for method in failed))


def _of_from(content: Content, world: World) -> Iterator[str]:
    if content.sender.address is None:
        yield f"from-{content.sender.defect or 'missing'}"
    elif is_outside(content, world):
        yield "from-outside"


def _of_results(content: Content, world: World) -> Iterator[str]:
    for check in failed_checks(content, world):
        yield f"failed-{check}" if check in ("spf", "dkim", "dmarc") else "failed-check"


def _of_signatures(content: Content, at: datetime | None) -> Iterator[str]:
    """A signature of the sender's own domain that is not for this mail, here and now."""
    domain = domain_of(content.sender.address)
    for one in content.signatures:
        if domain and _is_aligned(one, domain):
            yield from _flaws(one, at)


def _taken_at(content: Content, world: World, at: datetime | None) -> datetime | None:
    """When the city had the mail: nothing written in it may make its signature look younger."""
    border = (one.at for one in content.received if one.by.casefold() in world.border_hosts)
    noted = next((one for one in border if one is not None), None)
    return noted or (at if content.submitted_at is None else None)


def _flaws(one: Signature, at: datetime | None) -> Iterator[str]:
    if one.partial:
        yield "signature-partial"
    if "from" not in one.signed:
        yield "signature-without-from"
    if one.seen_before:
        yield "signature-seen"
    if at is not None and one.signed_at is not None and not -AHEAD <= at - one.signed_at <= FRESH:
        yield "signature-old"
    if at is not None and one.expires_at is not None and one.expires_at + AHEAD < at:
        yield "signature-old"


def _proves(one: Signature, domain: str, at: datetime | None) -> bool:
    """FAULTS 3: verified here, aligned, From signed, no `l=`, at most seven days old, not seen before."""
    dated = at is not None and one.signed_at is not None
    return bool(one.verified) and dated and _is_aligned(one, domain) and not [*_flaws(one, at)]


def _is_aligned(one: Signature, domain: str) -> bool:
    """Of From's own domain or the one above it, as a city signs for its departments."""
    return domain == one.domain or domain.endswith(f".{one.domain}")


def _unconfirmed(content: Content, world: World) -> Iterator[str]:
    trusted, domain = trusted_result(content, world), domain_of(content.sender.address)
    if trusted and _contradicts(trusted, domain):
        yield "other-domain-passed"
    if any(one.verified is False and _is_aligned(one, domain) for one in content.signatures):
        yield "signature-broken"
    if came_from_outside(content, world):
        yield "hop-outside"
    envelope = (content.return_path or "").casefold()
    if envelope and envelope != (content.sender.address or "").casefold():
        yield "envelope-other"


def _contradicts(trusted: AuthResult, domain: str) -> bool:
    """Whether a trusted host says softfail, or pass for somebody else's domain: that is a claim, not none."""
    return any(
        result.casefold() == "softfail"
        or (result.casefold() == "pass" and bool(about) and not _related(about.casefold(), domain))
        for _method, result, about in trusted.results
    )


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _bounces_outside(content: Content, world: World) -> bool:
    """Whether the envelope was of a foreign domain; a null sender is another matter."""
    if not content.return_path or world.staff_domains is None:
        return False
    domain = domain_of(content.return_path)
    return not any(_is_below(domain, own) for own in world.staff_domains | world.border_hosts)


def came_from_outside(content: Content, world: World) -> bool:
    """Whether any host on the way says that it got the mail from one that is not the city's.

    Lines that a forger wrote lie below the border's own, which names where the mail really came from.
    """
    if world.staff_domains is None:
        return False
    return any(hop.peer is not None and not _is_ours(hop.peer, hop.ip, world) for hop in content.received)


def _is_ours(name: str, address: str, world: World) -> bool:
    domains = (world.staff_domains or frozenset()) | world.border_hosts
    if name == "localhost" and not address:
        return True
    if name and any(_is_below(name, own) for own in domains):
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    networks = (ip_network(one, strict=False) for one in world.networks)
    return any(found in one for one in networks if one.version == found.version)


def _is_below(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")
