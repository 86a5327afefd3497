"""Who signs in, and their server-side sessions (DESIGN 10). Rules compare persons, not sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from uketsuke.domain.content import Frozen
from uketsuke.domain.states import Role
from uketsuke.errors import NotFound
from uketsuke.store.registers import sessions, users
from uketsuke.store.repository import Repository


class User(Frozen):
    """One sign-in; without a password hash it comes through a trusted proxy only."""

    login: str
    name: str
    password_hash: str | None = None
    roles: tuple[Role, ...] = ()
    employee_number: str | None = None
    active: bool = True


class Session(Frozen):
    """One signed-in browser; only the hash of its token is kept."""

    token_hash: str
    login: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    browser: str = ""
    """Program and system, in words."""
    address: str = ""


class Users(Repository):
    """Sign-ins."""

    def put(self, user: User) -> None:
        """Add a sign-in, or replace the one with that login."""
        self._replace(users, user.model_dump(mode="json"))

    def get(self, login: str) -> User | None:
        """The sign-in of that login, active or not."""
        return self._one(User, select(users).where(users.c.login == login))

    def all(self) -> list[User]:
        """Every sign-in."""
        return self._all(User, select(users).order_by(users.c.login))

    def lock(self) -> None:
        """Until the end of the transaction nobody else changes roles: two admins cannot depose each other."""
        self._connection.execute(select(users.c.login).order_by(users.c.login).with_for_update())

    def set_password(self, login: str, password_hash: str) -> None:
        """A new password ends all sessions; raises `NotFound`."""
        mine = update(users).where(users.c.login == login)
        if self._changed(mine.values(password_hash=password_hash)) == 0:
            raise NotFound("user", login)
        self._connection.execute(delete(sessions).where(sessions.c.login == login))


class Sessions(Repository):
    """Sessions of sign-ins."""

    def open(
        self,
        token_hash: str,
        login: str,
        csrf: str,
        expires_at: datetime,
        *,
        browser: str = "",
        address: str = "",
    ) -> None:
        """Somebody has signed in."""
        now = self._at()
        values = {
            "token_hash": token_hash,
            "login": login,
            "csrf": csrf,
            "created_at": now,
            "seen_at": now,
            "expires_at": expires_at,
            "browser": browser,
            "address": address,
        }
        self._replace(sessions, values)

    def get(self, token_hash: str) -> Session | None:
        """The session, while it has not expired and its sign-in is active."""
        alive = (sessions.c.expires_at > self._at()) & users.c.active
        joined = select(sessions).join(users, users.c.login == sessions.c.login)
        return self._one(Session, joined.where(sessions.c.token_hash == token_hash, alive))

    def of(self, login: str) -> list[Session]:
        """The sessions of a sign-in that have not expired, the last used first."""
        mine = select(sessions).where(sessions.c.login == login, sessions.c.expires_at > self._at())
        return self._all(Session, mine.order_by(sessions.c.seen_at.desc(), sessions.c.token_hash))

    def keep(self, login: str, count: int, newest: str) -> int:
        """End all but the newest and the last used ones; gives how many were ended."""
        others = [one.token_hash for one in self.of(login) if one.token_hash != newest]
        return sum(self.close(one) for one in others[count - 1 :])

    def touch(self, token_hash: str, expires_at: datetime) -> None:
        """It was used; it lives on until then."""
        mine = update(sessions).where(sessions.c.token_hash == token_hash)
        self._connection.execute(mine.values(seen_at=self._at(), expires_at=expires_at))

    def close(self, token_hash: str) -> int:
        """Somebody has signed out; gives how many sessions that ended."""
        return self._changed(delete(sessions).where(sessions.c.token_hash == token_hash))

    def close_all(self, login: str, but: str = "") -> int:
        """End every session of a sign-in, except that of one token's hash; gives how many."""
        mine = delete(sessions).where(sessions.c.login == login, sessions.c.token_hash != but)
        return self._changed(mine)

    def forget_expired(self) -> int:
        """Remove what has expired; gives how many."""
        return self._changed(delete(sessions).where(sessions.c.expires_at <= self._at()))
