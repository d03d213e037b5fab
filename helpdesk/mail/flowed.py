"""Text as format=flowed (RFC 3676): soft line breaks undone."""


def unfold(text: str, *, delsp: bool = False) -> str:
    """Join lines that end in a space with their successor of the same quote depth."""
    lines: list[str] = []
    open_depth = -1
    """The depth of the paragraph that goes on, or -1."""
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        is_signature = content == "-- "
        if open_depth == depth and not is_signature:
            lines[-1] += content
        else:
            lines.append(">" * depth + (" " if depth and content else "") + content)
        open_depth = depth if content.endswith(" ") and not is_signature else -1
        if open_depth >= 0 and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
