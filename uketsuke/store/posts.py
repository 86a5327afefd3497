"""Posts by which people may ask for others: 兼務, 代理 (FAULTS 3)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select

from uketsuke.domain.people import Post
from uketsuke.store.registers import posts
from uketsuke.store.repository import Repository

_POST = tuple(posts.c[name] for name in ("title", "sections", "persons", "valid_from", "valid_to"))


class Posts(Repository):
    """One row for each post and the day from which it is held; personnel lists do not touch them."""

    def put(self, employee_number: str, post: Post) -> None:
        """Give somebody a post as from its first day on, or replace what was known of it from that day."""
        facts = post.model_dump(exclude={"roles"})
        self._replace(posts, {**facts, "employee_number": employee_number, "since": first_day(post)})

    def take(self, employee_number: str, post: Post) -> None:
        """Nobody has given it."""
        same = (posts.c.title == post.title) & (posts.c.since == first_day(post))
        mine = posts.c.employee_number == employee_number
        self._connection.execute(delete(posts).where(mine & same))

    def of_person(self, employee_number: str) -> list[Post]:
        """All posts of a person, of whatever day, by title."""
        mine = select(*_POST).where(posts.c.employee_number == employee_number)
        return self._all(Post, mine.order_by(posts.c.title, posts.c.since))

    def all(self) -> list[tuple[str, Post]]:
        """Every post with the number of who holds it."""
        rows = self._connection.execute(
            select(posts.c.employee_number, *_POST).order_by(
                posts.c.employee_number, posts.c.title, posts.c.since
            )
        ).mappings()
        held = [dict(row) for row in rows]
        return [(one.pop("employee_number"), Post.model_validate(one)) for one in held]


def first_day(post: Post) -> date:
    """The day from which on the row counts."""
    return post.valid_from or date.min
