"""How many bytes a request may bring before anybody has looked who sends it."""

MB = 1024 * 1024
# Any form of a page, many times over. It stays in memory: no file part of it is written to disk.
PAGE_MAX = MB
API = "/api/"
API_MAX = 256 * 1024
BATCH = "/batch"
BATCH_MAX = 5 * MB


def most_unasked(path: str) -> int:
    """The longest body that this address takes from anybody; more is for it to allow."""
    if not path.startswith(API):
        return PAGE_MAX
    return BATCH_MAX if path.endswith(BATCH) else API_MAX
