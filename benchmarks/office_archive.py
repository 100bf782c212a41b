"""An archive as a CRM's document library is: letters and tables made from templates, mails, PDF and pictures.

What decides how small it becomes on a line is made as the real programs make it: Office's newer documents are zips
whose parts are deflated, PDF has deflated streams, pictures are noise behind a head. Text is words that occur as often
as words do, new for each file. What files share is what they have from the template they were made from: styles, theme,
fonts and a logo, byte for byte; a document library is made from templates of the CRM, each used many times.
"""

from __future__ import annotations

import base64
import io
import random
import textwrap
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from archive import Archive, word_list

_FOLDER_FILES = 500
_LARGEST = 4_000_000
_OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SECTOR = 512
_WITH_PICTURE, _WITH_ATTACHMENT = 0.1, 0.25


@dataclass(frozen=True, slots=True)
class _Template:
    """What each document that is made from it has: parts of a zip, the tables of an old document, a PDF's fonts."""

    styles: bytes
    theme: bytes
    logo: bytes
    tables: bytes
    fonts: Sequence[bytes]
    signature: str


class OfficeFiles:
    """Makes one file after another, the same ones each time."""

    def __init__(self) -> None:
        self._chance = random.Random(1)  # noqa: S311 - the same archive each time, not a secret
        self._words, weights = word_list(self._chance)
        self._weights = list(accumulate(weights))
        self._templates = [self._template() for _ in range(24)]
        self._kinds: dict[str, tuple[Callable[[], bytes], int]] = {
            "docx": (self._docx, 30),
            "doc": (self._doc, 15),
            "eml": (self._mail, 25),
            "xlsx": (self._xlsx, 10),
            "pdf": (self._pdf, 15),
            "jpg": (self._picture, 5),
        }

    def next(self) -> tuple[str, bytes]:
        """Return the ending and the content of the next file."""
        ending = self._chance.choices(list(self._kinds), [share for _, share in self._kinds.values()])[0]
        return ending, self._kinds[ending][0]()

    def _size(self, mean: int) -> int:
        return min(int(self._chance.lognormvariate(0, 0.8) * mean / 1.38), _LARGEST)

    def _text(self, size: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=size // 6 + 1))

    def _paragraphs(self, size: int) -> list[str]:
        return textwrap.wrap(self._text(size), 400)

    def _template(self) -> _Template:
        names = self._chance.choices(self._words, k=120)
        styles = "".join(
            f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
            f'<w:pPr><w:spacing w:after="{self._chance.randrange(400)}"/></w:pPr><w:rPr><w:rFonts w:ascii="Calibri"/>'
            f'<w:sz w:val="{self._chance.randrange(16, 60)}"/></w:rPr></w:style>'
            for name in names
        )
        theme = "".join(f'<a:srgbClr val="{self._chance.randbytes(3).hex()}"/>' for _ in range(300))
        return _Template(
            styles.encode(),
            theme.encode(),
            b"\x89PNG\r\n\x1a\n" + self._chance.randbytes(self._chance.randrange(3_000, 20_000)),
            self._chance.randbytes(3_000) + bytes(6_000),
            [zlib.compress(self._chance.randbytes(self._chance.randrange(8_000, 24_000))) for _ in range(2)],
            self._text(500),
        )

    def _of_template(self) -> _Template:
        # Few templates are used for most of what is written.
        return self._templates[min(int(self._chance.expovariate(0.25)), len(self._templates) - 1)]

    def _zip(self, parts: Sequence[tuple[str, bytes]]) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, data in parts:
                # Office writes the same moment into each.
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
        return file.getvalue()

    def _core(self) -> bytes:
        return f"<cp:coreProperties><dc:creator>{self._text(20)}</dc:creator></cp:coreProperties>".encode()

    def _docx(self) -> bytes:
        template = self._of_template()
        body = "".join(
            f'<w:p w:rsidR="{self._chance.randbytes(4).hex()}"><w:r><w:t>{text}</w:t></w:r></w:p>'
            for text in self._paragraphs(self._size(12_000))
        )
        pictures = [("word/media/image2.jpeg", self._picture())] if self._chance.random() < _WITH_PICTURE else []
        return self._zip(
            [
                ("[Content_Types].xml", b"<Types/>" * 40),
                ("word/document.xml", f"<w:document><w:body>{body}</w:body></w:document>".encode()),
                ("word/theme/theme1.xml", template.theme),
                ("word/media/image1.png", template.logo),
                ("word/styles.xml", template.styles),
                ("docProps/core.xml", self._core()),
                *pictures,
            ]
        )

    def _xlsx(self) -> bytes:
        template = self._of_template()
        rows = "".join(
            f'<row r="{row}">'
            + "".join(
                f'<c r="{column}{row}" t="{kind}"><v>{self._chance.randrange(10**5) / 100}</v></c>'
                for column, kind in zip("ABCDEF", "nnnsns", strict=True)
            )
            + "</row>"
            for row in range(1, self._size(250) + 1)
        )
        return self._zip(
            [
                ("[Content_Types].xml", b"<Types/>" * 40),
                ("xl/worksheets/sheet1.xml", f"<sheetData>{rows}</sheetData>".encode()),
                ("xl/sharedStrings.xml", f"<sst>{self._text(6_000)}</sst>".encode()),
                ("xl/theme/theme1.xml", template.theme),
                ("xl/styles.xml", template.styles),
                ("docProps/core.xml", self._core()),
            ]
        )

    def _doc(self) -> bytes:
        template = self._of_template()
        text = self._text(self._size(12_000)).encode("cp1252", "replace")
        file = _OLE_HEAD + bytes(_SECTOR - len(_OLE_HEAD)) + text + bytes(-len(text) % _SECTOR) + template.tables
        return file + template.logo + bytes(-len(template.logo) % _SECTOR + 3 * _SECTOR)

    def _mail(self) -> bytes:
        template = self._of_template()
        text = "</p>\n<p class=MsoNormal>".join(self._paragraphs(self._size(5_000)))
        head = (
            f"Received: from mail.example.com by mx.example.com with ESMTPS id {self._chance.randbytes(9).hex()}\r\n"
            f"Message-ID: <{self._chance.randbytes(16).hex()}@mail.example.com>\r\nSubject: {self._text(40)}\r\n\r\n"
        )
        style = "".join(f"p.{name} {{margin:0cm; font-size:11.0pt}}\n" for name in self._words[:40])
        body = (
            f"<html><style>{style}</style><body><p class=MsoNormal>{text}</p><p>{template.signature}</p></body></html>"
        )
        file = head.encode() + body.encode()
        if self._chance.random() < _WITH_ATTACHMENT:
            file += b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
                self._chance.choice((self._docx, self._pdf, self._picture))()
            )
        return file

    def _pdf(self) -> bytes:
        template = self._of_template()
        pages = [
            zlib.compress("".join(f"({line}) Tj T*\n" for line in textwrap.wrap(text, 80)).encode(errors="replace"))
            for text in textwrap.wrap(self._text(self._size(15_000)), 3_000)
        ]
        streams = [*pages, *template.fonts, zlib.compress(template.logo)]
        file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        for number, stream in enumerate(streams, 1):
            file += b"%d 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n" % (
                number,
                len(stream),
                stream,
            )
        return file + b"trailer\n<< /ID [<%s>] >>\n%%%%EOF\n" % self._chance.randbytes(16).hex().encode()

    def _picture(self) -> bytes:
        return b"\xff\xd8\xff\xe0\x00\x10JFIF" + self._chance.randbytes(self._size(120_000))


def office_files(folder: Path, files: int) -> Archive:
    """Write so many files, all kinds mixed, as they were registered one after another."""
    maker = OfficeFiles()
    written = 0
    for number in range(files):
        ending, content = maker.next()
        path = folder / f"{number // _FOLDER_FILES:04}" / f"{number:07}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written += len(content)
    return Archive(folder, files, written, written)
