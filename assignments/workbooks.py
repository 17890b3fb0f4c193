"""XLSX files, opened within bounds.

The library that reads them holds a row whole, makes an object of nearly every other element, and walks through a sheet
once for each name that the workbook has for it. So a file is looked over first, by the same reader of XML, which keeps
nothing: some kilobytes can ask for gigabytes, or for hours.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from xml.parsers import expat

from openpyxl import load_workbook

from notifications import stopping

from .errors import Unreadable

#: Bytes once it is unpacked; of its list of texts, which is kept whole.
MOST_UNPACKED, MOST_TEXTS = 60_000_000, 30_000_000
#: Elements of XML; as often as they are read, once for each sheet; those outside of rows and texts; those of one row,
#: which has 16,384 columns at most.
MOST_ELEMENTS, MOST_READ, MOST_OBJECTS, MOST_IN_A_ROW = 4_000_000, 10_000_000, 250_000, 65_536
#: Bytes unpacked, and elements read, that take no longer than a request may.
LITTLE_UNPACKED, LITTLE_READ = 1_000_000, 100_000
TEXTS = "xl/sharedstrings.xml"
#: What a row or a text is made of.
OF_ROWS = {"c", "v", "f", "is", "t", "r", "rPr", "rPh", "phoneticPr", "b", "i", "u", "strike", "sz", "color", "rFont"}
OF_ROWS |= {"family", "charset", "scheme", "vertAlign", "outline", "shadow"}
NO_WORKBOOK = "It is no XLSX file that can be read. Save it once more, or as CSV."
TOO_LARGE = "It is too large once it is unpacked. Keep only the columns that are needed."
#: openpyxl's own, which has no types.
Sheet = Any


def first_sheet(content: bytes) -> Sheet:
    """The sheet that stands open, to be read row by row. Raises `Unreadable`."""
    with said_in_words():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_over(archive)
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False).active
    if not hasattr(sheet, "iter_rows"):
        raise Unreadable("Its first sheet is no table.")
    return sheet


@contextmanager
def said_in_words() -> Iterator[None]:
    """Makes an `Unreadable` of whatever the library stumbles over."""
    try:
        yield
    except (Unreadable, *stopping.INTERRUPTIONS):  # the latter are no fault of the file
        raise
    except Exception as error:
        raise Unreadable(NO_WORKBOOK) from error


def is_little(content: bytes) -> bool:
    """Whether it is read, or refused, within a moment."""
    try:
        with said_in_words(), zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive) <= LITTLE_UNPACKED and _look_over(archive) <= LITTLE_READ
    except Unreadable:
        return True


def _unpacked(archive: zipfile.ZipFile) -> int:
    """How many bytes its parts say they have: no more are read of them."""
    return sum(part.file_size for part in archive.infolist())


def _look_over(archive: zipfile.ZipFile) -> int:
    """How many elements the library would read. Raises `Unreadable` for more than it should."""
    texts = sum(part.file_size for part in archive.infolist() if part.filename.lower() == TEXTS)
    if _unpacked(archive) > MOST_UNPACKED or texts > MOST_TEXTS:
        raise Unreadable(TOO_LARGE)
    look = _Look()
    for part in archive.infolist():
        look.over(archive, part)
    return look.read


class _Look:
    """What the parts of a workbook hold."""

    def __init__(self) -> None:
        self.elements = self.objects = self.in_row = self.sheets = 0

    @property
    def read(self) -> int:
        """Elements, as often as they are read."""
        return self.elements * max(self.sheets, 1)

    def over(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.in_row = 0
        with (
            archive.open(part) as file,
            suppress(expat.ExpatError),
        ):  # a picture; or the library comes no further either
            parser.ParseFile(file)
        if self.read > MOST_READ:
            raise Unreadable("It has too many sheets. Keep only the one with the addresses.")

    def _begin(self, name: str, attributes: object) -> None:
        self.elements += 1
        bare = name.rpartition(":")[2]
        if bare in ("row", "si"):
            self.in_row = 0
        elif bare in OF_ROWS:
            self.in_row += 1
        else:
            self.objects += 1
            self.sheets += bare == "sheet"
        if self.elements > MOST_ELEMENTS or self.objects > MOST_OBJECTS or self.in_row > MOST_IN_A_ROW:
            raise Unreadable(TOO_LARGE)

    def _refuse_doctype(self, *declared: object) -> None:
        raise Unreadable(NO_WORKBOOK)
