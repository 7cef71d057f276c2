"""Working by keyboard alone: Tab to what is called so, seen to be there, then keys."""

from __future__ import annotations

from playwright.sync_api import Page, expect

_FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  const label = element.labels?.[0] ?? element.closest("fieldset")?.querySelector("legend");
  const words = element.getAttribute("aria-label") || (element.labels?.length ? label.textContent : element.textContent);
  return {
    tag: element.tagName.toLowerCase(), id: element.id, name: words.replace(/\\s+/g, " ").trim(),
    dialog: Boolean(element.closest("dialog[open]")),
    seen: (style.outlineStyle !== "none" || style.boxShadow !== "none") && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def focused(page: Page) -> dict[str, object]:
    """What has the focus: tag, id, name, whether in a dialog, whether one sees it."""
    found: dict[str, object] = page.evaluate(_FOCUSED)
    return found


def tab_to(page: Page, name: str, *, tag: str = "", most: int = 90) -> None:
    """Press Tab until what is called so has the focus; it must be seen to have it."""
    passed = []
    for _ in range(most):
        now = focused(page)
        if name.lower() in str(now["name"]).lower() and now["tag"] in (
            [tag] if tag else ["a", "button", "input", "select", "summary", "textarea"]
        ):
            page.wait_for_timeout(30)
            assert focused(page)["seen"], f"{name} has the focus, but nobody sees it"
            return
        passed.append(now["name"])
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {name}: {passed}")


def write(page: Page, name: str, words: str) -> None:
    """Tab to a field and type in it, in place of what it holds."""
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def choose(page: Page, name: str, words: str) -> None:
    """Tab to a select and type the beginning of a choice."""
    tab_to(page, name, tag="select")
    page.keyboard.type(words)


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Tab to a button or a link and press it."""
    tab_to(page, name)
    page.keyboard.press(key)


def opens(page: Page, name: str) -> None:
    """Press what opens a dialog, and wait until its first field has the focus."""
    press(page, name)
    expect(page.locator("#modal[open] :focus")).to_have_count(1)
