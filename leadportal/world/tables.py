"""Reads the files of data/: a row a line, tabs between its cells, remarks behind a #."""

from pathlib import Path

DATA = Path(__file__).with_name("data")


def read_rows(name: str) -> list[list[str]]:
    """The rows of one file, each as long as its last cell that is not blank."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]
