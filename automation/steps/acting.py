"""What steps have in common that write something and go on."""

from __future__ import annotations

from typing import ClassVar

from automation.engine.effects import Effect
from automation.steps.shape import NEXT, Case, Decision, Fail, Go, Step


class Acting(Step):
    """Ask for one effect, then leave by the one way out. What came of it is added by the effect's writer."""

    acts: ClassVar[bool] = True

    def effect(self, case: Case) -> Effect:
        """What is to be written."""
        raise NotImplementedError

    def decide(self, case: Case) -> Decision:
        for sentence in self.lacks().values():
            return Fail(sentence)
        return Go(NEXT, f"{self.title}.", effect=self.effect(case))
