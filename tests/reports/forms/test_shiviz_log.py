"""The ShiViz log, line by line."""

from __future__ import annotations

import json

from msgspec.structs import replace

from reports.forms.shiviz import PARSER, shiviz
from reports.structure import Report, Thread


def rows(report: Report) -> list[tuple[str, dict[str, int], str]]:
    """Host, clock and event of each line."""
    fields = [line.split("\t") for line in shiviz(report).splitlines()[2:]]
    return [(host, json.loads(clock), event) for host, clock, event, *_ in fields]


def test_the_parser_comes_first_then_an_empty_delimiter(leak: Report) -> None:
    assert shiviz(leak).split("\n")[:2] == [PARSER, ""]
    assert PARSER == (
        r"(?<host>[^\t\n]+)\t(?<clock>\{[^\t\n]*\})\t(?<event>[^\t\n]*)\t(?<step>\d+)\t(?<kernel>[^\t\n]*)\t(?<code>[^\t\n]*)"
    )


def test_a_clock_counts_own_steps_and_takes_over_what_it_reads(leak: Report) -> None:
    assert rows(leak) == [
        ("reader", {"reader": 1}, "R1 reads inode.i_size = 4096"),
        ("reader", {"reader": 2}, "R3 reads inode.seals = 0"),
        ("owner", {"owner": 1}, "T4 inode.i_size 4096 -> 0"),
        ("owner", {"owner": 2}, "A9 inode.seals 0 -> 32 (0x20) <- sealed"),
        ("owner", {"owner": 3}, "F5 inode.i_size 0 -> 4096"),
        ("owner", {"owner": 4}, "F6 ready 0 -> 1 (release)"),
        ("guest", {"guest": 1, "owner": 4}, "K1 reads ready = 1 (acquire)"),
        ("guest", {"guest": 2, "owner": 4}, "K4 page A.data 0 -> 42"),
        ("reader", {"owner": 3, "reader": 3}, "R7 reads inode.i_size = 4096"),
        ("reader", {"guest": 2, "owner": 4, "reader": 4}, "R10 reads page A.data = 42 <- LEAK"),
    ]


def test_the_fields_are_those_of_the_step(leak: Report) -> None:
    last = shiviz(leak).splitlines()[-1].split("\t")
    assert last[3:] == ["10", "mm/shmem.c shmem_file_read_iter: copy_page_to_iter", "toy_memfd.py:32"]


def test_steps_stand_as_they_take_effect(stale: Report) -> None:
    """R3 is later in the reader's code than R1, and takes effect first; its clock comes first."""
    host, clock, event = rows(stale)[0]
    assert (host, clock) == ("reader", {"reader": 1})
    assert event.startswith("R3 reads inode.seals = 0 <- STALE ^ reordered")
    assert rows(stale)[-1] == ("reader", {"owner": 3, "reader": 2}, "R1 reads inode.i_size = 8192")


def test_a_read_before_its_store_has_no_edge(leak: Report) -> None:
    """An order that claims nothing: thread by thread, the guest first."""
    order = (8, 9, 10, 11, 12, 13, 4, 5, 6, 7)
    log = rows(replace(leak, witness=replace(leak.witness, order=order)))
    assert log[0] == ("guest", {"guest": 1}, "K1 reads ready = 1 (acquire)")


def test_threads_that_look_alike_keep_lanes_of_their_own(leak: Report) -> None:
    same = (Thread(name="a"), Thread(name="a"), Thread(name="reader"))
    hosts = {host for host, _, _ in rows(replace(leak, threads=same))}
    assert hosts == {"a (1)", "a (2)", "reader"}
