"""The part that English words have in a request, whatever it is about."""

from __future__ import annotations

import re


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _written_out() -> dict[str, str]:
    made = {f"{word}nt": f"{word} not" for word in words_of(_WITH_NOT)}
    for ending, meaning, before in _ENDINGS:
        made |= {word + ending: f"{word} {meaning}" for word in words_of(before)}
    return made | dict(pair.split("=") for pair in _ALONE.split(", "))


_WITH_NOT = "do does did is are was were have has had would could should"
_ENDINGS = (
    ("s", "is", "that what where when how who it there here he she"),
    ("re", "are", "you they"),
    ("ve", "have", "i we you they"),
    ("d", "would", "you they"),
)
_ALONE = (
    "im=i am, id=i would, ill=i will, youll=you will, lets=let us, gimme=give me, cant=can not, "
    "cannot=can not, wont=will not, wanna=want to, gonna=going to, thanks=thank you, nope=no, nah=no, "
    "yeah=yes, yep=yes, hi=hello, hey=hello, hiya=hello, okay=ok, byebye=bye"
)
CONTRACTED = _written_out()

FILLERS = words_of("um uh er erm hm mm ah oh ok well so please just then now hello alright right sure")
"""They mean nothing by themselves."""

COURTESY = FILLERS | words_of("very much please thank you for that today bye goodbye")
"""They may stand beside a word such as "yes", which is what it was then."""

ANSWERS = COURTESY | words_of("i we it they do does did am are is will would have can not of course")
"""They may stand beside "yes" or "no"."""

ENQUIRING = words_of("where when how who why which")
"""Within a phrase they matter; around it, in what is said, they do not."""

EMPTY = FILLERS | words_of(
    "a an the this that these those it its i me my mine you your yours we us our they them their he she his "
    "him her am is are was were be been being do does did doing have has had having can could would will "
    "shall should may might must to of for on in at by from with about as into up if whether and or but "
    "there here what some any one something someone anyone thank yes no not sorry excuse good morning "
    "afternoon evening today tomorrow tonight soon again too also only really very actually maybe perhaps "
    "possible monday tuesday wednesday thursday friday saturday sunday week weekend next question much all "
    "calling phoning wondering regarding concerning let"
)
REQUEST = words_of(
    "want need like love wish give get got tell say show know find hear check see ask speak talk speaking "
    "talking put through connect transfer reach help assist look looking going go hoping hope try trying "
    "wonder prefer explain describe discuss understand remember receive received work working info "
    "information details bring take keep"
)
"""Words for getting what is meant. In a phrase that has other words they do not matter."""

KINDS = words_of(
    "account current latest exact total whole full own real live actual human person people somebody "
    "customer service support nearest local usual regular immediately directly quickly quick kindly "
    "available online shop store branch office company operator department team desk line phone mobile "
    "charge charges cost costs price fee fees problem problems issue issues trouble make making arrange "
    "schedule set"
)
"""They may be said beside what is meant, and change nothing."""

TELLING = words_of("is was were told said did came went gave has had became who")
"""A caller who goes on with one of them tells something, and asks for nothing."""

DENIALS = words_of("not neither nor without stop avoid except cancel")
"""A caller who says one of them does not ask for what he names, unless the phrase has it too."""

_NEVER = re.compile(
    r"\b(?:never|no longer|(?:anything|anyone|everything|nothing) (?:but|except|about)"
    r"|(?:rather|other) than|instead of)\b"
)
_HELPLESS = re.compile(
    r"\b(?:why )?(?:do|does|did|can|could|have|would|am|is|will) (?:you |i |we |it )?not "
    r"(?=you|just|know|find|see|remember|recall|hear|(?:get|got|have)(?= my| the| your)"
    r"|received?|understand|seem|sure|able|mind|work(?:ing)?|show)"
)
_SAME = (
    "forgotten=forgot, forget=forgot, stole=stolen, broke=broken, lose=lost, losing=lost, paid=pay, "
    "sent=send, bought=buy, made=make, took=take, taken=take, spoke=speak, spoken=speak, chose=choose, "
    "chosen=choose"
)
_IRREGULAR = dict(pair.split("=") for pair in _SAME.split(", "))


def written_out(text: str) -> list[str]:
    """The words of a text, with short forms written out. "I don't know", "I can't find" and "why don't you"
    ask for something, so they count as no denial."""
    text = " ".join(CONTRACTED.get(word, word) for word in text.split())
    return _HELPLESS.sub("", _NEVER.sub("not", text)).split()


def root(word: str) -> str:
    """The root of a word, which need not be a word: it is the same for "book", "books", "booked" and
    "booking"."""
    word = _IRREGULAR.get(word, word)
    for ending in ("ing", "ied", "ies", "ed", "es", "s"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) > len(ending) + 2:
            word = word[: -len(ending)] + ("y" if ending in ("ied", "ies") else "")
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
