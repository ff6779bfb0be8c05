"""The text that the page shows: what a person could select and copy, without what is hidden.

Read in a world of its own, where the page's scripts cannot put their own answers in the place of the browser's
(a page may redefine `innerText`). They can still lay out the page so that its text reads differently from what
is seen: letters as pictures, text in white on white. The picture beside is the other half of the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from abusekit.browser.artefacts.artefact import Artefact, Sitter
from abusekit.browser.artefacts.dom import FRAMES_LIMIT, frame_tree
from abusekit.browser.page.cdp import CdpError
from abusekit.plain import safe_text
from abusekit.webarchive.exchange import Spool

READ = """((limit) => {
  const parts = [];
  let left = limit, seen = 0, shadows = 0;
  const add = (text) => { parts.push(text.slice(0, left)); left -= Math.min(left, text.length + 1); };
  const shown = (node) => node instanceof HTMLElement ? node.innerText : node.textContent;
  const root = document.documentElement;
  if (root) add(shown(root) || "");
  const roots = root ? [root] : [];
  while (roots.length && left > 0 && seen < 300000) {
    for (const one of roots.pop().querySelectorAll("*")) {
      if (++seen > 300000 || left <= 0) break;
      const inner = one.shadowRoot;
      if (!inner) continue;
      shadows++;
      roots.push(inner);
      for (const child of inner.children)
        if (child instanceof HTMLElement && !/^(STYLE|SCRIPT|TEMPLATE|SLOT|LINK)$/.test(child.tagName)) {
          const text = child.innerText.trim();
          if (text) add(text);
        }
    }
  }
  return {text: parts.join("\\n"), shadows, whole: left > 0 && seen <= 300000};
})(%d)"""
"""innerText follows HTML section 3.2.7 and does not descend into shadow roots: open ones are read after it."""


def text_of(sitter: Sitter) -> Iterator[Artefact]:
    """UTF-8 text: the main document, then each frame under a line with its address. Raises CdpError, OSError.

    The lines between are ours, and a page could write the same: the note has the characters of each part.
    """
    at = sitter.now()
    parts: list[str] = []
    noted: list[dict[str, Any]] = []
    cut: list[str] = []
    left = sitter.plan.max_characters
    for session in ("", *sitter.frames[:FRAMES_LIMIT]):
        try:
            frames = frame_tree(sitter, session)
        except CdpError:
            if not session:
                raise
            cut.append("frame")  # a frame that has gone, or hangs by itself
            continue
        for frame, url in frames:
            try:
                text, shadows, whole = _read(sitter, frame, session, left)
            except CdpError:
                if not noted:
                    raise
                cut.append("frame")
                continue
            parts.append(f"\n\n[frame {safe_text(url)[:500]}]\n{text}" if noted else text)
            noted.append({"url": url, "characters": len(text), "shadow_roots": shadows})
            left -= len(text)
            if not whole:
                cut.append("text")
    note: dict[str, Any] = {"parts": noted[:FRAMES_LIMIT]}
    if cut:
        note["cut"] = sorted(set(cut))
    data = "".join(parts).encode("utf-8", "replace")
    yield Artefact("text", "text.txt", "text/plain", Spool(sitter.spool, data), at, note)


def _read(sitter: Sitter, frame: str, session: str, left: int) -> tuple[str, int, bool]:
    value = sitter.evaluate(frame, READ % max(left, 0), session=session)
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str):
        raise CdpError("the page's text could not be read")
    shadows = value.get("shadows")
    return text[: max(left, 0)], shadows if isinstance(shadows, int) else 0, value.get("whole") is True
