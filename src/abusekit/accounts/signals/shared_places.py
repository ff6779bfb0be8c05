"""Places of the web that many people point to, so that two accounts which both do have little in common.

Own list (2026-11), no claim to be whole; a host counts with all hosts below it. What is missing here is caught only
where bystanders point to the same address.
"""

from __future__ import annotations

_KINDS: dict[str, str] = {
    "a link shortener, which does not show where it leads": (
        "bit.ly t.co tinyurl.com goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly rb.gy shorturl.at dlvr.it lnkd.in fb.me "
        "trib.al tiny.cc v.gd t.ly s.id lnk.to ift.tt shorte.st adf.ly amzn.to"
    ),
    "a charity, a collection or a helpline": (
        "justgiving.com gofundme.com crowdfunder.co.uk redcross.org redcross.org.uk unicef.org savethechildren.org "
        "oxfam.org oxfam.org.uk samaritans.org victimsupport.org.uk refuge.org.uk womensaid.org.uk nspcc.org.uk "
        "childline.org.uk mind.org.uk glitchcharity.co.uk amnesty.org change.org cancerresearchuk.org "
        "macmillan.org.uk stopncii.org reportharmfulcontent.com iwf.org.uk 38degrees.org.uk"
    ),
    "a help page or a public body": (
        "gov.uk police.uk nhs.uk parliament.uk europa.eu usa.gov ic3.gov who.int un.org support.google.com "
        "help.x.com help.twitter.com help.instagram.com support.discord.com support.apple.com support.microsoft.com "
        "faq.whatsapp.com telegram.org support.snapchat.com support.tiktok.com"
    ),
    "a page to meet at, which all who are invited get": (
        "zoom.us zoom.com meet.google.com calendar.google.com teams.microsoft.com teams.live.com whereby.com webex.com "
        "calendly.com gotomeeting.com goto.com meet.jit.si bluejeans.com"
    ),
    "a news page": (
        "bbc.co.uk bbc.com theguardian.com dailymail.co.uk mailonline.co.uk thesun.co.uk mirror.co.uk telegraph.co.uk "
        "independent.co.uk thetimes.co.uk thetimes.com standard.co.uk express.co.uk metro.co.uk ft.com sky.com itv.com "
        "channel4.com gbnews.com reuters.com apnews.com cnn.com nytimes.com washingtonpost.com foxnews.com nbcnews.com "
        "cbsnews.com abcnews.go.com usatoday.com wsj.com bloomberg.com npr.org politico.com politico.eu huffpost.com "
        "buzzfeed.com vice.com vox.com theatlantic.com economist.com aljazeera.com dw.com france24.com lemonde.fr "
        "lefigaro.fr spiegel.de bild.de zeit.de faz.net tagesschau.de elpais.com elmundo.es corriere.it repubblica.it "
        "rte.ie irishtimes.com independent.ie abc.net.au smh.com.au cbc.ca timesofindia.indiatimes.com ndtv.com "
        "thehindu.com rt.com breitbart.com yahoo.com msn.com news.google.com"
    ),
}
_PUBLIC = (
    "youtube.com youtu.be vimeo.com dailymotion.com twitch.tv tiktok.com spotify.com soundcloud.com music.apple.com "
    "tenor.com giphy.com imgur.com gyazo.com wikipedia.org wikimedia.org imdb.com knowyourmeme.com urbandictionary.com "
    "google.com bing.com duckduckgo.com maps.apple.com amazon.com amazon.co.uk ebay.com ebay.co.uk steampowered.com "
    "github.com stackoverflow.com archive.org archive.today archive.ph archive.is x.com twitter.com facebook.com "
    "instagram.com threads.net threads.com reddit.com redd.it bsky.app tumblr.com pinterest.com linkedin.com quora.com "
    "medium.com substack.com t.me telegram.me discord.com snapchat.com 4chan.org 4channel.org store.google.com "
    "play.google.com apps.apple.com"
)
"""A page of these is public, and passed on by people who do not know one another."""
PUBLIC_CAP = 10.0
"""A judgement, not a measurement."""
_PLACEHOLDERS = frozenset(
    ["example.com", "example.org", "example.net", "localhost.localdomain", "domain.com", "email.com"]
)
_ROLES = frozenset(
    [
        "info",
        "support",
        "help",
        "contact",
        "admin",
        "noreply",
        "no-reply",
        "press",
        "office",
        "enquiries",
        "hello",
        "sales",
        "abuse",
    ]
)


def place(host: str) -> tuple[float, str] | None:
    """The most that an address there may weigh, and why; None: nothing is known of the host."""
    labels = host.split(".")
    for start in range(max(len(labels) - 5, 0), len(labels) - 1):
        if why := _KNOWN.get(".".join(labels[start:])):
            return why
    return None


def mail(address: str) -> tuple[float, str] | None:
    """As `place`, of a mail address: mailboxes of bodies and made-up ones are no person's."""
    name, _, host = address.rpartition("@")
    if host in _PLACEHOLDERS:
        return 1.0, "the address of an example"
    if name in _ROLES:
        return 1.0, "the mailbox of a body, which many write to or name"
    return None


_KNOWN = dict.fromkeys(_PUBLIC.split(), (PUBLIC_CAP, "a public page, which many pass on")) | {
    host: (1.0, why) for why, hosts in _KINDS.items() for host in hosts.split()
}
