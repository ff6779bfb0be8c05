"""What is drawn, from which exhibits, and what is left out."""

from __future__ import annotations

from datetime import date

from drawn_sample import (
    EXHIBITS,
    account,
    candidate,
    decision,
    decisions,
    ledger,
    links,
    seen,
    span,
    tally,
)

from abusekit.accounts.drawing.draw import MOST_ACTIVE, MOST_LISTED, MOST_NODES, draw, drawable
from abusekit.accounts.drawing.drawn import Drawn
from abusekit.accounts.drawing.lanes import axis_of, with_lanes
from abusekit.accounts.model import Decisions, Ledger, Span, Where


def drawn(**more: object) -> Drawn:
    return draw(ledger(), links(), case="OP-1", zone="Europe/London", **more)  # type: ignore[arg-type]


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
    assert by_key["chatterbox:4711"].n + 1 == by_key["chatterbox:5020"].n
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
    assert confirmed.notes[0] == "The findings have changed since this decision."
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
    assert {edge.b_key for edge in shown.edges} == {f"x:{n}" for n in range(26, 51)}
    assert "25 weaker candidates are not drawn: abusekit account candidates." in shown.notes


def test_a_rejected_pair_within_a_cluster_is_told() -> None:
    told = drawn().notes[0]
    assert told.startswith("Confirmed links join chatterbox:4711 and phone:+447700900123 over other accounts")
    assert "PO rejected a link between them on 2026-05-04" in told


def test_every_number_has_its_exhibits() -> None:
    for node, lane in zip(drawn().nodes, drawn().lanes, strict=True):
        assert sum(count for _, count in node.messages.by) == node.messages.number
        assert len(node.items.by) == node.items.number
        assert lane.counted + lane.undated + lane.left_out == node.messages.number
        for told in (
            node.first,
            node.last,
            *node.alarms,
            *node.acts,
            *node.statuses,
            *(one.told for one in lane.marks),
        ):
            assert told is None or told.cites
        assert all(name.cites for name in node.names)
    assert all(edge.cites for edge in drawn().edges)


def test_blocks_and_renames_stand_on_the_lane_with_their_uncertainty() -> None:
    lane = drawn().lanes[1]
    marks = [(mark.kind, mark.first.isoformat(), mark.last.isoformat()) for mark in lane.marks]
    assert marks == [
        ("block", "2026-02-12", "2026-02-12"),
        ("handle", "2026-02-10", "2026-02-14"),
        ("handle", "2026-03-01", "2026-03-03"),
        ("report", "2026-03-18", "2026-03-18"),
        ("suspended", "2026-03-22", "2026-03-22"),
    ], "a second look at a suspended account is no second suspension"
    assert drawn().lanes[0].marks == (), "what the victim did to others is no mark on the victim's lane"


def test_since_and_until_narrow_the_lanes_and_count_the_rest() -> None:
    whole, part = drawn().lanes[1], drawn(since=date(2026, 2, 13), until=date(2026, 3, 2)).lanes[1]
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
    shown = draw(found, decisions(decision("x:0", "x:1", "proposed", "why", "other")), case="C", zone="UTC")
    assert len(shown.nodes) == MOST_ACTIVE + 2 and {"x:0", "x:1"} <= {node.key for node in shown.nodes}
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
    axis = axis_of(draw(found, Decisions(), case="C", zone="UTC"), 50, least_per=7)
    assert axis is not None and axis.bins <= 50 and axis.end.year == 9999
    assert axis.place(date(9999, 12, 31).toordinal()) == axis.bins - 1
    assert sum(axis.heights(draw(found, Decisions(), case="C", zone="UTC").lanes[0]).values()) == 6


def test_an_account_without_anything_dated_has_no_lane_and_is_counted() -> None:
    busy, still = with_lanes(draw(many(3), Decisions(), case="C", zone="UTC"))
    assert [len(lane.days) for lane in busy] == [1, 2]
    assert still == "Without a lane, since nothing of them is dated: 1."
    assert with_lanes(drawn())[1] == "" and len(with_lanes(drawn())[0]) == 12


def test_weeks_begin_on_a_monday() -> None:
    axis = axis_of(drawn(), 58, least_per=7)
    assert (
        axis is not None
        and axis.per == 7
        and axis.day(0).weekday() == 0
        and axis.day(0) == date(2025, 12, 29)
    )
