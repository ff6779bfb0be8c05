"""What is drawn, from which exhibits, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from drawn_sample import (
    EXHIBITS,
    account,
    act,
    candidate,
    decision,
    decisions,
    ledger,
    links,
    seen,
    span,
    status,
    tally,
)

from abusekit.accounts.drawing.draw import MOST_ACTIVE, MOST_LISTED, MOST_NODES, draw, drawable
from abusekit.accounts.drawing.drawn import Drawn, Lane
from abusekit.accounts.drawing.lanes import axis_of, with_lanes
from abusekit.accounts.model import Alarm, Decisions, Ledger, Span, Where


def drawn(**more: object) -> Drawn:
    """All accounts, unless told otherwise."""
    told = {"everything": True, **more}
    return draw(ledger(), links(), case="OP-1", zone="Europe/London", **told)  # type: ignore[arg-type]


def lane(shown: Drawn, key: str = "chatterbox:4711") -> Lane:
    return next(one for node, one in zip(shown.nodes, shown.lanes, strict=True) if node.key == key)


def many(count: int) -> Ledger:
    found = Ledger({}, [], dict(EXHIBITS), [])
    for n in range(count):
        one = account(f"x:{n}", n + 1, handles=[(f"h{n}", "2026-01-01", "2026-02-01")])
        one.tally = tally("E0001", "2026-01-01", [1] * (n % 40))
        found.accounts[one.key] = one
    return found


def test_accounts_stand_by_platform_and_clusters_side_by_side() -> None:
    nodes = drawn().nodes
    platforms = [node.platform for node in nodes]
    assert platforms == ["chatterbox"] * 5 + ["phone"] + ["pix"] * 6
    assert [node.n for node in nodes] == list(range(1, 13))
    by_key = {node.key: node for node in nodes}
    assert [node.key for node in nodes if node.platform == "chatterbox"] == [
        "chatterbox:4711", "chatterbox:5020", "chatterbox:6100", "chatterbox:1", "chatterbox:7007",
    ], "joined by a link, then only by a rejected one, then the others"  # fmt: skip
    assert by_key["pix:@owl_pix"].n == 7, "a proposed link stands before accounts without one"
    assert {by_key[key].cluster for key in ("chatterbox:4711", "chatterbox:5020", "phone:+447700900123")} == {
        1
    }
    assert by_key["chatterbox:6100"].cluster == 0, "a rejected link joins nothing"
    assert by_key["chatterbox:1"].own and by_key["pix:@owl_pix"].weak


def test_a_name_from_the_contacts_is_marked() -> None:
    (boss,) = [node for node in drawn().nodes if node.key.startswith("phone:")]
    assert (boss.label, boss.label_by) == ("Boss", "name in the phone's contacts")
    assert boss.names[0].by == "name in the phone's contacts"


def test_links_keep_what_a_person_said_and_nothing_is_scored_unasked() -> None:
    edges = drawn().edges
    assert [edge.state for edge in edges] == [
        "confirmed",
        "confirmed",
        "proposed",
        "rejected",
        "rejected",
        "undecided",
    ]
    first = edges[0]
    assert (first.who, first.at) == ("PO", "2026-05-04 10:15 +01:00")
    assert first.basis == ("self-identification", "timing") and first.cites == (
        "PO/1 (E0001)",
        "PO/4 (E0004)",
    )
    assert all(edge.strength is None and not edge.groups for edge in edges)
    assert not drawn().compared
    assert "undecided" not in {edge.state for edge in drawable(drawn())}


def test_candidates_come_beside_decisions_and_never_over_them() -> None:
    pairs = [
        candidate("chatterbox:4711", "chatterbox:5020", 900, "strong"),
        candidate("chatterbox:6100", "chatterbox:4711", 40, "weak"),
        candidate("chatterbox:7007", "pix:901", 60, "weak"),
        candidate("pix:900", "pix:902", 20, "none"),  # total 12
        candidate("pix:900", "pix:903", 10, "none"),  # total 6: not drawn
    ]
    shown = drawn(candidates=pairs, stale={("chatterbox:4711", "chatterbox:5020")})
    by_pair = {frozenset((edge.a_key, edge.b_key)): edge for edge in shown.edges}
    confirmed = by_pair[frozenset(("chatterbox:4711", "chatterbox:5020"))]
    assert (confirmed.state, confirmed.strength, confirmed.groups) == ("confirmed", "strong", "S")
    assert confirmed.notes[0].startswith("The findings are others than those that this decision was made on")
    assert [one.text for one in confirmed.against] == ["behaviour, hours: they write at other hours"]
    assert confirmed.speaks_for[0].cites == ("PO/1#m12 (E0001)", "PO/4#m31 (E0004)")
    assert by_pair[frozenset(("chatterbox:6100", "chatterbox:4711"))].state == "rejected"
    open_again = by_pair[frozenset(("chatterbox:7007", "pix:901"))]
    assert (open_again.state, open_again.notes[0]) == ("candidate", "A decision was taken back.")
    assert by_pair[frozenset(("pix:900", "pix:902"))].state == "candidate"
    assert frozenset(("pix:900", "pix:903")) not in by_pair
    assert len(by_pair) == len(shown.edges), "one line a pair"


def test_the_strongest_candidates_are_drawn_and_the_rest_is_told() -> None:
    found = many(60)
    pairs = [candidate("x:0", f"x:{n}", 20 + n) for n in range(1, 51)]
    shown = draw(found, Decisions(), case="C", zone="UTC", candidates=pairs)
    assert {edge.b_key for edge in shown.edges} == {f"x:{n}" for n in range(39, 51)}
    assert "38 weaker candidates are not drawn: --all, or abusekit account candidates." in shown.notes
    whole = draw(found, Decisions(), case="C", zone="UTC", candidates=pairs, everything=True)
    assert len(whole.edges) == 50 and not any("weaker" in note for note in whole.notes)


def test_a_rejected_pair_within_a_cluster_is_told() -> None:
    told = drawn().notes[0]
    assert told.startswith("Confirmed links join chatterbox:4711 and phone:+447700900123 over other accounts")
    assert "PO rejected a link between them on 2026-05-04" in told
    assert "(log line 44)" in told, "lines of the log are counted from 1, and kept from 0"


def test_every_number_has_its_exhibits() -> None:
    for node, track in zip(drawn().nodes, drawn().lanes, strict=True):
        assert sum(count for _, count in node.messages.by) == node.messages.number
        assert len(node.items.by) == node.items.number
        assert track.counted + track.undated + track.left_out == node.messages.number
        for told in (
            node.first,
            node.last,
            *node.alarms,
            *node.acts,
            *node.statuses,
            *(one.told for one in track.marks),
        ):
            assert told is None or told.cites
        assert all(name.cites for name in node.names)
    assert all(edge.cites for edge in drawn().edges)
    assert [edge.line for edge in drawn().edges] == [41, 41, 42, 43, 44, 45]


def test_a_line_of_the_log_is_no_exhibit_of_a_decision() -> None:
    said = replace(decision("chatterbox:1", "chatterbox:4711", "rejected", "why", n=32), items=())
    (edge,) = draw(ledger(), decisions(said), case="C", zone="UTC").edges
    assert edge.cites == () and edge.line == 33


def test_blocks_and_renames_stand_on_the_lane_with_their_uncertainty() -> None:
    found = lane(drawn()).marks
    marks = [(mark.kind, mark.first.isoformat(), mark.last.isoformat()) for mark in found]
    assert marks == [
        ("block", "2026-02-12", "2026-02-12"),
        ("handle", "2026-02-10", "2026-02-14"),
        ("handle", "2026-03-01", "2026-03-03"),
        ("report", "2026-03-18", "2026-03-18"),
        ("suspended", "2026-03-22", "2026-03-22"),
    ], "a second look at a suspended account is no second suspension"
    assert lane(drawn(), "chatterbox:1").marks == (), (
        "what the victim did to others is no mark on the victim's lane"
    )


def test_since_and_until_narrow_the_lanes_and_count_the_rest() -> None:
    whole, part = lane(drawn()), lane(drawn(since=date(2026, 2, 13), until=date(2026, 3, 2)))
    assert 0 < part.counted < whole.counted and part.counted + part.left_out == whole.counted
    assert [mark.kind for mark in part.marks] == ["handle", "handle"]
    assert len(drawn(since=date(2026, 2, 13)).nodes) == 12


def test_only_some_accounts_bring_what_a_link_joins_to_them() -> None:
    shown = drawn(only={"pix:@owl_pix"})
    assert {node.key for node in shown.nodes} == {"pix:@owl_pix", "chatterbox:4711"}
    assert [edge.state for edge in shown.edges] == ["proposed"]
    assert shown.others_count == 0 and "Only the accounts asked for" in " ".join(shown.notes)


def test_of_many_accounts_the_linked_and_the_most_active_are_drawn_and_the_rest_is_counted() -> None:
    found = many(10_000)
    one_link = decisions(decision("x:0", "x:1", "proposed", "why", "other"))
    shown = draw(found, one_link, case="C", zone="UTC")
    assert {"x:0", "x:1"} == {node.key for node in shown.nodes} and shown.others_count == 9_998
    shown = draw(found, one_link, case="C", zone="UTC", everything=True)
    assert len(shown.nodes) == MOST_NODES and {"x:0", "x:1"} <= {node.key for node in shown.nodes}
    assert shown.others_count == 10_000 - len(shown.nodes) and len(shown.others) == MOST_LISTED
    least = min(node.messages.number for node in shown.nodes if node.key not in ("x:0", "x:1"))
    assert least >= max(one.messages.number for one in shown.others)
    chain = decisions(
        *(decision(f"x:{n}", f"x:{n + 1}", "proposed", "why", "other", n=n) for n in range(3_000))
    )
    shown = draw(found, chain, case="C", zone="UTC")
    assert len(shown.nodes) == MOST_NODES and len(shown.edges) == MOST_LISTED
    assert "3000 links; the first 2000 are listed." in shown.notes


def test_a_link_to_an_account_that_is_gone_is_listed_and_told() -> None:
    shown = draw(
        many(3), decisions(decision("x:0", "x:77", "confirmed", "why", "other")), case="C", zone="UTC"
    )
    (edge,) = shown.edges
    assert {edge.a, edge.b} == {0, next(node.n for node in shown.nodes if node.key == "x:0")}
    assert drawable(shown) == () and "no longer shows" in " ".join(shown.notes)


def test_without_times_there_is_no_axis_and_absurd_times_do_not_break_it() -> None:
    found = Ledger({}, [], {}, [])
    one = account("x:1", 1)
    one.spans = [
        Span("handle", "a", seen("2026-01-01"), seen("2026-01-01"), (Where("E0001"),), 1),
        Span("handle", "b", seen("no date"), seen("no date"), (Where("E0001"),), 1),
    ]
    found.accounts[one.key] = one
    shown = draw(found, Decisions(), case="C", zone="UTC")
    assert shown.nodes[0].names[1].value == "b"
    one.spans = [span("handle", "a", "2026-01-01", "2026-01-02")]
    assert axis_of(draw(found, Decisions(), case="C", zone="UTC"), 50) is None
    one.tally.days = {"0001-01-01": 1, "9999-12-31": 2, "1970-01-01": 3, "2026-02-31": 4, "": 5}
    axis = axis_of(draw(found, Decisions(), case="C", zone="UTC"), 50)
    assert axis is not None and axis.bins <= 50 and axis.end.year == 9999
    assert axis.place(date(9999, 12, 31).toordinal()) == axis.bins - 1
    assert sum(axis.heights(draw(found, Decisions(), case="C", zone="UTC").lanes[0].days).values()) == 6


def test_an_account_without_anything_dated_has_no_lane_and_is_counted() -> None:
    busy, still = with_lanes(draw(many(3), Decisions(), case="C", zone="UTC"))
    assert [len(one.days) for one in busy] == [1, 2]
    assert still == "Without a lane, since nothing of them is dated: 1."
    assert with_lanes(drawn())[1] == "" and len(with_lanes(drawn())[0]) == 12


def test_weeks_begin_on_a_monday() -> None:
    axis = axis_of(drawn(), 58)
    assert (
        axis is not None
        and axis.per == 7
        and axis.day(0).weekday() == 0
        and axis.day(0) == date(2025, 12, 29)
    )


def test_accounts_of_which_nothing_is_known_are_counted_and_not_drawn() -> None:
    found = many(60)
    assert [node.key for node in draw(found, Decisions(), case="C", zone="UTC").nodes] == [
        f"x:{n}" for n in range(28, 40)
    ], "where nothing is known of anybody, the most active"
    found.accounts["x:3"].own = True
    for n in range(20, 40):
        found.accounts[f"x:{n}"].tally.to_owner = n
    found.accounts["x:5"].acts = [act("block", "x:5", "2026-02-01")]
    found.accounts["x:6"].statuses = [status("suspended", "2026-02-01")]
    found.accounts["x:7"].spans.append(span("handle", "other", "2026-02-03", "2026-02-04"))
    found.accounts["x:8"].alarms = [Alarm("conflict", "why", ("x:8",), (Where("E0001"),))]
    shown = draw(found, Decisions(), case="C", zone="UTC")
    assert {node.key for node in shown.nodes} == {"x:3", "x:5", "x:6", "x:7", "x:8"} | {
        f"x:{n}" for n in range(40 - MOST_ACTIVE, 40)
    }
    assert shown.others_count == 60 - len(shown.nodes) == len(shown.others)
    assert len(draw(found, Decisions(), case="C", zone="UTC", everything=True).nodes) == 60


def test_that_nobody_is_marked_as_own_is_told() -> None:
    assert any("--own" in note for note in draw(many(2), Decisions(), case="C", zone="UTC").notes)
    assert not any("--own" in note for note in drawn().notes)
    assert draw(Ledger(), Decisions(), case="C", zone="UTC").notes == ()


def test_what_was_said_twice_is_drawn_once_with_both_places() -> None:
    found = ledger()
    owl = found.accounts["chatterbox:4711"]
    again = replace(owl.acts[0], where=Where("", at="log line 33"), said_by="PO")
    owl.acts += [
        again,
        replace(again, where=Where("", at="log line 34")),
        act("block", owl.key, "2026-02-13"),
    ]
    shown = draw(found, links(), case="C", zone="UTC")
    blocks = [mark for mark in lane(shown).marks if mark.kind == "block"]
    assert [mark.last.day for mark in blocks] == [12, 13]
    assert blocks[0].told.cites == ("PO/2#m7 (E0002)", "log line 33", "log line 34")
    node = next(one for one in shown.nodes if one.key == owl.key)
    assert len([one for one in node.acts if "2026-02-12" in one.text]) == 2, "one of the record, one declared"


def test_posts_that_captures_show_have_a_lane_of_their_own_kind() -> None:
    found = many(2)
    found.accounts["x:0"].posted = tally("E0003", "2026-06-12", [1, 0, 3], undated=2)
    shown = draw(found, Decisions(), case="C", zone="UTC", since=date(2026, 6, 13))
    one, node = lane(shown, "x:0"), shown.nodes[0]
    assert (one.days, one.posts_counted, one.posts_undated, one.posts_left_out) == ((), 3, 2, 1)
    assert [date.fromordinal(day).isoformat() for day, _ in one.posts] == ["2026-06-14"]
    assert (node.posts.number, node.posts.by, node.messages.number) == (6, (("PO/3 (E0003)", 6),), 0)
    assert node.last_post is not None and node.last_post.cites == ("PO/3#m99 (E0003)",)
    assert one in with_lanes(shown)[0]


def test_the_axis_ends_with_what_happened_and_not_with_the_day_we_looked() -> None:
    found = many(30)
    late = found.accounts["x:29"]
    late.statuses = [status("suspended", "2026-11-24")]
    late.spans.append(span("handle", "other", "2026-11-24", "2026-11-24"))
    shown = draw(found, Decisions(), case="C", zone="UTC", everything=True)
    axis = axis_of(shown, 60)
    assert axis is not None and (axis.day(0), axis.end) == (date(2026, 1, 1), date(2026, 1, 29))
    marks = lane(shown, "x:29").marks
    assert [mark.kind for mark in marks] == ["handle", "suspended"] and all(
        axis.later(mark) for mark in marks
    )
    late.acts = [act("block", late.key, "2026-03-01")]
    axis = axis_of(draw(found, Decisions(), case="C", zone="UTC", everything=True), 60)
    assert axis is not None and axis.end == date(2026, 3, 1), "a block is dated by itself"
    only_looked = many(1)
    only_looked.accounts["x:0"].statuses = [status("suspended", "2026-11-24")]
    axis = axis_of(draw(only_looked, Decisions(), case="C", zone="UTC"), 60)
    assert axis is not None and axis.end == date(2026, 11, 24), "where there is nothing else"


def test_a_link_to_the_victims_own_account_is_listed_and_joins_nothing() -> None:
    found = many(3)
    found.accounts["x:1"].own = True
    said = decisions(
        decision("x:0", "x:1", "confirmed", "why", "other", n=1),
        decision("x:1", "x:2", "confirmed", "why", "other", n=2),
    )
    shown = draw(found, said, case="C", zone="UTC")
    assert len(shown.edges) == 2 and drawable(shown) == ()
    assert all("NOT COUNTED" in " ".join(edge.notes) for edge in shown.edges)
    assert not any(node.cluster for node in shown.nodes) and "Not counted: x:0 and x:1" in " ".join(
        shown.notes
    )
