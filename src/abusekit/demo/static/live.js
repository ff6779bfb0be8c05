// A web socket and a stream of events; what they say is listed as it comes.
"use strict";
(() => {
  const list = (id, words) => {
    const line = document.createElement("li");
    line.textContent = words;
    document.getElementById(id).append(line);
  };
  const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/live/socket");
  socket.onopen = () => socket.send("good evening");
  socket.onmessage = (told) => list("socket-messages", told.data);
  socket.onerror = () => list("socket-messages", "the connection failed");
  const events = new EventSource("/live/events");
  events.onmessage = (told) => list("events", told.data);
})();
