"""Static files as they are served: collected under hashed names, and whether they are there."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.management import call_command

# Says of which files the collected ones were made. An image has none: it brings its own.
STAMP = ".collected"
MANIFEST = "staticfiles.json"


def collect(root: Path) -> None:
    """Collect, hash and compress, unless the files are those of last time. Raises OSError."""
    made_of = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            made_of.update(f"{name} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    stamp = root / STAMP
    if not stamp.exists() or stamp.read_text() != made_of.hexdigest():
        call_command("collectstatic", interactive=False, clear=root.exists(), verbosity=0)
        stamp.write_text(made_of.hexdigest())


def collect_if_ours(root: Path) -> None:
    """As `collect`, but files that somebody collected by hand or into an image are left alone."""
    if not settings.DEBUG and ((root / STAMP).exists() or not (root / MANIFEST).exists()):
        collect(root)


def missing() -> int:
    """How many of the files that pages name are not there; 0 where none need be collected."""
    storage = staticfiles_storage
    if settings.DEBUG or not isinstance(storage, ManifestFilesMixin):
        return 0
    known = storage.hashed_files
    # Without a manifest no page can be made, whatever lies there by now.
    return sum(not storage.exists(name) for name in known.values()) if known else 1
