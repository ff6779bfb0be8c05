"""Style: what it reaches, where it claims nothing, and that nothing moves a number that should not."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from abusekit.accounts.signals.calibration import Abstained, Styled
from abusekit.accounts.signals.style import Corpus

Posts = dict[str, Sequence[str]]


@pytest.fixture(scope="module")
def people(shared_data: Path) -> list[tuple[list[str], list[str]]]:
    """131 people of Ubuntu IRC: 30 posts of each in two periods."""
    text = (shared_data / "attribution" / "ubuntu_av_n30.jsonl").read_text("utf-8")
    return [(one["a"], one["b"]) for one in map(json.loads, text.splitlines())]


@pytest.fixture(scope="module")
def bystanders(people: list[tuple[list[str], list[str]]]) -> Posts:
    return {f"bystander {number}": posts for number, (posts, _) in enumerate(people[:14])}


def _compared(posts: Mapping[str, Sequence[str]], one: str, other: str) -> Styled:
    found = Corpus(posts).compare(one, other, cohort=posts)
    assert isinstance(found, Styled), found
    return found


def _auc(same: list[float], different: list[float]) -> float:
    return sum((s > d) + (s == d) / 2 for s in same for d in different) / len(same) / len(different)


def test_it_finds_one_writer_and_seldom_claims_what_is_not_so(
    people: list[tuple[list[str], list[str]]],
) -> None:
    shuffled = list(people)
    random.Random(3).shuffle(shuffled)
    posts: Posts = {f"c{number}": first for number, (first, _) in enumerate(shuffled[:30])}
    cohort = list(posts)
    tested = range(30, 75)
    posts |= {f"a{number}": shuffled[number][0] for number in tested}
    posts |= {f"b{number}": shuffled[number][1] for number in tested}
    corpus = Corpus(posts)
    same, different = [], []
    for one in tested:
        for other in tested:
            found = corpus.compare(f"a{one}", f"b{other}", cohort=cohort)
            assert isinstance(found, Styled)
            assert found.each == 30
            (same if one == other else different).append(found)
    assert _auc([one.z for one in same], [one.z for one in different]) >= 0.85
    assert sum(one.lr > 10 for one in different) <= 0.02 * len(different)
    assert sum(one.lr > 3 for one in same) >= 0.3 * len(same)
    # before shrinking and capping, too: constants that claim too much fail here
    assert sum(one.raw > 10 for one in different) <= 0.02 * len(different)
    assert sum(one.raw > 100 for one in different) <= 0.003 * len(different)
    assert max(one.lr for one in (*same, *different)) <= 30


def test_style_speaks_against_as_well(people: list[tuple[list[str], list[str]]]) -> None:
    posts: Posts = {str(number): first for number, (first, _) in enumerate(people[:30])}
    corpus = Corpus(posts)
    found = [corpus.compare(str(one), str(other), cohort=posts) for one in range(30) for other in range(one)]
    below = [one for one in found if isinstance(one, Styled) and one.lr < 1]
    assert len(below) > 0.6 * len(found)
    assert all(one.lr >= 1 / one.cap for one in below)


def _words(people: Sequence[tuple[list[str], list[str]]], at: int) -> list[str]:
    return list(people[at][0])


GERMAN = [
    "ich habe das gestern nicht gesehen",
    "und du hast es mir auch nicht gegeben",
    "wir sind ja noch da, aber nicht mehr lange",
    "das ist mir doch egal, was du denkst",
    "wenn du das noch einmal machst, ist es aus",
    "sie hat nur gesagt, dass es schon spät ist",
    "auf dem Weg nach Hause war es dunkel",
    "kann man das auch von hier aus sehen",
    "mit dir will ich nichts zu tun haben",
    "es ist nicht zu fassen, wie er sich gibt",
    "den Brief hat mir der Bote gebracht",
    "was ist denn das für ein Lärm bei euch",
]
RUSSIAN = [
    "я не знаю, где ты была вчера",
    "это уже не важно, потому что все прошло",
    "мы с тобой больше не увидимся никогда",
    "кто тебе сказал, что я так думаю",
    "завтра будет дождь, возьми с собой зонт",
    "она ушла из дома рано утром",
    "мне нечего тебе сказать, кроме правды",
    "если хочешь, приходи вечером к нам",
    "там никого не было, только старый пёс",
    "он всегда говорит одно и то же",
    "почему ты молчишь, когда тебя спрашивают",
    "дай мне книгу, которая лежит на столе",
]


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("empty", "0 different posts"),
        ("nine posts", "9 different posts"),
        ("short posts", "0 different posts of 3 words or more"),
        ("few characters", "400 are needed"),
        ("reposts", "mostly reposts or quotes"),
        ("one post again and again", "the same posts again and again"),
        ("differs in digits only", "the same posts again and again"),
        ("one post dominates", "more than half"),
        ("a form", "begin with the same three words"),
        ("code and figures", "letters"),
        ("German", "written in German"),
        ("Russian", "another script"),
        ("half German", "mixed languages, not compared"),
        ("no language", "the language could not be told"),
        ("small cohort", "9 other accounts"),
        ("no cohort", "0 other accounts"),
        ("cohort of another language", "5 other accounts"),
        ("itself", "one account"),
    ],
)
def test_it_abstains_and_says_why(
    case: str, why: str, people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    english = _words(people, 20)
    chance = random.Random(1)
    odd: dict[str, list[str]] = {
        "empty": [],
        "nine posts": english[:9],
        "short posts": ["go away", "you", "no!"] * 20,
        "few characters": ["you are it " + "x" * number for number in range(12)],
        "one post again and again": english[:10] + english[:1] * 20,
        "differs in digits only": [
            *english[:10],
            *(f"build {at} is done and ready for you" for at in range(40)),
        ],
        "one post dominates": [*english[:12], "and then you said to me that it is what it was " * 100],
        "a form": [f"New blog post: {text}" for text in english],
        "code and figures": [
            f"{{{at}}} == [{at}, {at}]; -> x = $({at}) // !! <{chr(97 + at)}>" * 2 for at in range(20)
        ],
        "German": [f"{text}, oder" for text in GERMAN],
        "Russian": [f"{text}, правда" for text in RUSSIAN],
        "half German": [*english[:20], *GERMAN],
        "no language": [
            "".join(chance.choice("bcdfgklm") for _ in range(7)) + f" zorp {'q' * at} blik wuz"
            for at in range(30)
        ],
    }
    posts: Posts = {**bystanders, "one": odd.get(case, english), "other": _words(people, 21)}
    cohort = list(bystanders)
    quoted = {"one": 31} if case == "reposts" else {}
    if case == "small cohort":
        cohort = cohort[:9]
    elif case == "no cohort":
        cohort = []
    elif case == "cohort of another language":
        posts |= {name: [f"{text} {name} {name}" for text in GERMAN] for name in cohort[5:]}
    corpus = Corpus(posts, quoted=quoted)
    other = "one" if case == "itself" else "other"
    for two in (("one", other), (other, "one")):
        found = corpus.compare(*two, cohort=cohort)
        assert isinstance(found, Abstained), found
        assert why in found.why
        assert "\n" not in found.why


def test_what_the_table_of_abstentions_starts_from_is_compared(
    people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    posts: Posts = {**bystanders, "one": _words(people, 20), "other": _words(people, 21)}
    assert _compared(posts, "one", "other").posts == (30, 30)


def _typographic(text: str) -> str:
    parts = (
        text.replace("...", "…").replace("'", "’").replace(" - ", " — ").replace(" ", "\u00a0", 1).split('"')
    )
    return "“".join(parts) + "\u200b"


def test_typographic_punctuation_moves_no_number(
    people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    """Ten writers, half of them with a keyboard of its own: 10^7.9 where it was not folded (A8)."""
    plain: Posts = {**bystanders, **{f"w{at}": people[20 + at][0] for at in range(10)}}
    marked: Posts = plain | {f"w{at}": [*map(_typographic, plain[f"w{at}"])] for at in range(5)}
    assert marked["w0"] != plain["w0"]
    before, after = Corpus(plain), Corpus(marked)
    for one in range(10):
        for other in range(one):
            found = after.compare(f"w{one}", f"w{other}", cohort=bystanders)
            assert found == before.compare(f"w{one}", f"w{other}", cohort=bystanders)
            assert isinstance(found, Styled)
            assert found.lr <= 10


def test_the_same_posts_give_the_same_number_in_any_order(
    people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    posts: Posts = {**bystanders, "one": people[20][0], "other": people[20][1], "third": people[21][0]}
    backwards = dict(reversed(posts.items()))
    corpus = Corpus(backwards)
    corpus.compare("third", "one", cohort=posts)
    first = Corpus(posts).compare("one", "other", cohort=sorted(bystanders))
    assert corpus.compare("other", "one", cohort=set(bystanders)) == first
    assert corpus.compare("one", "other", cohort=reversed(list(bystanders))) == first  # type: ignore[arg-type]


def test_the_pair_itself_is_no_bystander(
    people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    posts: Posts = {**bystanders, "one": people[20][0], "other": people[20][1]}
    corpus = Corpus(posts)
    found = corpus.compare("one", "other", cohort=posts)
    assert found == corpus.compare("one", "other", cohort=bystanders)
    assert isinstance(found, Styled)
    assert found.cohort == len(bystanders)


def test_long_accounts_are_cut_to_what_bystanders_have(
    people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    """Long texts are alike because they are long: thirty posts are not held against bystanders of twelve."""
    short: Posts = {name: texts[:12] for name, texts in bystanders.items()}
    found = _compared({**short, "one": people[20][0], "other": people[21][0]}, "one", "other")
    assert found.each == 10
    assert found.cap == 10
    assert found.posts == (30, 30)
    whole = _compared({**bystanders, "one": people[20][0], "other": people[21][0]}, "one", "other")
    assert whole.each == 30
    assert whole.cap == len(bystanders)


HOSTILE = [
    "\u202eyou are not what you think\u202c",
    "y\u0336o\u0336u\u0336 know what I mean, don't you\u0301\u0301\u0301\u0301",
    "\x1b[31mred and it is \x00 nothing",
    "<script>alert('you and me')</script> is what it was",
    "lone \ud800 surrogate in the middle of it",
    "=cmd|' /C calc'!A0 and so on and on",
    "\U000e0041\U000e0042 tags that you can not see",
    "👩\u200d👩\u200d👧 we are all in it",
    "ＦＵＬＬ width for the win you know",
    "𝕒𝕓𝕦𝕤𝕖 is what this is about",
    "a" * 100_000,
    "../../x and the rest of it",
]


def test_hostile_text_is_measured_or_not_but_breaks_nothing(
    people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    name = "\u202e=cmd()\ud800<b>" * 50
    posts: Posts = {**bystanders, name: [*people[20][0], *HOSTILE], "../../x": people[20][1], "": HOSTILE}
    corpus = Corpus(posts)
    for one, other in ((name, "../../x"), (name, ""), ("", "../../x")):
        found = corpus.compare(one, other, cohort=posts)
        assert isinstance(found, Styled | Abstained)
        if isinstance(found, Abstained):
            found.why.encode()


def test_one_huge_post_neither_stalls_nor_counts(
    people: list[tuple[list[str], list[str]]], bystanders: Posts
) -> None:
    huge = ["the end of it " * 10_000, *people[20][0]]
    found = Corpus({**bystanders, "one": huge, "other": people[20][1]}).compare(
        "one", "other", cohort=bystanders
    )
    assert isinstance(found, Abstained)
    assert "more than half" in found.why


def test_an_account_that_is_not_there_is_a_fault_of_the_caller(bystanders: Posts) -> None:
    with pytest.raises(KeyError):
        Corpus(bystanders).compare("bystander 0", "nobody", cohort=bystanders)
