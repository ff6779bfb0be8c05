// Requests of the kinds that recorders forget.
"use strict";
(async () => {
  const done = (words) => {
    const line = document.createElement("li");
    line.textContent = words;
    document.getElementById("odds-done").append(line);
  };
  const other = document.getElementById("odds").dataset.otherOrigin;
  const tries = {
    head: () => fetch("/photo/view_1.jpg", { method: "HEAD" }),
    post: () => fetch("/api/echo", { method: "POST", body: "some words" }),
    nothing: () => fetch("/api/beacon", { method: "POST" }),
    preflight: () => fetch(other + "/api/cors", {
      method: "PUT", body: "{}", headers: { "Content-Type": "application/json" } }),
    missing: () => fetch("/photo/none_either.jpg"),
    error: () => fetch("/error"),
    twice: async () => [await fetch("/api/ping?from=odds"), await fetch("/api/ping?from=odds")][1],
    large: () => fetch("/big?kb=600"),
    cut: async () => { const got = await fetch("/cut"); await got.text().catch(() => ""); return got; },
    reset: () => fetch("/reset"),
  };
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      const got = await attempt();
      await got.arrayBuffer().catch(() => null);
      done(`${name}: ${got.status}`);
    } catch (fault) {
      done(`${name}: failed`);
    }
  }
  navigator.sendBeacon("/api/beacon", "I was here");
  done("beacon: sent");
})();
