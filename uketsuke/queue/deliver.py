"""Letters out: sent, failed or unknown, and unknown is never sent again (DESIGN 2.6, 9).

The mark `sending` is committed after the server took the recipients and just
before DATA. A worker that dies after it leaves an unknown letter; one that dies
before it leaves a letter that was not sent.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from uketsuke.app import App
from uketsuke.boundary import outside
from uketsuke.domain.job import Claim, back_off
from uketsuke.domain.letter import Envelope, Sent
from uketsuke.domain.states import LetterState
from uketsuke.errors import Refused, TryLater, UnknownOutcome
from uketsuke.queue.correspondence import envelope_of
from uketsuke.queue.progress import end_when_done
from uketsuke.queue.record_comment import order_comment
from uketsuke.settings import Smtp
from uketsuke.store.letters import Letter
from uketsuke.store.shapes import Refusal
from uketsuke.store.transaction import Transaction

Result = TypeVar("Result")
IDLE_SECONDS = 5
"""A connection without a letter for so long is closed."""


class SmtpSender:
    """Letters to a relay, over one connection at a time, from one event loop of its own."""

    def __init__(self, settings: Smtp) -> None:
        self.settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._thread.start()
        self._turn = asyncio.Lock()
        self._client: SMTP | None = None
        self._sent_over_it = 0
        self._idle: asyncio.TimerHandle | None = None

    def send(self, envelope: Envelope, mark: Callable[[], None]) -> Sent:
        """See `Sender`."""
        return self._wait(self._send(envelope, mark))

    def look(self, envelope: Envelope) -> bool | None:
        """A relay cannot be asked."""
        return None

    def close(self) -> None:
        """See `Sender`."""
        self._wait(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        future: Future[Result] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result()

    async def _send(self, envelope: Envelope, mark: Callable[[], None]) -> Sent:
        async with self._turn:
            if self._idle is not None:
                self._idle.cancel()
            try:
                client = await self._connection()
                refused = await self._address(client, envelope)
            except SMTPResponseException as error:
                await self._hang_up()
                raise _answered(error) from error
            except (SMTPException, OSError, ssl.SSLError, TimeoutError) as error:
                await self._hang_up()
                raise TryLater("smtp", _words(error)) from error
            await asyncio.to_thread(mark)
            sent = await self._hand_over(client, envelope, refused)
            self._idle = self._loop.call_later(IDLE_SECONDS, self._leave)
            return sent

    async def _connection(self) -> SMTP:
        """The open connection, or a new one after `per_connection` letters."""
        if self._client is not None and self._sent_over_it < self.settings.per_connection:
            with outside("smtp.reset"):
                await self._client.rset()
            return self._client
        await self._hang_up()
        client = _client_of(self.settings)
        with outside("smtp.connect"):
            await client.connect()
        self._client, self._sent_over_it = client, 0
        return client

    async def _address(self, client: SMTP, envelope: Envelope) -> tuple[tuple[str, str], ...]:
        """MAIL and each RCPT by itself; a partial refusal is noticed, a whole one raises."""
        with outside("smtp.mail"):
            await client.mail(envelope.sender)
        refused: list[tuple[str, SMTPRecipientRefused]] = []
        for recipient in envelope.recipients:
            try:
                with outside("smtp.rcpt"):
                    await client.rcpt(recipient)
            except SMTPRecipientRefused as error:
                if error.code < 500 or recipient == envelope.recipients[0]:
                    raise
                refused.append((recipient, error))
        return tuple((recipient, f"{error.code} {error.message}") for recipient, error in refused)

    async def _hand_over(
        self, client: SMTP, envelope: Envelope, refused: tuple[tuple[str, str], ...]
    ) -> Sent:
        """DATA; an answer is an answer, silence after it is `UnknownOutcome`."""
        try:
            with outside("smtp.data"):
                reply = await client.data(envelope.content)
        except SMTPDataError as error:
            await self._hang_up()
            raise _answered(error) from error
        except (SMTPException, OSError, ssl.SSLError, TimeoutError) as error:
            await self._hang_up()
            raise UnknownOutcome("smtp", _words(error)) from error
        self._sent_over_it += 1
        return Sent(f"{reply.code} {reply.message}", refused)

    def _leave(self) -> None:
        self._idle = None
        self._loop.create_task(self._leave_in_turn())

    async def _leave_in_turn(self) -> None:
        async with self._turn:
            if self._idle is None:
                await self._hang_up()

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            with outside("smtp.quit"):
                await client.quit(timeout=2)
        except (SMTPException, OSError, ssl.SSLError, TimeoutError):
            client.close()


def _client_of(settings: Smtp) -> SMTP:
    parts = urlsplit(settings.url.get_secret_value())
    tls = parts.scheme == "smtps"
    return SMTP(
        hostname=parts.hostname or "localhost",
        port=parts.port or (465 if tls else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=tls,
        start_tls={"when-offered": None, "required": True, "never": False}[settings.starttls],
        timeout=settings.timeout_seconds,
    )


def _answered(error: SMTPResponseException) -> TryLater | Refused:
    """4xx is "not now", 5xx is "no" (RFC 5321 4.2.1); a no to us, not to the letter, can be mended."""
    words = f"{error.code} {error.message}"
    about_us = isinstance(error, SMTPConnectError | SMTPHeloError | SMTPAuthenticationError)
    if about_us or error.code < 500:
        return TryLater("smtp", words)
    return Refused("smtp", words)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def deliver(app: App, claim: Claim) -> None:
    """Send one letter and write down what came of it.

    A letter found in `sending` was cut after the mark: it is looked for where that
    is possible, else it is unknown and waits for a person.
    """
    with app.database.reading() as tx:
        letter = tx.letters.get(claim.row_id)
    if letter.state not in (LetterState.WRITTEN, LetterState.SENDING):
        return _end(app, claim)
    try:
        envelope = envelope_of(app, letter)
    except ValueError:  # what it says would quote the letter
        return _failed(app, claim, letter, "not a mail address")
    if letter.state is LetterState.SENDING and app.sender.look(envelope) is None:
        return _unknown(app, claim, letter, "cut")
    try:
        sent = app.sender.send(envelope, lambda: _mark(app, claim, letter))
    except TryLater as error:
        _later(app, claim, letter, error)
    except Refused as error:
        _failed(app, claim, letter, error.reason)
    except UnknownOutcome as error:
        _unknown(app, claim, letter, error.reason)
    else:
        _sent(app, claim, letter, sent)


def _mark(app: App, claim: Claim, letter: Letter) -> None:
    """From here on the letter may be out; fenced, so that only the holder of the job gets here."""
    lease = timedelta(seconds=app.settings.queue.lease_seconds)
    with app.database.transaction("mark-sending") as tx:
        tx.jobs.renew(claim, lease)
        if tx.letters.get(letter.id).state is LetterState.WRITTEN:
            tx.letters.set_sending(letter.id)


def _sent(app: App, claim: Claim, letter: Letter, sent: Sent) -> None:
    refused = tuple(Refusal(address=address, reply=reply) for address, reply in sent.refused)
    with app.database.transaction("sent") as tx:
        if letter.request_id is not None:
            tx.requests.get_locked(letter.request_id)  # before the audit entry: see there
        if tx.letters.get(letter.id).state is LetterState.WRITTEN:
            tx.letters.set_sending(letter.id)
        tx.letters.set_sent(letter.id, sent.reply, refused)
        _note(tx, letter, "letter-sent", {"refused": len(refused)}, {"reply": sent.reply})
        order_comment(tx, letter)
        if letter.request_id is not None:
            end_when_done(app, tx, letter.request_id)
        tx.jobs.complete(claim)


def _later(app: App, claim: Claim, letter: Letter, error: TryLater) -> None:
    """Back to the queue: nothing has left. The outbox shows the reason and the next attempt."""
    delay = back_off(claim.tries + 1, timedelta(seconds=app.settings.queue.back_off_seconds))
    with app.database.transaction("letter-later") as tx:
        tx.letters.set_later(letter.id, f"{error.peer}: {error.reason}", tx.now + delay)
        tx.jobs.postpone(claim, delay, f"{error.peer}: {error.reason}")


def _failed(app: App, claim: Claim, letter: Letter, reason: str) -> None:
    with app.database.transaction("letter-failed") as tx:
        tx.letters.set_failed(letter.id, reason)
        _note(tx, letter, "letter-failed", {}, {"reply": reason})
        tx.jobs.complete(claim)


def _unknown(app: App, claim: Claim, letter: Letter, reason: str) -> None:
    with app.database.transaction("letter-unknown") as tx:
        tx.letters.set_unknown(letter.id, reason)
        _note(tx, letter, "letter-unknown", {}, {"reply": reason})
        tx.jobs.complete(claim)


def _end(app: App, claim: Claim) -> None:
    with app.database.transaction("letter-done") as tx:
        tx.jobs.complete(claim)


def _note(
    tx: Transaction, letter: Letter, action: str, facts: dict[str, Any], personal: dict[str, Any]
) -> None:
    """What came of it; a server's words may name the recipient."""
    tx.audit.append(
        at=tx.now,
        actor="uketsuke",
        action=action,
        subject=f"letter:{letter.id}",
        request_id=letter.request_id,
        receipt_id=letter.receipt_id,
        facts={"purpose": letter.purpose, **facts},
        personal=personal,
    )
