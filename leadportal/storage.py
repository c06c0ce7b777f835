"""Static files: hashed names that browsers may keep for ever, compressed once."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Our own modules; what others wrote is served as it came.
OWN_SCRIPTS = "js/"
# A line that is empty or a comment, and what a line is moved in by.
_NOT_SAID = re.compile(r"^\s*(//.*)?\n|^[ \t]+", re.MULTILINE)
_IMPORT = re.compile(r'^import [^;"]*"\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|let|function|async)", re.MULTILINE)


def read(name: str) -> str:
    """The source of a module. Raises FileNotFoundError."""
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(name)
    with open(path, encoding="utf-8") as file:
        return file.read()


def modules(name: str) -> list[str]:
    """A module and all it imports at the start, those that are needed first before the others."""
    found: list[str] = []
    folder = PurePosixPath(name).parent

    def visit(one: str) -> None:
        for needed in _IMPORT.findall(read(one)):
            visit(str(folder / needed))
        if one not in found:
            found.append(one)

    visit(name)
    return found


def served(name: str) -> str:
    """A module of ours as browsers get it: one file with all that it imports at the start.

    Comments and indentation stay at home. The modules then share their names, so no two may
    declare the same one, and none may rename what it imports (tests/leadportal/test_storage.py).
    """
    *needed, own = [_IMPORT.sub("", _NOT_SAID.sub("", read(one))) for one in modules(name)]
    return _EXPORT.sub("", "".join(needed)) + own


class StaticStorage(CompressedManifestStaticFilesStorage):
    # What a module imports later it names plainly; the hashed names go in here.
    support_js_module_import_aggregation = True

    def _save(self, name: str, content: Any) -> str:
        # Under its hashed name it comes here a second time, joined already.
        if name.startswith(OWN_SCRIPTS) and finders.find(name):
            content = ContentFile(served(name).encode())
        return super()._save(name, content)

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        # What gets its hashed name is what was saved here, not what it was made from.
        own = {name: (self, name) for name in paths if name.startswith(OWN_SCRIPTS)}
        yield from super().post_process(paths | own, *args, **options)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        # The API documentation is megabytes that few people open: not worth seconds at each start.
        return super().compress_files(
            path for path in paths if not path.startswith("drf_spectacular_sidecar/")
        )
