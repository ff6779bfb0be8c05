"""Target A13: all 4,950 pairs of 100 accounts of 100 posts, and the pairs of one account more, as whole commands."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from benchmarks.attribution_packs import Author
from benchmarks.inputs import Space
from benchmarks.measure import Peer, Table, Target, in_turn

ALL, NEW, NAIVE = "style, all pairs", "style, pairs of one new account", "PPM5, sampled pairs"
PROGRAMS = {
    ALL: """
import itertools, json, sys
from abusekit.accounts.signals.style import Corpus
posts = json.load(open(sys.argv[1]))
posts.popitem()
corpus = Corpus(posts)
found = [corpus.compare(one, other, cohort=posts) for one, other in itertools.combinations(posts, 2)]
assert all(hasattr(one, "lr") for one in found), found
""",
    NEW: """
import json, sys
from abusekit.accounts.signals.style import Corpus
posts = json.load(open(sys.argv[1]))
*known, new = posts
corpus = Corpus(posts)
found = [corpus.compare(one, new, cohort=posts) for one in known]
assert all(hasattr(one, "lr") for one in found), found
""",
    NAIVE: """
import itertools, json, random, sys
from benchmarks.attribution_baselines import Ppm5
posts = json.load(open(sys.argv[1]))
texts = ["\\n".join(one) for one in posts.values()]
pairs = random.Random(1).sample(list(itertools.combinations(texts, 2)), int(sys.argv[2]))
ppm = Ppm5()
for one, other in pairs:
    ppm.scores(one, other)
""",
}
"""A new account changes words and weights of all, so the second begins anew, too, and is measured so."""


def cost(space: Space, authors: list[Author], rounds: int, *, tiny: bool) -> Table:
    """Accounts are made of posts of the pack, drawn at random: for the time only."""
    accounts, each, sampled = (13, 12, 3) if tiny else (101, 100, 20)
    folder = space.folder("attribution")
    chance = random.Random(13)
    pool = sorted({post for one in authors for post in (*one.first, *one.second) if len(post) > 20})
    made = {f"account {number}": chance.sample(pool, each) for number in range(accounts)}
    path = folder / "posts.json"
    path.write_text(json.dumps(made))
    project = Path(__file__).parents[1]
    peers = [
        Peer(name, [sys.executable, "-c", text, str(path), str(sampled)], cwd=project)
        for name, text in PROGRAMS.items()
    ]
    title = (
        f"A13: {accounts - 1} accounts of {each} posts, all {(accounts - 1) * (accounts - 2) // 2:,} pairs"
    )
    table = in_turn(title, peers, NAIVE, rounds, folder)
    table.targets.append(Target("A13 wall s of all pairs", table.middle(ALL, "wall_s"), 60))
    table.targets.append(Target("A13 wall s of the pairs of one new account", table.middle(NEW, "wall_s"), 3))
    whole = table.middle(NAIVE, "wall_s") / sampled * (accounts - 1) * (accounts - 2) / 2
    table.notes.append(f"{NAIVE}: {sampled} pairs; all would take about {whole:.0f} s")
    return table
