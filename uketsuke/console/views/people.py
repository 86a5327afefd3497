"""職員と利用者: who is in the directory, who signs in, and as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from uketsuke.console.views.naming import Naming
from uketsuke.domain.people import Account, Person, Post
from uketsuke.domain.states import Role
from uketsuke.store.users import User


@dataclass(frozen=True)
class PersonRow:
    """One person of the list."""

    number: str
    name: str
    kana: str
    department: str
    posts: str
    validity: str


@dataclass(frozen=True)
class SignInRow:
    """One sign-in of the list."""

    login: str
    name: str
    roles: str
    is_active: bool


@dataclass(frozen=True)
class RoleChoice:
    """One role of the form."""

    value: str
    word: str
    chosen: bool


def person_row(person: Person, today: date, naming: Naming) -> PersonRow:
    """One line; what is not simply in office is said."""
    return PersonRow(
        number=person.employee_number,
        name=person.name,
        kana=person.kana,
        department=person.department,
        posts="、".join(
            f"{post.title}（{' '.join(post.roles)}）" if post.roles else post.title for post in person.posts
        ),
        validity=validity(person, today, naming),
    )


def post_lines(
    posts: Sequence[Post], names: Mapping[str, str], today: date, naming: Naming
) -> tuple[str, ...]:
    """For whom a person may ask: the posts, those that do not count today marked.

    `names` are those of people, by employee number.
    """
    words = naming.words
    lines = []
    for post in posts:
        key = "held" if post.is_valid(today) else "ended" if _is_over(post, today) else "to-come"
        begins = words("person.from", day=post.valid_from) if post.valid_from else ""
        ends = words("person.to", day=post.valid_to) if post.valid_to else words("post.without-end")
        whom = "、".join((*post.sections, *(names.get(one, one) for one in post.persons)))
        state = " ".join(filter(None, (words(f"post.{key}"), begins, ends)))
        lines.append(words("post.line", title=post.title, whom=whom, state=state))
    return tuple(lines)


def _is_over(post: Post, today: date) -> bool:
    return post.valid_to is not None and post.valid_to < today


def validity(person: Person, today: date, naming: Naming) -> str:
    """Since when, until when, and whether that is so today."""
    words = naming.words
    begins = words("person.from", day=person.valid_from) if person.valid_from else ""
    ends = words("person.to", day=person.valid_to) if person.valid_to else ""
    if person.is_active(today):
        state = "active"
    else:
        state = "ahead" if person.active and person.valid_from and person.valid_from > today else "left"
    return " ".join(filter(None, (words(f"person.{state}"), begins, ends)))


def sign_in_row(user: User, naming: Naming) -> SignInRow:
    """One line of those who sign in."""
    roles = "、".join(naming.wordbook.word("role", role) for role in user.roles)
    return SignInRow(user.login, user.name, roles, user.active)


def account_lines(accounts: Sequence[Account], naming: Naming) -> tuple[str, ...]:
    """A person's accounts, those that rest marked."""
    key = ("person.account-rests", "person.account")
    return tuple(naming.words(key[one.active], system=one.system, id=one.id) for one in accounts)


def role_choices(user: User, given: Sequence[Role], naming: Naming) -> tuple[RoleChoice, ...]:
    """The roles, those that the sign-in has chosen."""
    return tuple(
        RoleChoice(role.value, naming.wordbook.word("role", role), role in user.roles) for role in given
    )
