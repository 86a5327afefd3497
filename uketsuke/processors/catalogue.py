"""Which services and ledgers there are: found by looking, never listed (DESIGN 4)."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import uketsuke.processors as processors
from uketsuke.processors.base import Processor
from uketsuke.processors.ledger import Ledger


class UnknownCity(LookupError):
    """A configured city has no folder of services."""

    def __init__(self, city: str, known: tuple[str, ...]) -> None:
        self.city, self.known = city, known
        super().__init__(f"no services for city {city!r}; there are {', '.join(known)}")


class UnknownService(LookupError):
    """No service of that id is configured."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"no service {service!r}")


class DeclaredTwice(ValueError):
    """Two modules declare the same service or ledger."""

    def __init__(self, what: str, first: str, second: str) -> None:
        self.what, self.first, self.second = what, first, second
        super().__init__(f"{what} is declared in {first} and in {second}")


class Catalogue:
    """The services and ledgers of the cities configured."""

    def __init__(self, services: Iterable[Processor], ledgers: Iterable[Ledger]) -> None:
        self._services: dict[str, Processor] = {}
        self._ledgers: dict[str, Ledger] = {}
        for service in services:
            other = self._services.setdefault(service.id, service)
            if type(other) is not type(service):
                raise DeclaredTwice(service.id, type(other).__module__, type(service).__module__)
        for ledger in ledgers:
            if self._ledgers.setdefault(ledger.id, ledger) != ledger:
                raise DeclaredTwice(ledger.id, "one city", "another")

    @classmethod
    def load(cls, cities: Iterable[str], folder: Path | None = None) -> Catalogue:
        """Look through `processors/<city>/` of each city, and through a folder of one's own.

        Raises `UnknownCity`, `DeclaredTwice`, and whatever importing a module raises.
        """
        modules = [module for city in cities for module in _modules_of(city)]
        modules += list(_modules_in(folder)) if folder else []
        return cls(
            (service() for module in modules for service in _services_of(module)),
            (ledger for module in modules for ledger in getattr(module, "LEDGERS", ())),
        )

    def service(self, service: str) -> Processor:
        """The service of that id; raises `UnknownService`."""
        try:
            return self._services[service]
        except KeyError:
            raise UnknownService(service) from None

    def all(self) -> tuple[Processor, ...]:
        """Every service, by its id."""
        return tuple(self._services[service] for service in sorted(self._services))

    @property
    def systems(self) -> Mapping[str, str]:
        """What people call the systems that the services name."""
        return {name: title for service in self.all() for name, title in service.systems.items()}

    @property
    def ledgers(self) -> Mapping[str, Ledger]:
        """Every ledger by its id."""
        return self._ledgers

    @property
    def key_columns(self) -> dict[str, str]:
        """Ledger → its key column."""
        return {ledger.id: ledger.key for ledger in self._ledgers.values()}

    @property
    def key_patterns(self) -> dict[str, str]:
        """Ledger → form of its keys, where it has one."""
        return {one.id: one.key_pattern for one in self._ledgers.values() if one.key_pattern}


def known_cities() -> tuple[str, ...]:
    """The cities that have a folder here."""
    found = (one.name for one in pkgutil.iter_modules(processors.__path__) if one.ispkg)
    return tuple(sorted(name for name in found if name != "shapes"))


def _modules_of(city: str) -> Iterator[ModuleType]:
    if city not in known_cities():
        raise UnknownCity(city, known_cities())
    package = importlib.import_module(f"{processors.__name__}.{city}")
    for found in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{found.name}")


def _modules_in(folder: Path) -> Iterator[ModuleType]:
    """Python files of a city's own folder, each a module of its own name space."""
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    for path in sorted(folder.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"uketsuke_services_{place}_{path.stem}", path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def _services_of(module: ModuleType) -> Iterator[type[Processor]]:
    """The services that a module declares itself; shapes and imported ones have another home."""
    for _, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, Processor) and found.id and found.__module__ == module.__name__:
            yield found
