"""The test data of RFC 8785's authors: what lies in our subset comes out the same, the rest is refused.

From cyberphone/json-canonicalization (Apache-2.0), `testdata`, as the sdist of rfc8785 0.1.4 carries it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785

from abusekit.case.canonical import NotCanonicalError, decode, encode

VECTORS: dict[str, tuple[str, str]] = {
    "arrays": ('[56,{"d":true,"10":null,"1":[ ]}]', '[56,{"1":[],"10":null,"d":true}]'),
    "french": (
        '{"peach":"This sorting order","p\u00e9ch\u00e9":"is wrong according to French",'
        '"p\u00eache":"but canonicalization MUST","sin":   "ignore locale"}',
        '{"peach":"This sorting order","p\u00e9ch\u00e9":"is wrong according to French",'
        '"p\u00eache":"but canonicalization MUST","sin":"ignore locale"}',
    ),
    "structures": (
        '{"1": {"f": {"f": "hi","F": 5} ,"\\n": 56.0},"10": { },"": "empty","a": { },'
        '"111": [ {"e": "yes","E": "no" } ],"A": { }}',
        '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ),
    "unicode": ('{"Unnormalized Unicode":"A\\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'),
    "values": (
        '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        '"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals": [null, true, false]}',
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
    "weird": (
        '{"\\u20ac": "Euro Sign","\\r": "Carriage Return","\\u000a": "Newline","1": "One",'
        '"\\u0080": "Control\\u007f","\\ud83d\\ude02": "Smiley",'
        '"\\u00f6": "Latin Small Letter O With Diaeresis",'
        '"\\ufb33": "Hebrew Letter Dalet With Dagesh","</script>": "Browser Challenge"}',
        '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge",'
        '"\x80":"Control\x7f","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign",'
        '"\U0001f602":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
}
"""Name → input, and its canonical spelling."""


def parts(value: Any) -> Iterator[Any]:
    """Everything in a value, the value itself first."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from parts(one)


@pytest.mark.parametrize("name", VECTORS)
def test_the_whole_is_outside_of_the_subset(name: str) -> None:
    """Each has a key or a number that we never write: it is neither written nor read as ours."""
    text, expected = VECTORS[name]
    assert rfc8785.dumps(json.loads(text)) == expected.encode(), "the vector is what its authors mean"
    with pytest.raises(NotCanonicalError):
        encode(json.loads(text))
    with pytest.raises(NotCanonicalError):
        decode(expected.encode())


@pytest.mark.parametrize("name", VECTORS)
def test_what_lies_inside_is_spelled_the_same(name: str) -> None:
    text, expected = VECTORS[name]
    spelled = 0
    for part in parts(json.loads(text)):
        try:
            data = encode(part)
        except NotCanonicalError:
            continue
        assert data == rfc8785.dumps(part) and data.decode() in expected
        assert decode(data) == part
        spelled += 1
    assert spelled >= {"arrays": 4, "values": 5}.get(name, 1)


def test_with_keys_of_ours_they_are_the_same() -> None:
    """The values of all vectors under names that we write, in the order of their names."""
    texts = [
        part for text, _ in VECTORS.values() for part in parts(json.loads(text)) if isinstance(part, str)
    ]
    value = {f"k{number}": text for number, text in reversed(list(enumerate(texts)))}
    assert len(value) > 15 and encode(value) == rfc8785.dumps(value)
