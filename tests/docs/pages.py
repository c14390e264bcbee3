"""The documentation as data: its pages and their blocks of code. A block is named by its fence: ```yaml file=meter.yaml, ```sh step=build."""

import os
import pathlib
import re
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass
class Block:
    page: pathlib.Path
    line: int  # of its first line of text
    language: str
    attributes: dict
    text: str

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages():
    """Every page that is read on its own. The template of new plugins has placeholders."""
    names = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"]
    return [ROOT / name for name in names] + sorted(ROOT.glob("docs/*.md")) + sorted(ROOT.glob("plugins/*/README.md"))


def blocks(page):
    found, fence = [], None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if fence is None and line.startswith("```"):
            language, *words = line[3:].split() or [""]
            attributes = dict(word.split("=", 1) if "=" in word else (word, "") for word in words)
            fence = Block(page, number + 1, language, attributes, "")
        elif fence is not None and line.rstrip() == "```":
            found.append(fence)
            fence = None
        elif fence is not None:
            fence.text += line + "\n"
    if fence is not None:
        raise AssertionError(f"{fence}: this block is never closed")
    return found


def files(page):
    """Name and text of each file that a page shows; blocks of one name are its parts, in their order."""
    texts = {}
    for block in blocks(page):
        if name := block.attributes.get("file"):
            texts[name] = texts.get(name, "") + block.text
    return texts


def write_files(page, folder, names=None):
    """Puts the files of a page into a folder, closed to other users, as a page about secrets asks for."""
    for name, text in files(page).items():
        if names is not None and name not in names:
            continue
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.chmod(path, 0o600)


def step(page, name):
    """The commands of a page's block ```sh step=NAME."""
    found = [block.text for block in blocks(page) if block.attributes.get("step") == name]
    if len(found) != 1:
        raise AssertionError(f"{page}: expected one block with step={name}, found {len(found)}")
    return found[0]


def prose(page):
    """The page with its blocks and spans of code emptied, line by line."""
    text, inside = [], False
    for line in page.read_text().splitlines():
        if line.startswith("```"):
            inside = not inside
            line = ""
        text.append("" if inside else re.sub(r"`[^`]*`", "`-`", line))
    return text
