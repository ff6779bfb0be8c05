"""A case that is captured, and re-checked after the practice site changed: one address for each verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command_runner import Abusekit

from abusekit.demo import content
from abusekit.demo.site import PracticeSite

NEW_WORDS = "Have a nice evening."

Changed = tuple[Path, dict[str, str], dict[str, Any]]
"""The case, the addresses by the verdict they are to get, and what `recheck --json` said of each."""


def posts_of_the_abuser(site: PracticeSite) -> list[int]:
    """His account is renamed, and nothing else happens to it."""
    return [one.post_id for one in site.story.posts if one.author_id == content.ABUSER]


def change_and_recheck(site: PracticeSite, run: Abusekit, case: Path, options: tuple[str, ...]) -> Changed:
    """Capture, change the site, re-check; `case` is a fresh one."""
    posts = posts_of_the_abuser(site)
    paths = {"present": "/pages/1", "edited": f"/post/{posts[0]}", "deleted": f"/post/{posts[1]}"}
    paths |= {
        f"{kind}": f"/pages/{n}"
        for n, kind in enumerate(("login-wall", "geo-block", "network-failed", "changed-unclear"), 11)
    }
    others = [
        one.handle for one in site.story.accounts if one.user_id != content.ABUSER and not one.suspended
    ]
    paths |= {"renamed": f"/@{content.OLD_HANDLE}", "account-gone": f"/@{others[0]}"}
    paths |= {"suspended": f"/@{others[1]}", "reused": f"/@{others[2]}"}
    paths |= {"challenge": f"/@{others[3]}", "rate-limited": "/pages/22"}
    addresses = {kind: site.base_url + path for kind, path in paths.items()}
    # a host rests after such a wall: each is the last one that its host is asked for
    addresses["rate-limited"] = site.other_origin + paths["rate-limited"]
    run("capture", "--case", case, "--yes", *options, *addresses.values(), expect=0)
    site.edit(posts[0], NEW_WORDS)
    site.delete(posts[1])
    site.rename()
    site.close_account(others[0])
    site.suspend(others[1])
    site.reuse_handle(others[2])
    site.require_login(paths["login-wall"])
    site.challenge(paths["challenge"])
    site.geo_block(paths["geo-block"])
    site.limit(paths["rate-limited"])
    site.go_down(paths["network-failed"])
    site.unclear(paths["changed-unclear"])
    answer = run("recheck", "--case", case, *options, "--json", expect=7, timeout=300).answer
    items = {
        i["address"]: i["item"]
        for i in run("list", "--case", case, "--reveal", "--json").answer["items"][:13]
    }
    by_item = {one["item"]: one for one in answer["rechecked"]}
    return (
        case,
        addresses,
        {kind: by_item[items[address]] for kind, address in addresses.items()} | {"": answer},
    )
