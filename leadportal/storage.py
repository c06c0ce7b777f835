"""Static files: hashed names that browsers may keep for ever, compressed once."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    # Our modules import one another by plain relative names; the hashed names go in here.
    support_js_module_import_aggregation = True

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        # The API documentation is megabytes that few people open: not worth seconds at each start.
        return super().compress_files(
            path for path in paths if not path.startswith("drf_spectacular_sidecar/")
        )
