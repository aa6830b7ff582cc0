"""What can be measured on a page as it stands? Barriers, overflow, words of unknown origin, and how much moved.

Promises: every finding is a list of sentences, empty where nothing is wrong; nothing on the page is changed.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page

AXE = Path(__file__).parent / "vendor/axe/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = ("color-contrast",)
RUN_AXE = """async (runOnly) => {
  const { violations } = await axe.run(document, { runOnly, preload: false, resultTypes: ["violations"] });
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html + node.failureSummary) }));
}"""
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > width + 0.5)
    .map((element) => `${element.localName}.${element.className}: ${(element.textContent ?? "").slice(0, 60)}`);
}"""
DRAWN = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const changing = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.allSettled(changing.map((each) => each.finished));
}"""
SMALL = """() => {
  const covers = (element) => getComputedStyle(element, "::after").position === "absolute"; // the row around it
  const inLine = (element) => element.localName === "a" && getComputedStyle(element).display === "inline";
  return [...document.querySelectorAll("a, button, input, select, textarea, summary, label:has(input)")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !inLine(element))
    .filter((element) => !(element.localName === "input" && element.closest("label")))
    .filter((element) => !element.matches(".skip") && !covers(element))
    .filter((element) => element.getBoundingClientRect().height < 43.5)
    .map((element) => `${element.outerHTML.slice(0, 90)} is ${element.getBoundingClientRect().height} px high`);
}"""
FILLED = """() => [...(document.querySelector("dialog[open]") ?? document).querySelectorAll(".button")]
  .filter((button) => !button.matches(".quiet, .text, .danger") && button.checkVisibility())
  .map((button) => button.textContent.trim())"""
SAID = """() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const said = document.querySelector(".loading-page") ? [] : [document.title]; // until then it is as it was served
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    if (parent.localName !== "noscript" && !parent.closest("[translate=no]") && seen(parent)) said.push(data);
  }
  for (const name of ["aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "placeholder", "title", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`)) if (seen(element)) said.push(element.getAttribute(name));
  return said.map((text) => text.trim()).filter(Boolean);
}"""
MARKED = re.compile("⟦[^⟦⟧]*⟧")
KEY = re.compile(r"⟦[\wáéíóú]+(\.[\wáéíóú]+)+⟧")  # what has no words is said by its key
DATE_WORDS = re.compile(
    r"\b(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?\b|"
    r"\b(Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?|Sept?(ember)?|Oct(ober)?|Nov(ember)?|Dec(ember)?)\b"
)


async def with_axe(context: BrowserContext) -> None:
    """Let pages of a browser be examined for barriers."""
    await context.add_init_script(path=AXE)


async def barriers(page: Page, rules: Sequence[str] = TAGS) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its own good practice, or against some rules of it."""
    found: list[dict[str, Any]] = await page.evaluate(RUN_AXE, rules)
    return [f"{each['id']}: {each['help']}: {node}" for each in found for node in each["nodes"]]


async def overflowing(page: Page) -> list[str]:
    """What makes the page wider than its window."""
    found: list[str] = await page.evaluate(OVERFLOWING)
    return found


async def not_marked(page: Page, own: Iterable[str]) -> list[str]:
    """What the pseudo-locale en-XA shows unmarked, and is neither `own` text of people, nor a number, nor a date; and keys."""
    said: list[str] = await page.evaluate(SAID)
    return [text for text in said if KEY.search(text) or re.search(r"[^\W\d_]", _rest(text, own))]


def _rest(text: str, own: Iterable[str]) -> str:
    while MARKED.search(text):
        text = MARKED.sub("", text)
    for each in sorted(own, key=len, reverse=True):
        text = text.replace(each, "")
    return DATE_WORDS.sub("", text)


async def small_targets(page: Page) -> list[str]:
    """What is pressed and lower than 44 pixels; links within a sentence are as high as it is."""
    found: list[str] = await page.evaluate(SMALL)
    return found


async def filled_buttons(page: Page) -> list[str]:
    """The amber acts of the screen, or of the sheet over it."""
    found: list[str] = await page.evaluate(FILLED)
    return found


async def drawn(page: Page) -> None:
    """Wait until what changed is on the screen."""
    await page.evaluate(DRAWN)


async def layout_shift(page: Page) -> tuple[float, list[str]]:
    """The sum of the layout's shifts since the page was loaded, and what moved."""
    await drawn(page)
    found: list[dict[str, Any]] = await page.evaluate("shifts")
    return sum(each["value"] for each in found), [f"{each['value']:.3f}: {each['moved']}" for each in found]
