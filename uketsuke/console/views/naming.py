"""The words that views need besides the console's own: people, services, concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from uketsuke.console.words import Words
from uketsuke.domain.calendar import Calendar, local_day
from uketsuke.domain.plan import ManualTask
from uketsuke.domain.reading import Concern
from uketsuke.domain.request import FieldSpec
from uketsuke.domain.states import RequestState
from uketsuke.domain.wording import console_day, console_time
from uketsuke.processors.base import Processor
from uketsuke.processors.catalogue import Catalogue
from uketsuke.processors.ledger import Ledger
from uketsuke.templates.wordbook import Wordbook


@dataclass(frozen=True)
class Naming:
    """Turns codes and facts into what people read, at one moment."""

    words: Words
    wordbook: Wordbook
    catalogue: Catalogue
    calendar: Calendar
    now: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    """Sign-in → name."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """Systems with a connector of their own in the settings → what people call them."""
    automatic: frozenset[str] = frozenset()
    """Systems in which nobody has to do it."""

    def person(self, login: str | None) -> str:
        """The name behind a sign-in; the sign-in where it is not known any more."""
        return self.people.get(login, login) if login else ""

    def system(self, system: str) -> str:
        """What people call a system."""
        return self.systems.get(system) or self.wordbook.system(system)

    def actor(self, actor: str) -> str:
        """Who did something that is kept: a program, the requester, or a person of the desk."""
        return self.words.get(f"history.who.{actor}", self.person(actor))

    def processor(self, service: str | None) -> Processor | None:
        """The service of that id, while it is loaded."""
        return next((one for one in self.catalogue.all() if one.id == service), None)

    def service(self, service: str | None) -> str:
        """The title of a service; its id where no such service is loaded any more."""
        known = self.processor(service)
        return known.title if known else service or ""

    def short(self, service: str | None) -> str:
        """The title without what it explains in brackets."""
        return self.service(service).partition("（")[0]

    def specs(self, service: str | None) -> dict[str, FieldSpec]:
        """The declared fields of a service, in order."""
        known = self.processor(service)
        return known.request.specs() if known else {}

    def task(self, task: ManualTask) -> str:
        """What a piece of work is called; one for several people says where and for how many."""
        title = self.wordbook.task(task.task)
        if not task.persons:
            return title
        system = self.system(task.system) if task.system else ""
        return self.words(
            "work.title" if system else "work.title-only", task=title, system=system, count=len(task.persons)
        )

    def ledger(self, ledger: str) -> Ledger:
        """A declared ledger; one that is not declared any more shows its own column names."""
        return self.catalogue.ledgers.get(ledger, Ledger(ledger, ledger, "", ()))

    def state_word(self, code: str) -> str:
        """The word of a request's state; empty for what is none."""
        return self.wordbook.request_state(RequestState(code)) if code in set(RequestState) else ""

    def concern(self, concern: Concern, service: str | None) -> str:
        """One plain sentence, with the values in the words that people use."""
        return self.wordbook.concern(concern, self.specs(service), local_day(self.now))

    def hints(self, task: str) -> tuple[str, ...]:
        """What to know before doing a task."""
        key = f"task-hint.{task}"
        return (self.wordbook.text(key),) if self.wordbook.has(key) else ()

    def at(self, moment: datetime | None) -> str:
        """A moment as the console writes it; empty for none."""
        return console_time(moment, self.now) if moment else ""

    def day(self, moment: datetime) -> str:
        """The day of a moment as the console writes it."""
        return console_day(local_day(moment), local_day(self.now))
