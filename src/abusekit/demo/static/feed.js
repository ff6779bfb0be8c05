// The feed: ten posts at a time, the next ten when the end comes near.
"use strict";
(() => {
  const feed = document.getElementById("feed");
  const end = document.getElementById("feed-end");
  let after = "", busy = false, drawn = 0;

  async function more() {
    if (busy || after === null) return;
    busy = true;
    try {
      const got = await fetch(`/api/feed?after=${after}`);
      const told = await got.json();
      for (const post of told.posts) feed.append(card(post, drawn++ % 2 === 0));
      after = told.next;
      end.textContent = after === null ? "That is everything." : "Loading…";
    } catch (fault) {
      after = null;
      end.textContent = "Could not load more.";
    }
    busy = false;
    if (after !== null) {  // the end may be in sight still, or again: an observer tells of changes only, so begin anew
      watch.unobserve(end);
      watch.observe(end);
    }
  }
  const watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) more(); },
    { rootMargin: "200px" });
  watch.observe(end);
})();
