"""The forms that a page offers, and those of its drawers, each as a browser would send it."""

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

from django.test import Client
from django.utils import timezone

TYPED = {"number": "5", "date": f"{timezone.localdate() + timedelta(days=3)}"}


class Forms(HTMLParser):
    """The forms of a page that post, each with what a browser would send after a choice."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.drawers: list[str] = []
        self.current: dict[str, str] | None = None
        self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method") == "post":
            self.current = {}
            self.found.append((told["action"], self.current))
        elif "hx-get" in told and told.get("hx-target") == "#drawer":
            self.drawers.append(told["hx-get"])
        elif self.current is None:
            return
        elif tag == "select":
            self.select = told["name"]
            self.current[self.select] = ""
        elif tag == "option" and "value" in told and ("selected" in told or told["value"]):
            if "selected" in told or not self.current[self.select]:
                self.current[self.select] = told["value"]
        elif tag == "textarea":
            self.current[told["name"]] = "Because we spoke"
        elif tag == "button" and told.get("name"):
            self.current.setdefault(told["name"], told.get("value", ""))
        elif tag == "input" and told.get("name"):
            self._input(told)

    def _input(self, told: dict[str, str]) -> None:
        assert self.current is not None
        name, kind, value = told["name"], told.get("type", "text"), told.get("value", "")
        if kind in ("radio", "checkbox"):
            if "checked" in told or value and not self.current.get(name):
                self.current[name] = value
        elif kind == "text" and not value:
            is_number = told.get("inputmode") or name == "points"
            self.current[name] = "5" if is_number else "Because we spoke"
        else:
            self.current[name] = value or TYPED.get(kind, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.current = None


def main(html: str) -> str:
    return html.split("<main", 1)[1].split('<dialog class="drawer"', 1)[0]


def offered(client: Client, url: str) -> list[tuple[str, dict[str, str]]]:
    """Every form of the page of a lead, of its drawers and of editing: (address, values)."""
    page = client.get(url)
    assert page.status_code == 200
    found = Forms(main(page.content.decode()))
    edit = re.findall(r'href="(/leads/\d+/edit[^"]*)"', page.content.decode())
    for url in {*found.drawers, *map(unescape, edit)}:
        drawer = client.get(url)
        assert drawer.status_code == 200, url
        found.found += Forms(main(drawer.content.decode())).found
    return found.found
