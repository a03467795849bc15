"""Texts that models produce by accident, and others on purpose."""

from hypothesis import strategies as st

BLOCKS = [
    *("<", ">", "<!--", "-->", "<?", "?>", "<a ", "</a>", "<p>", "<speak>", "</speak>"),
    *("[", "]", "![", "](", "[a](", ")", "(", "[a][", "[a]: b\n", "[a](b 'c"),
    *("*", "**", "_", "__", "~~", "`", "``", "\\", "&", "&#", "&amp;", "&#9", "${", "{", "}"),
    *("\n", "\n\n", " ", "\t", "\r", "    ", "#", "# ", "-", "- ", "> ", "1. ", "|", "=", "```", "---\n"),
    *(
        "0",
        "12 ",
        "-1",
        "(1",
        ")",
        "+1",
        "/",
        "😀",
        "→",
        "https://a",
        "www.",
        "?",
        "<break ",
        'time="',
        "<sub alias=",
    ),
    *("</sub>", "<say-as interpret-as='digits'>", "</say-as>", "<li>", "<br>", "]]>", "<![CDATA[", "@", "a="),
    *("'", '"', ".", ". ", ",", "a", "a ", "1", "1 ", "one ", "•", "é", "…"),
]
"""What such a text is made of."""

STRANGE = st.builds(
    lambda before, block, after: (before, "".join(block), after),
    st.sampled_from(["", "a", "*a* ", "${", "<speak>", "- "]),
    st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=3),
    st.sampled_from(["", "a", "\n", "]", "</speak>"]),
)


def long(strange, size):
    """About `size` characters."""
    before, block, after = strange
    return before + block * (size // len(block)) + after
