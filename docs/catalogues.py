"""For translators of what the tool says: findings, remedies, errors, the report and the command line's own lines.

    python docs/catalogues.py --missing de > de.json     what has no German yet: {package: {"English template": ""}}
    python docs/catalogues.py --add de de.json           put the translations from such a file into the catalogues
    python docs/catalogues.py --tidy de                  take out of the catalogues what nothing says any more
    python docs/catalogues.py --check                    how many are missing, and which translations nothing says

A catalogue is `locale/LANGUAGE.json` in a package. What stands in braces (`{user}`, `{size:,}`) is put in when it is
said: the translation has the same places, where its own grammar wants them. What stands in back quotes or in single
quotes is a name, and stays; commands, codes, settings and file names stay too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from generating.templates import LANGUAGES, packages, templates_of

from omt_core.api.sentence import placeholders


def catalogue(package: Path, language: str) -> dict[str, str]:
    """Return what a package's catalogue has."""
    file = package / "locale" / f"{language}.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def missing(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the templates that have no translation, each below the first package that says it."""
    known = {text for folder in packages().values() for text, told in catalogue(folder, language).items() if told}
    lacking: dict[str, dict[str, str]] = {}
    for name, folder in packages().items():
        for one in templates_of(folder):
            if one.text not in known:
                known.add(one.text)
                lacking.setdefault(name, {})[one.text] = ""
    return lacking


def left(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the translations of each package that nothing in its source says."""
    said = {name: {one.text for one in templates_of(folder)} for name, folder in packages().items()}
    over = {
        name: {text: told for text, told in catalogue(folder, language).items() if text not in said[name]}
        for name, folder in packages().items()
    }
    return {name: texts for name, texts in over.items() if texts}


def add(language: str, given: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Put translations into the catalogues, take out what nothing says, and return what is wrong with any."""
    wrong: list[str] = []
    for name, folder in packages().items():
        known = catalogue(folder, language)
        for template, translation in given.get(name, {}).items():
            if not translation:
                continue
            if set(placeholders(translation)) != set(placeholders(template)):
                wrong.append(f"{name}: other places than {' '.join(placeholders(template))}: {translation}")
                continue
            known[template] = translation
        kept = {one.text: known[one.text] for one in templates_of(folder) if one.text in known}
        if kept != known or given.get(name):
            (folder / "locale").mkdir(exist_ok=True)
            text = json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=1)
            (folder / "locale" / f"{language}.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return wrong


def main() -> int:
    """Do what was asked; returns 1 if a translation was not taken, or under `--check` if one is missing or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--missing", metavar="LANGUAGE", choices=LANGUAGES, help="print what has no translation, as JSON")
    what.add_argument("--add", nargs=2, metavar=("LANGUAGE", "FILE"), help="take the translations of a file")
    what.add_argument("--tidy", metavar="LANGUAGE", choices=LANGUAGES, help="take out what nothing says any more")
    what.add_argument("--check", action="store_true", help="say what is missing and what nothing says any more")
    given = parser.parse_args()
    if given.missing:
        sys.stdout.write(f"{json.dumps(missing(given.missing), ensure_ascii=False, indent=1)}\n")
        return 0
    if given.tidy:
        add(given.tidy, {})
        return 0
    if given.add:
        language, file = given.add
        if language not in LANGUAGES:
            parser.error(f"{language} is none of {', '.join(LANGUAGES)}")
        wrong = add(language, json.loads(Path(file).read_text("utf-8")))
        sys.stderr.writelines(f"not taken: {line}\n" for line in wrong)
        return 1 if wrong else 0
    faults = 0
    for language in LANGUAGES:
        for name, texts in missing(language).items():
            sys.stdout.write(f"{language} {name}: {len(texts)} missing\n")
            faults += len(texts)
        for name, texts in left(language).items():
            sys.stdout.writelines(f"{language} {name}: nothing says: {text}\n" for text in texts)
            faults += len(texts)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
