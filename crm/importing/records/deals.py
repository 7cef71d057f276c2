"""Deals from a file: known again by their external id, else by name, contact and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from crm.access import deals_for
from crm.deals.making import NewDeal, create_deals, refusals
from crm.importing.colleagues import owner_of, owners
from crm.importing.records.cells import BadRow, at, day, line, words
from crm.importing.records.deal_changes import TABLE, change_deals, differs, undo
from crm.importing.records.deal_targets import TARGETS
from crm.importing.records.kinds import RecordKind, Row, Stored, Taken
from crm.importing.records.near import nearest, squeezed
from crm.importing.records.stages import guess_stages, stage_choices, stage_for, stages_in_use
from crm.importing.records.whom import ContactFinder
from crm.importing.words import plain
from crm.models import Deal, ImportBatch, Organisation, Product, Stage
from crm.models.deal import StageKind

_ENDS = {"won": StageKind.WON, "lost": StageKind.LOST}
_Natural = tuple[str, int | None, date | None, date | None]


class DealImporter:
    """Takes deals in, each with its event; those of the past keep the day on which they ended."""

    def __init__(self, batch: ImportBatch) -> None:
        self._by = batch.created_by
        self._on_duplicate = batch.on_duplicate
        self._styles = {
            target: batch.options.get("date_styles", {}).get(heading, "iso")
            for heading, target in batch.mapping.items()
        }
        organisation = Organisation.objects.current()
        self._zone, self._currency = organisation.time_zone, organisation.currency
        self._stages = stages_in_use()
        self._by_id = {stage.pk: stage for stage in self._stages}
        self._words = {plain(word): text for word, text in batch.options.get("words", {}).get("stage", {}).items()}
        self._products = {squeezed(name): (pk, name) for pk, name in Product.objects.values_list("pk", "name")}
        self._owners = owners()
        self._whom = ContactFinder(batch)
        self._told: set[str] = set()
        self._meant: dict[tuple[str, ...], Stage] = {}
        self._near: dict[str, tuple[int, str] | None] = {}
        self._seen: set[object] = set()

    def take(self, rows: Sequence[Row], *, store: bool, now: datetime) -> Taken:
        taken = Taken()
        self._whom.prepare(rows)
        drafts: list[tuple[Row, NewDeal]] = []
        for row in rows:
            try:
                drafts.append((row, self._draft(row, taken, now)))
            except BadRow as problem:
                taken.refuse(row.number, problem.target, str(problem))
        drafts = self._without_bad(drafts, taken)
        known, alike = self._known([deal for _, deal in drafts])
        mine = self._mine([one.pk for one in known.values()])
        new: list[tuple[Row, NewDeal]] = []
        changes: dict[int, tuple[Row, Deal, NewDeal]] = {}
        for row, deal in drafts:
            there = known.get(deal.external_id) if deal.external_id else None
            if there is not None and there.pk not in mine:
                taken.refuse(row.number, "external_id", "A colleague looks after this deal; ask them or a manager.")
                continue
            key: object = deal.external_id or _natural(deal)
            if there is None and key not in self._seen and (deal.external_id or key not in alike):
                self._seen.add(key)
                new.append((row, deal))
                taken.created += 1
            elif there is not None and self._on_duplicate == "create":
                taken.refuse(
                    row.number, "external_id", f"There is a deal with the external id {deal.external_id[:80]} already."
                )
            elif there is not None and self._on_duplicate == "merge" and differs(there, row, deal):
                changes[there.pk] = (row, there, deal)
                taken.merged += 1
            else:
                taken.skipped += 1
        if store:
            self._store(new, changes, taken, now)
        return taken

    def _without_bad(self, drafts: list[tuple[Row, NewDeal]], taken: Taken) -> list[tuple[Row, NewDeal]]:
        """Leave out what the deals themselves would refuse; ids that are there already are no fault here."""
        bare = [_without_id(deal) for _, deal in drafts]
        bad = refusals(bare)
        for place, why in bad.items():
            for name, sentence in why.items():
                taken.refuse(drafts[place][0].number, _TARGET_OF.get(name, name), sentence)
        return [pair for place, pair in enumerate(drafts) if place not in bad]

    def _known(self, deals: Sequence[NewDeal]) -> tuple[dict[str, Deal], set[object]]:
        """The stored deals with these external ids, and the natural keys of stored ones with these names."""
        ids = {deal.external_id for deal in deals if deal.external_id}
        found = Deal.objects.alive().filter(external_id__in=ids).order_by("pk").select_related("stage")
        found = found.select_for_update(of=("self",))
        names = {deal.name for deal in deals if not deal.external_id}
        rows = (
            Deal.objects.alive()
            .filter(name__in=names)
            .values_list("name", "contact_id", "opened_on", "closed_at", "expected_on")
            if names
            else ()
        )
        alike: set[object] = {
            (name.casefold(), whom, opened, closed.date() if closed else expected)
            for name, whom, opened, closed, expected in rows
        }
        return {deal.external_id: deal for deal in found} if ids else {}, alike

    def _mine(self, ids: Sequence[int]) -> set[int]:
        """Those among stored deals that the importer may see: a file must not change what its owner cannot."""
        if self._by is None or not ids:
            return set(ids)
        return set(deals_for(self._by).filter(pk__in=ids).values_list("pk", flat=True))

    def _draft(self, row: Row, taken: Taken, now: datetime) -> NewDeal:
        stage = self._stage(row)
        ended = at(row, "closed_at", self._zone, self._styles.get("closed_at", "iso"))
        if stage.kind == StageKind.WON:
            ended = at(row, "won_at", self._zone) or ended
        elif stage.kind == StageKind.LOST:
            ended = at(row, "lost_at", self._zone) or ended
        closed = stage.kind != StageKind.OPEN
        expected = self._day(row, "expected_on") or (ended.date() if ended and not closed else None)
        product = self._product(row, taken)
        whom = self._whom.whom(row, taken)
        name = line(row, "name") or _made_name(row, product[1] if product else "")
        external_id = line(row, "external_id")
        if not name:
            raise BadRow("", "Nothing says what the deal is: no name, product or contact.")
        if closed and ended is not None and ended > now:
            raise BadRow(
                "closed_at", f"The deal is {stage.kind}, but it ends on {ended:%Y-%m-%d}, which is still to come."
            )
        return NewDeal(
            name=name[:200],
            stage_id=stage.pk,
            contact_id=whom,
            product_id=product[0] if product else None,
            amount=row.cells.get("amount"),
            currency=row.cells.get("currency", self._currency if "amount" in row.cells else ""),
            probability=_probability(row) if not closed else None,
            opened_on=self._day(row, "opened_on"),
            expected_on=expected,
            owner_id=self._owner(row, taken),
            notes=words(row, "notes"),
            external_id=external_id,
            closed_at=ended if closed else None,
            close_note=line(row, "close_note", 500) if closed else "",
            imported=True,
        )

    def _day(self, row: Row, target: str) -> date | None:
        return day(row, target, self._styles.get(target, "iso"))

    def _stage(self, row: Row) -> Stage:
        said = tuple(row.cells.get(target, "") for target in ("pipeline", "status", "stage"))
        if said not in self._meant:
            self._meant[said] = self._find_stage(row)
        return self._meant[said]

    def _find_stage(self, row: Row) -> Stage:
        stages = self._of_pipeline(row)
        status = plain(row.cells.get("status", ""))
        if status in _ENDS:
            return next(stage for stage in stages if stage.kind == _ENDS[status])
        word = row.cells.get("stage", "")
        if not word:
            return stages[0]
        chosen = self._words.get(plain(word), "")
        found = stage_for(word, stages) if "pipeline" in row.cells or plain(word) not in self._words else None
        if found is None and chosen.isdigit() and len(chosen) < 19:
            found = self._by_id.get(int(chosen))
        if found is None:
            raise BadRow("stage", f"There is no stage “{word[:80]}”. Say which one it means, and import again.")
        return found

    def _of_pipeline(self, row: Row) -> list[Stage]:
        if not self._stages:
            raise BadRow("stage", "There is no pipeline. Make one first.")
        name = row.cells.get("pipeline", "")
        if not name:
            return [stage for stage in self._stages if stage.pipeline_id == self._stages[0].pipeline_id]
        found = [stage for stage in self._stages if squeezed(stage.pipeline.name) == squeezed(name)]
        if found:
            return found
        if len({stage.pipeline_id for stage in self._stages}) == 1 or squeezed(name) in (
            "default",
            "pipeline",
            "salespipeline",
        ):
            return [stage for stage in self._stages if stage.pipeline_id == self._stages[0].pipeline_id]
        raise BadRow("pipeline", f"There is no pipeline “{name[:80]}”.")

    def _product(self, row: Row, taken: Taken) -> tuple[int, str] | None:
        text = line(row, "product")
        if not text:
            return None
        if text not in self._near:
            self._near[text] = nearest(text, self._products)
        found = self._near[text]
        if found is None:
            raise BadRow("product", f"There is no product “{text[:80]}”. Bring in the products first.")
        if found[1].casefold() != text.casefold() and text not in self._told:
            self._told.add(text)
            taken.tell(
                row.number,
                "product",
                f"“{text[:80]}” was read as the product “{found[1]}”, here and below.",
                read_as=True,
            )
        return found

    def _owner(self, row: Row, taken: Taken) -> int | None:
        text = row.cells.get("owner", "")
        if not text:
            return None
        found = owner_of(text, self._owners)
        if found is None:
            taken.tell(
                row.number, "owner", f"Nobody here is called “{text[:60]}”; the deal goes to whoever imports it."
            )
        return found

    def _store(
        self,
        new: list[tuple[Row, NewDeal]],
        changes: dict[int, tuple[Row, Deal, NewDeal]],
        taken: Taken,
        now: datetime,
    ) -> None:
        ids = create_deals([deal for _, deal in new], by=self._by, now=now)
        taken.stored += [Stored(TABLE, pk, row.number) for pk, (row, _) in zip(ids, new, strict=True)]
        taken.stored += change_deals(list(changes.values()), self._by_id, by=self._by, now=now)


_TARGET_OF = {
    "contact_id": "contact_name",
    "product_id": "product",
    "owner_id": "owner",
    "stage_id": "stage",
    "closed_at": "closed_at",
}


def _without_id(deal: NewDeal) -> NewDeal:
    bare = NewDeal(**{name: getattr(deal, name) for name in deal.__slots__})
    bare.external_id = ""
    return bare


def _natural(deal: NewDeal) -> _Natural:
    """What a deal without an id is known again by."""
    opened = deal.opened_on if isinstance(deal.opened_on, date) else None
    expected = deal.expected_on if isinstance(deal.expected_on, date) else None
    return deal.name.casefold(), deal.contact_id, opened, deal.closed_at.date() if deal.closed_at else expected


def _made_name(row: Row, product: str) -> str:
    """A name for a deal whose file gives none: what, for whom."""
    whom = line(row, "contact_organisation") or line(row, "contact_name")
    return f"{product} for {whom}" if product and whom else product or whom or line(row, "external_id")


def _probability(row: Row) -> str | None:
    """Per cent as a whole number; programs write 70, 70%, 70.0 and 0.7."""
    text = row.cells.get("probability", "").removesuffix("%").strip()
    try:
        share = Decimal(text.replace(",", "."))
    except ArithmeticError:
        return text or None
    if not share.is_finite():
        return text
    return str(round(share * 100 if "." in text and 0 < share < 1 else share))


KIND = RecordKind(
    name="deals",
    title="Deals",
    permission="deals.edit",
    targets=TARGETS,
    signs=(
        frozenset({"deal stage"}),
        frozenset({"deal name"}),
        frozenset({"deal title"}),
        frozenset({"deal id", "deal value"}),
        frozenset({"stagename", "closedate"}),
        frozenset({"stage name", "close date"}),
        frozenset({"opportunity name"}),
        frozenset({"opportunity id", "close value"}),
        frozenset({"potential name"}),
        frozenset({"deal", "amount", "stage"}),
    ),
    needs=(
        (
            frozenset({"name", "product", "contact_name", "contact_organisation", "contact_email", "external_id"}),
            "a name, a product or a contact",
        ),
    ),
    importer=DealImporter,
    undo=undo,
    address="/deals/",
    words={"stage": guess_stages},
    word_choices={"stage": stage_choices},
)
