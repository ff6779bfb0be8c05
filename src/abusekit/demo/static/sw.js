// The service worker: asks once when it is installed, and answers one address that the site does not have.
"use strict";
addEventListener("install", (event) => {
  event.waitUntil(fetch("/api/ping?from=service").then(() => skipWaiting()));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (new URL(event.request.url).pathname === "/sw/hello") {
    event.respondWith(new Response("a word that no server sent", { headers: { "Content-Type": "text/plain" } }));
  }
});
