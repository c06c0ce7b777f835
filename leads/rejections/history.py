"""What happened to one rejected lead before and since: handoffs, answers, times in nurture."""

from collections.abc import Sequence
from dataclasses import dataclass

from leads.models import Answer, Handoff, Nurture, WrongCriterion


@dataclass(frozen=True, slots=True)
class History:
    """Of one rejection, and of its lead around it, the oldest first."""

    wrong: Sequence[WrongCriterion]
    # What marketing said to this rejection, and to those before and after it.
    answers: Sequence[Answer]
    others: Sequence[Handoff]
    nurtures: Sequence[Nurture]

    @property
    def dispute(self) -> Answer | None:
        return next((one for one in self.answers if one.kind == Answer.Kind.DISPUTE), None)


def of_rejection(handoff: Handoff) -> History:
    """Four queries, however often the lead was handed over."""
    others = Handoff.objects.filter(lead=handoff.lead_id).exclude(pk=handoff.pk)
    answers = Answer.objects.filter(handoff=handoff)
    nurtures = Nurture.objects.filter(lead=handoff.lead_id)
    return History(
        wrong=list(handoff.wrong_criteria.order_by("pk")),
        answers=list(answers.select_related("by", "arbiter", "decided_by")),
        others=list(others.select_related("reason", "claimed_by").order_by("opened_at", "pk")),
        nurtures=list(nurtures.select_related("by")),
    )
