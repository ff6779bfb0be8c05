"""Pressing the few buttons that the declared table names: "more replies", and "reject all" where it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from abusekit.browser.page.behaviours import Act, matches
from abusekit.browser.page.page import Page
from abusekit.browser.page.settle import until_quiet

PRESSES = {"expand": 30, "consent": 1}
CANDIDATES_LIMIT = 2000
LABEL_LIMIT = 120
AFTER_S = 0.15
"""Seconds for the page to act on a press."""
AFTER_LIMIT_S = 2.0
AFTER_QUIET_S = 0.2

FIND = """(() => {
  const kept = globalThis.abusekitButtons = [], labels = [];
  const pressed = globalThis.abusekitPressed = globalThis.abusekitPressed || new WeakMap();
  const size = document.getElementsByTagName('*').length;
  const words = new RegExp('cookie|consent|privacy|gdpr|datenschutz|einwilligung|privatsphäre|vie privée|' +
    'confidentialité|privacidad|riservatezza|prywatno|çerez|gizlilik', 'i');
  const banner = (at) => at.matches('dialog, [role=dialog], [role=alertdialog]') ||
    words.test(at.id + ' ' + at.getAttribute('class')) || /fixed|sticky/.test(getComputedStyle(at).position);
  const near = (at) => {
    for (let n = 0; at && at !== document.body && n < 8; n++, at = at.parentElement || at.getRootNode().host) {
      const said = at.innerText || '';
      if (said.length < 5000 && words.test(said) && (n < 4 || banner(at))) return true;
    }
    return false;
  };
  const roots = [document];
  for (let n = 0; n < roots.length && n < 500 && kept.length < %d; n++) {
    for (const one of roots[n].querySelectorAll('*')) {
      if (one.shadowRoot) roots.push(one.shadowRoot);
      if (kept.length >= %d || pressed.get(one) >= size) continue;
      if (!one.matches('button, [role=button], summary')) continue;
      if (one.matches('input, a[href], summary[open], details[open] > summary')) continue;
      if (one.closest('a[href]') || one.disabled || one.ariaDisabled === 'true') continue;
      if (one.form && (one.type === 'submit' || one.type === 'reset')) continue;
      const box = one.getBoundingClientRect();
      if (box.width < 1 || box.height < 1 || getComputedStyle(one).visibility !== 'visible') continue;
      if (%s && !near(one)) continue;
      const label = (one.ariaLabel || one.innerText || one.title || '').slice(0, %d);
      kept.push(one); labels.push(label);
    }
  }
  return labels;
})()"""
"""Every button that is seen, by its accessible name. A refusal is pressed only close to words about cookies or
privacy, or in a banner with them: "Decline" may stand on a friend request too. A button that was pressed is
pressed again only when the page has grown since: "more replies" often stays and brings the next ones."""

PRESS = """(() => { const one = globalThis.abusekitButtons[%d]; if (!one || !one.isConnected) return 0;
  globalThis.abusekitPressed.set(one, document.getElementsByTagName('*').length);
  one.click(); return 1; })()"""
"""`click()` on the element itself: it cannot hit a link that lies over it, and gives the page no right to open
windows, as a person's click would."""


@dataclass(slots=True)
class Pressed:
    """What was pressed."""

    labels: list[str] = field(default_factory=list)
    # the text of each button, cut
    outcome: str = "none-found"
    # done, none-found, limit-presses, navigated, or why the page answers no longer


def press(page: Page, act: Act) -> Pressed:
    """Presses what the table names, as long as something new is there."""
    made = Pressed()
    find = FIND % (CANDIDATES_LIMIT, CANDIDATES_LIMIT, "true" if act == "consent" else "false", LABEL_LIMIT)
    before = page.ledger.committed
    while not page.over():
        found = page.evaluate(find)
        if not isinstance(found, list):
            made.outcome = "page-gone" if page.gone else "page-hung"
            return made
        place = next(
            (n for n, label in enumerate(found) if isinstance(label, str) and matches(act, label)), None
        )
        if place is None:
            made.outcome = "done" if made.labels else "none-found"
            return made
        if len(made.labels) >= PRESSES[act]:
            made.outcome = "limit-presses"
            return made
        made.labels.append(" ".join(str(found[place]).split()))
        page.evaluate(PRESS % place)
        page.rest(AFTER_S)
        until_quiet(page, limit=AFTER_LIMIT_S, quiet=AFTER_QUIET_S)
        if page.ledger.committed != before:
            made.outcome = "navigated"
            return made
        if len(made.labels) >= PRESSES[act] and act == "consent":
            made.outcome = "done"
            return made
    made.outcome = page.stopped or ("page-gone" if page.gone else "limit-seconds")
    return made
