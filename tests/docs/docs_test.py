"""What the documentation shows is there: links lead somewhere, descriptors pass `m2ag check`, commands and options exist."""

import functools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

import pages

M2AG = os.path.abspath(sys.argv.pop(1))
PLUGINS = pathlib.Path(M2AG).parent.parent / "lib/m2ag/plugins"
SECTIONS = {"device", "mqtt", "log", "state", "simulated", "components"}


def m2ag(*words, cwd=None):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("M2AG_") and key != "CREDENTIALS_DIRECTORY"}
    return subprocess.run([M2AG, *words], capture_output=True, text=True, timeout=60, cwd=cwd, env=environment, stdin=subprocess.DEVNULL)


class Links(unittest.TestCase):
    @staticmethod
    @functools.cache
    def anchors(page):
        """The headings as GitHub makes anchors of them."""
        found = []
        for line in page.read_text().split("```")[::2]:
            for heading in re.findall(r"^#+ +(.+)$", line, re.M):
                slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-")
                found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
        return found

    def test_every_link_leads_to_a_file_or_a_heading(self):
        seen = 0
        for page in pages.pages():
            for number, line in enumerate(pages.prose(page), 1):
                for target in re.findall(r"\]\(([^)\s]+)\)", line):
                    if re.match(r"[a-z]+:", target):
                        continue
                    seen += 1
                    with self.subTest(page=f"{page.relative_to(pages.ROOT)}:{number}", link=target):
                        path, _, anchor = target.partition("#")
                        file = (page.parent / path).resolve() if path else page
                        self.assertTrue(file.exists(), "there is no such file")
                        self.assertTrue(file.is_relative_to(pages.ROOT), "it leads out of the repository")
                        if anchor:
                            self.assertIn(anchor, self.anchors(file))
        self.assertGreater(seen, 20)

    def test_every_page_can_be_reached_from_the_readme(self):
        reached, waiting = set(), [pages.ROOT / "README.md"]
        while waiting:
            page = waiting.pop()
            if page in reached or not page.is_file() or page.suffix != ".md":
                continue
            reached.add(page)
            for target in re.findall(r"\]\(([^)#\s]+)", "\n".join(pages.prose(page))):
                waiting.append((page.parent / target).resolve())
        self.assertEqual({str(each) for each in pages.pages() if each.parent.name == "docs"} - {str(each) for each in reached}, set())


class Descriptors(unittest.TestCase):
    """A block with `device:` is whole. A part of one is put where it belongs; a page's files lie beside it."""

    def check(self, text, page, name="shown.yaml"):
        with tempfile.TemporaryDirectory() as folder:
            pages.write_files(page, folder, names=[each for each in pages.files(page) if each not in (name, *self.whole(page))])
            path = pathlib.Path(folder, name)
            path.write_text(text)
            return m2ag("check", "--plugins", str(PLUGINS), name, cwd=folder)

    @staticmethod
    def whole(page):
        return [name for name, text in pages.files(page).items() if re.search(r"^device:", text, re.M)]

    @staticmethod
    def completed(text):
        keys = set(re.findall(r"^([^\s#:]+):", text, re.M))
        if "device" in keys:
            return text
        if keys <= SECTIONS:
            return "device: { id: example }\n" + text
        if "type" in keys:
            text = "example:\n" + re.sub("^", "  ", text, flags=re.M)
        return "device: { id: example }\ncomponents:\n" + re.sub("^", "  ", text, flags=re.M)

    def blocks(self):
        for page in pages.pages():
            for block in pages.blocks(page):
                if block.language == "yaml":
                    yield page, block

    def test_every_descriptor_passes(self):
        seen = 0
        for page, block in self.blocks():
            name = block.attributes.get("file", "")
            # Types of a plugin that the page builds: checked where that is done. Files that others include are checked with those.
            if "mistakes" in block.attributes or page.name == "writing-a-plugin.md" or (name and name not in self.whole(page)):
                continue
            seen += 1
            with self.subTest(block=str(block)):
                done = self.check(self.completed(block.text), page, name or "shown.yaml")
                self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(seen, 2)

    def test_every_plugin_has_a_page_and_an_example_that_ctest_checks(self):
        folders = [each.parent for each in (pages.ROOT / "plugins").glob("*/CMakeLists.txt") if "m2ag_add_plugin(" in each.read_text()]
        self.assertGreater(len(folders), 5)
        for folder in folders:
            with self.subTest(plugin=folder.name):
                self.assertTrue((folder / "README.md").is_file(), "it has no README.md")
                self.assertIn("device:", (folder / f"{folder.name}.yaml").read_text(), "its example is no descriptor")

    def test_files_that_stand_beside_a_descriptor_are_read(self):
        page = pages.ROOT / "docs/descriptor.md"
        done = self.check(pages.files(page)["greenhouse.yaml"], page, "greenhouse.yaml")
        self.assertIn("ok, device greenhouse with 3 components", done.stdout, done.stderr)

    def test_mistakes_are_told_as_the_page_says(self):
        seen = 0
        for page in pages.pages():
            blocks = pages.blocks(page)
            for block, answer in zip(blocks, blocks[1:]):
                if "mistakes" not in block.attributes:
                    continue
                seen += 1
                with self.subTest(block=str(block)), tempfile.TemporaryDirectory() as folder:
                    name = block.attributes["file"]
                    pathlib.Path(folder, name).write_text(block.text)
                    done = m2ag("check", "--plugins", str(PLUGINS), name, cwd=folder)
                    self.assertEqual((done.returncode, done.stderr), (1, answer.text))
        self.assertGreater(seen, 0)

    def test_the_schema_is_printed(self):
        self.assertIn("m2ag schema", pages.step(pages.ROOT / "docs/descriptor.md", "schema"))
        self.assertIn("draft-07", json.loads(m2ag("schema").stdout)["$schema"])


@functools.cache
def help_of(*verb):
    done = m2ag(*verb, "--help")
    return done.stdout if done.returncode == 0 else None


def verbs_of(text):
    """The subcommands that a help text lists."""
    _, _, listed = (text or "").partition("\nSubcommands:\n")
    return set(re.findall(r"^  ([a-z0-9-]+) ", listed, re.M))


def commands(page):
    """Where `m2ag …` is shown, in blocks and in the middle of a sentence: place and words."""
    texts = [(str(block), block.text) for block in pages.blocks(page) if block.language in ("sh", "")]
    without_blocks = re.sub(r"^```.*?^```", lambda block: "\n" * block[0].count("\n"), page.read_text(), flags=re.M | re.S)
    for span in re.finditer(r"`([^`\n]*(?:\n[^`\n]+)?)`", without_blocks):
        number = without_blocks.count("\n", 0, span.start()) + 1
        texts.append((f"{page.relative_to(pages.ROOT)}:{number}", span[1].replace("\n", " ")))
    for place, text in texts:
        for command in re.findall(r"(?:^|[\s/;&|(])m2ag ([^|;&>#)\n]+)", text, re.M):
            try:
                yield place, shlex.split(command)
            except ValueError:
                yield place, command.split()


class Commands(unittest.TestCase):
    def test_every_verb_and_option_exists(self):
        seen = set()
        for page in [*pages.pages(), pages.ROOT / "sdk/template/README.md"]:
            for place, words in commands(page):
                with self.subTest(place=place, command=" ".join(words)):
                    verb, offered = (), verbs_of(help_of())
                    while words and words[0] in offered:
                        verb += (words.pop(0),)
                        offered = verbs_of(help_of(*verb))
                    # A verb that needs another one, and a word in its place that is none.
                    self.assertFalse(offered and words and re.fullmatch(r"[a-z0-9-]+", words[0]) and not words[0].startswith("-"),
                                     f"there is no verb \"{' '.join((*verb, *words[:1]))}\"")
                    for option in (word.split("=")[0] for word in words if re.match(r"--?[A-Za-z]", word)):
                        seen.add(option)
                        self.assertRegex(help_of(*verb), rf"(?<![\w-]){re.escape(option)}(?![\w-])", f"m2ag {' '.join(verb)} has no {option}")
        self.assertLess({"--config", "--dir"}, seen)


if __name__ == "__main__":
    unittest.main()
