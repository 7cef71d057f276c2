"""Colleagues and their teams from a file: accounts that nobody has opened yet, which may own records until then."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password

from crm.addresses import BadAddress, normal_email
from crm.countries import country_code
from crm.handing_over import held_by
from crm.importing.checking import Problem
from crm.importing.records.cells import BadRow, line
from crm.importing.records.kinds import Ask, RecordKind, Row, Stored, Taken, Target
from crm.importing.words import plain
from crm.models import Contact, ImportBatch, Membership, Organisation, Role, Team, User
from crm.zones import zone_names

PERSON, TEAM, MEMBER = "person", "team", "member"
TARGETS = (
    Target("full_name", "Full name", ("sales agent", "full name", "name", "agent", "employee", "user name", "user", "colleague", "mitarbeiter")),
    Target("first_name", "First name", ("first name", "given name", "vorname", "prenom", "nombre")),
    Target("last_name", "Last name", ("last name", "surname", "family name", "nachname", "nom", "apellido")),
    Target("email", "E-mail", ("email", "e mail", "email address", "work email", "e mail adresse")),
    Target("role", "Role", ("role", "rolle", "user role", "rights")),
    Target("manager", "Manager", ("manager", "team lead", "supervisor", "reports to", "lead")),
    Target("team", "Team", ("team", "group", "department", "team name")),
    Target("office", "Office", ("regional office", "office", "region", "branch", "location")),
    Target("country", "Country served", ("country", "territory", "land", "pays")),
    Target("time_zone", "Time zone", ("time zone", "timezone")),
)  # fmt: skip
#: What a team can be made of.
TEAMS_BY = ("team", "manager", "office")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


class PeopleImporter:
    """Takes colleagues in. Nobody's role, name or address is changed by a file; teams only gain members."""

    def __init__(self, batch: ImportBatch) -> None:
        options = batch.options
        self._domain = clean_domain(options.get("domain", ""))
        chosen = options.get("teams_by", "")
        mapped = set(batch.mapping.values())
        self._teams_by = chosen if chosen in (*TEAMS_BY, "nothing") else next((t for t in TEAMS_BY if t in mapped), "")
        self._zone = Organisation.objects.current().time_zone
        self._people: dict[str, User] = {}
        for user in User.objects.order_by("-pk"):
            self._remember(user)
        self._teams = {team.name.casefold(): team for team in Team.objects.all()}
        self._members = set(Membership.objects.values_list("team_id", "user_id"))
        #: Whom this file has put into which team so far, by the team's name and the person's address.
        self._joined: set[tuple[str, str]] = set()

    def take(self, rows: Sequence[Row], *, store: bool, now: datetime) -> Taken:
        taken = Taken()
        new: list[tuple[int, User]] = []
        wanted: list[tuple[int, str, User, bool]] = []
        for row in rows:
            try:
                person, made = self._person(row, new)
                team, lead = self._team_of(row), None
                if team and self._teams_by == "manager":
                    lead = self._manager(row, new)
            except BadRow as problem:
                taken.refuse(row.number, problem.target, str(problem))
                continue
            joins = bool(team) and not self._is_in(team, person)
            self._joined.add((team.casefold(), person.email))
            taken.created += made
            taken.merged += not made and joins
            taken.skipped += not made and not joins
            if team:
                wanted.append((row.number, team, person, False))
                if lead is not None:
                    wanted.append((row.number, team, lead, True))
        if store:
            self._store(new, wanted, taken)
        return taken

    def _is_in(self, team: str, person: User) -> bool:
        known = self._teams.get(team.casefold())
        stored = known is not None and (known.pk, person.pk) in self._members
        return stored or (team.casefold(), person.email) in self._joined

    def _store(self, new: list[tuple[int, User]], wanted: list[tuple[int, str, User, bool]], taken: Taken) -> None:
        User.objects.bulk_create([user for _, user in new])
        taken.stored += [Stored(PERSON, user.pk, row) for row, user in new]
        fresh = {}
        for row, name, _, _ in wanted:
            if name.casefold() not in self._teams and name.casefold() not in fresh:
                fresh[name.casefold()] = (row, Team(name=name))
        Team.objects.bulk_create([team for _, team in fresh.values()])
        taken.stored += [Stored(TEAM, team.pk, row) for row, team in fresh.values()]
        self._teams |= {name: team for name, (_, team) in fresh.items()}
        joining: dict[tuple[int, int], tuple[int, Membership]] = {}
        for row, name, person, lead in wanted:
            pair = (self._teams[name.casefold()].pk, person.pk)
            if pair not in self._members:
                joining.setdefault(pair, (row, Membership(team_id=pair[0], user_id=pair[1], is_lead=lead)))
        Membership.objects.bulk_create([member for _, member in joining.values()])
        taken.stored += [Stored(MEMBER, member.pk, row) for row, member in joining.values()]
        self._members |= joining.keys()

    def _remember(self, user: User) -> None:
        self._people[user.email.casefold()] = user
        if user.full_name:
            self._people[plain(user.full_name)] = user

    def _person(self, row: Row, new: list[tuple[int, User]]) -> tuple[User, bool]:
        name = line(row, "full_name") or " ".join(filter(None, (line(row, "first_name"), line(row, "last_name"))))
        role = _role(row)
        found = self._find(name, line(row, "email", 254))
        if found is not None:
            return found, False
        return self._make(row, name, line(row, "email", 254), role, new), True

    def _manager(self, row: Row, new: list[tuple[int, User]]) -> User | None:
        name = line(row, "manager")
        if not name:
            return None
        return self._find(name, "") or self._make(row, name, "", Role.MANAGER, new)

    def _find(self, name: str, email: str) -> User | None:
        if email:
            return self._people.get(email.casefold())
        return self._people.get(plain(name)) if plain(name) else None

    def _make(self, row: Row, name: str, email: str, role: str, new: list[tuple[int, User]]) -> User:
        try:
            address = normal_email(email) if email else self._made_address(name)
        except BadAddress as problem:
            raise BadRow("email", str(problem)) from None
        countries = [code] if (code := country_code(row.cells.get("country", ""))) else []
        zone = row.cells.get("time_zone", "")
        user = User(
            email=address,
            full_name=name,
            role=role,
            is_active=False,  # until they are invited and come
            password=make_password(None),
            time_zone=zone if zone in zone_names() else self._zone,
            countries=countries,
        )
        self._remember(user)
        new.append((row.number, user))
        return user

    def _made_address(self, name: str) -> str:
        if not name:
            raise BadRow("", "Nothing tells who this is: no name and no e-mail address.")
        if not self._domain:
            raise BadRow("email", f"{name} has no e-mail address. Say which domain to make one for, or add a column.")
        start = address_name(name)
        if not start:
            raise BadRow("email", f"No e-mail address can be made from “{name[:60]}”.")
        tries = (f"{start}{'' if n == 1 else n}@{self._domain}" for n in range(1, 1_000))
        return next(one for one in tries if one not in self._people)

    def _team_of(self, row: Row) -> str:
        if self._teams_by not in TEAMS_BY:
            return ""
        return line(row, self._teams_by, 100)


def _role(row: Row) -> str:
    text = plain(row.cells.get("role", ""))
    if not text:
        return Role.AGENT
    if text == "administrator" or "admin" in text:
        raise BadRow("role", "A file makes nobody an administrator; do that by hand.")
    if text in Role.values:
        return text
    return Role.MANAGER if "manager" in text or "lead" in text.split() else Role.AGENT


def address_name(name: str) -> str:
    """ "Darcel Schlecht" as the first part of an address: darcel.schlecht, in plain letters."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return ".".join(re.findall(r"[a-z0-9]+", letters.replace("'", "")))[:60].strip(".")


def clean_domain(text: str) -> str:
    """A domain to make addresses for, in small letters; empty where the text is none."""
    domain = text.strip().lower().removeprefix("@")
    return domain if len(domain) <= 190 and _DOMAIN.fullmatch(domain) else ""


def _team_choices() -> list[tuple[str, str]]:
    return [
        ("", "The first of them that the file has"),
        ("team", "The column Team"),
        ("manager", "The column Manager, who leads it"),
        ("office", "The column Office"),
        ("nothing", "Make no teams"),
    ]


def undo(stored: Sequence[Stored], by: User | None, now: datetime) -> list[Problem]:
    """Take people out of teams, delete the accounts that nobody opened and that hold nothing, then the empty teams."""
    ids = {table: [one.pk for one in stored if one.table == table] for table in (PERSON, TEAM, MEMBER)}
    Membership.objects.filter(pk__in=ids[MEMBER]).delete()
    kept = _delete_people({one.pk: one.row for one in stored if one.table == PERSON})
    used = _used_teams(ids[TEAM])
    Team.objects.filter(pk__in=set(ids[TEAM]) - used).delete()
    return kept + [
        Problem(one.row, "", "Somebody or something is in this team; it stays.", left_out=True)
        for one in stored
        if one.table == TEAM and one.pk in used
    ]


def _delete_people(rows: dict[int, int]) -> list[Problem]:
    kept: list[Problem] = []
    gone: list[int] = []
    for user in User.objects.filter(pk__in=rows):
        if user.is_active or user.last_login is not None:
            kept.append(Problem(rows[user.pk], "", f"{user.name} works here by now and stays.", left_out=True))
        elif any(held_by(user).values()):
            kept.append(
                Problem(rows[user.pk], "", f"{user.name} holds records and stays; hand them over first.", left_out=True)
            )
        else:
            gone.append(user.pk)
    User.objects.filter(pk__in=gone).delete()
    return kept


def _used_teams(ids: Iterable[int]) -> set[int]:
    wanted = list(ids)
    return set(Membership.objects.filter(team__in=wanted).values_list("team_id", flat=True)) | set(
        Contact.objects.filter(team__in=wanted).values_list("team_id", flat=True)
    )


def _domain_missing(targets: Collection[str], domain: str) -> str:
    if domain or "email" in targets:
        return ""
    return "No column holds e-mail addresses. Say the domain to make them at, like example.com, or choose the column."


KIND = RecordKind(
    name="people",
    title="Colleagues and teams",
    permission="team.manage",
    targets=TARGETS,
    signs=(
        frozenset({"sales agent", "manager"}),
        frozenset({"agent", "manager"}),
        frozenset({"employee", "manager"}),
        frozenset({"sales agent", "regional office"}),
        frozenset({"name", "role", "team"}),
        frozenset({"full name", "role", "team"}),
    ),
    needs=((frozenset({"full_name", "first_name", "last_name", "email"}), "a name or an e-mail address"),),
    importer=PeopleImporter,
    undo=undo,
    address="/settings/people/",
    asks=(
        Ask(
            "domain",
            "Domain for e-mail addresses",
            "For whoever has none: first.last@ this domain. They cannot sign in until you invite them.",
            clean=clean_domain,
            placeholder="example.com",
            missing=_domain_missing,
        ),
        Ask("teams_by", "Teams are made of", choices=_team_choices),
    ),
)
