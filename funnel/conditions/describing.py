"""A condition as one English sentence."""

from datetime import date
from typing import Any

from funnel.conditions.tree import All, Any_, Condition, EventTest, Not, PropertyTest, Test
from funnel.vocabulary.events import event_did
from funnel.vocabulary.facts import Fact, uncapital
from funnel.vocabulary.operators import NUMBER_OPERATORS, FactType, Takes


def describe(condition: Condition) -> str:
    """The condition as a clause that reads on after "when": lower case, no full stop."""
    match condition:
        case All(items=items):
            return _list([_grouped(item) for item in items], "and")
        case Any_(items=items):
            return _list([_grouped(item) for item in items], "or")
        case Not(item=item):
            return f"it is not so that {describe(item)}"
        case EventTest():
            return _describe_event(condition)
    return _describe_test(condition)


def sentence(condition: Condition) -> str:
    """The condition as one English sentence."""
    text = describe(condition)
    return f"{text[:1].upper()}{text[1:]}."


def _grouped(condition: Condition) -> str:
    text = describe(condition)
    several = isinstance(condition, All | Any_) and len(condition.items) > 1
    return f"({text})" if several else text


def _describe_test(test: Test) -> str:
    fact = test.fact
    label = uncapital(fact.label)
    if fact.takes_event:
        label = f"days since they {event_did(test.event)}"
    window = f" in the last {_days_text(test.within_days)}" if test.within_days else ""
    if fact.type is FactType.YES_NO and test.op == "is":
        if fact.name.startswith("consent_"):
            return f"{label} is {'given' if test.value else 'withdrawn'}"
        if label.startswith("in "):
            return f"is {label}" if test.value else f"is not {label}"
        return f"{label} is {fact.shown(test.value)}"
    operator = fact.operators[test.op]
    if test.op == "more_than_days_ago":
        days = "a day" if test.value == 1 else _days_text(test.value)
        return f"{label} was more than {days} ago"
    match operator.takes:
        case Takes.NOTHING:
            value = ""
        case Takes.DAYS:
            value = f" {_days_text(test.value)}"
        case Takes.ONE:
            value = f" {_shown(fact, test.value)}"
        case Takes.RANGE:
            low, high = (fact.shown(item) for item in test.value)
            value = f" {low.removesuffix(' ' + fact.unit) if fact.unit else low} and {high}"
        case Takes.MANY:
            value = f" {_list([_shown(fact, item) for item in test.value], 'or')}"
    return f"{label} {operator.label}{value}{window}"


def _shown(fact: Fact, value: Any) -> str:
    if fact.type is FactType.TEXT and isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return fact.shown(value)


def _describe_event(test: EventTest) -> str:
    text = event_did(test.event)
    if test.where:
        tests = [_describe_property(item) for item in test.where]
        text += f" whose {_list(tests, 'and')}"
    if test.at_least > 1:
        text += f" at least {test.at_least} times"
    if test.within_days:
        text += f" in the last {_days_text(test.within_days)}"
    return text


def _describe_property(test: PropertyTest) -> str:
    kind = FactType.NUMBER if test.op in NUMBER_OPERATORS else FactType.TEXT
    name = test.property.replace("_", " ")
    return _describe_test(Test("", Fact(test.property, kind, name), test.op, test.value))


def _days_text(days: int | None) -> str:
    return "day" if days == 1 else f"{days} days"


def _list(items: list[str], word: str) -> str:
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
