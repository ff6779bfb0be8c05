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
  // A form answers for its fields (<input name=innerText>), so the browser's own getters are asked.
  const own = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).get;
  const inner = own(HTMLElement, "innerText"), content = own(Node, "textContent"), tag = own(Element, "tagName");
  const shadow = own(Element, "shadowRoot"), within = own(DocumentFragment, "children");
  const top = own(Document, "documentElement");
  const every = {1: Element.prototype.querySelectorAll, 11: DocumentFragment.prototype.querySelectorAll};
  const parts = [];
  let left = limit, seen = 0, shadows = 0, failed = 0, asked = 0;
  const add = (text) => { parts.push(text.slice(0, left)); left -= Math.min(left, text.length + 1); };
  const read = (node) => {
    asked++;
    try {
      const text = (node instanceof HTMLElement ? inner : content).call(node);
      if (typeof text === "string") return text;
    } catch {}
    failed++;
    return "";
  };
  const root = top.call(document);
  if (root) add(read(root));
  const roots = root ? [root] : [];
  while (roots.length && left > 0 && seen < 300000) {
    const from = roots.pop();
    for (const one of (from === root ? every[1] : every[11]).call(from, "*")) {
      if (++seen > 300000 || left <= 0) break;
      const hidden = shadow.call(one);
      if (!hidden) continue;
      shadows++;
      roots.push(hidden);
      for (const child of within.call(hidden))
        if (child instanceof HTMLElement && !/^(STYLE|SCRIPT|TEMPLATE|SLOT|LINK)$/.test(tag.call(child))) {
          const text = read(child).trim();
          if (text) add(text);
        }
    }
  }
  const none = asked > 0 && failed === asked;
  return {text: none ? null : parts.join("\\n"), shadows, whole: left > 0 && seen <= 300000 && !failed};
})(%d)"""
"""innerText follows HTML section 3.2.7 and does not descend into shadow roots: open ones are read after it.

Closed ones give nobody their text, not even here; it stands in the markup, see `dom`.
"""


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
