// The question covers the page until it is answered; the answer is a cookie.
"use strict";
(() => {
  const cover = document.getElementById("consent");
  const answered = (words) => {
    document.cookie = `consent=${words}; path=/; max-age=86400; samesite=lax`;
    cover.remove();
  };
  if (/(^|; )consent=/.test(document.cookie)) cover.remove();
  document.getElementById("reject-all").addEventListener("click", () => answered("rejected"));
  document.getElementById("accept-all").addEventListener("click", () => answered("accepted"));
})();
