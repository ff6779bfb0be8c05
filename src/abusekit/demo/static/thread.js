// "Show more replies": five at a time; the button goes when all are there.
"use strict";
(() => {
  const button = document.getElementById("more-replies");
  const replies = document.getElementById("replies");
  let shown = Number(button.dataset.shown), held = null;
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (held === null) {
      const got = await fetch(`/api/thread/${button.dataset.postId}?after=${shown}`);
      held = (await got.json()).replies;
    }
    for (const post of held.splice(0, 5)) replies.append(card(post, false));
    button.disabled = false;
    if (held.length === 0) button.remove();
  });
})();
