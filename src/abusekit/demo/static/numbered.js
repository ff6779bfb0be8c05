// A post of the long list: its words come by one request, its picture by another.
"use strict";
(async () => {
  const place = document.getElementById("numbered-post");
  const got = await fetch(`/api/posts/${place.dataset.number}`);
  place.append(card(await got.json(), false));
})();
