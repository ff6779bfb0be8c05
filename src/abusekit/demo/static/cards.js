// Draws a post, as templates/card.html does. Texts are set as text: they are the posters' own.
"use strict";
const waiting = new IntersectionObserver((seen) => {
  for (const one of seen) {
    if (!one.isIntersecting) continue;
    waiting.unobserve(one.target);
    one.target.src = one.target.dataset.src;
  }
}, { rootMargin: "300px" });

function element(kind, facts, ...children) {
  const made = Object.assign(document.createElement(kind), facts);
  made.append(...children);
  return made;
}

function moment(iso) {
  const at = new Date(iso);
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const made = element("time", { dateTime: iso }, day + ", " + iso.slice(11, 16) + " UTC");
  return made;
}

// Pictures wait in two ways, as on real sites: by the browser's own loading=lazy, or by a script.
function picture(post, byScript) {
  const made = element("img", { className: "picture", alt: post.picture_text, width: 480, height: 270 });
  if (byScript) {
    made.dataset.src = post.picture;
    waiting.observe(made);
  } else {
    made.loading = "lazy";
    made.src = post.picture;
  }
  return made;
}

function card(post, byScript) {
  const author = post.author;
  const face = element("img", { className: "face", src: `/avatar/${author.id}.jpg`, alt: "", width: 48, height: 48 });
  const by = element("p", { className: "by" },
    element("a", { href: `/@${author.handle}` }, element("b", {}, author.name), ` @${author.handle}`),
    element("a", { className: "when", href: `/post/${post.id}` }, moment(post.posted_at)));
  const words = element("div", {}, by);
  if (post.reply_to) {
    words.append(element("p", { className: "to" }, "in reply to ",
      element("a", { href: `/post/${post.reply_to}` }, `post ${post.reply_to}`)));
  }
  words.append(element("p", { className: "text" }, post.text));
  if (post.edited_at) words.append(element("p", { className: "edited" }, "edited ", moment(post.edited_at)));
  if (post.picture) words.append(picture(post, byScript));
  words.append(element("p", { className: "counts" }, post.likes === 1 ? "1 like" : `${post.likes} likes`));
  const made = element("article", { className: "post", id: `post-${post.id}` }, face, words);
  made.dataset.postId = post.id;
  made.dataset.userId = author.id;
  if (post.reply_to) made.dataset.replyTo = post.reply_to;
  return made;
}
