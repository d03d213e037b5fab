"""How letters begin and end in eight languages: said to everybody, so it says nothing of what a letter is about."""

import re
from typing import Final

_BEGINNINGS: Final = """
    hi|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day)
    hallo|guten (?:tag|morgen|abend)|liebe[rs]?|sehr geehrte[rs]?|moin|grüezi|servus
    bonjour|bonsoir|salut|ch[eè]re?s?|madame|monsieur
    hola|buen[oa]s? (?:días|dias|tardes|noches|día|dia)|estimad[oa]s?
    ciao|salve|buon ?giorno|buona ?sera|gentil[ei]|egregi[oa]
    hoi|beste|geachte|goede(?:morgen|middag|navond)|goeden ?dag
    olá|ola|oi|bom dia|boa (?:tarde|noite)|car[oa]s?|prezad[oa]s?
    cześć|dzień dobry|dobry wieczór|witam|szanown[yai]|drog[ai]
"""
_ENDS: Final = """
    (?:kind|best|warm|many|with (?:kind|best|warm))? ?(?:regards|wishes)|yours (?:sincerely|faithfully|truly)
    sincerely|cheers|(?:many|thank you|thanks)(?: you| thanks)?(?: very much| so much| a lot)?(?: in advance| again)?
    have a (?:nice|good|great|lovely) (?:day|week|weekend|evening)|all the best|looking forward to (?:hearing|your)
    mit (?:freundlichen|besten|herzlichen|vielen|lieben) gr(?:ü|ue)(?:ß|ss)en
    (?:viele|liebe|beste|schöne) gr(?:ü|ue)(?:ß|ss)e
    gr(?:u|ü|ue)(?:ß|ss)e?|vielen dank|danke|besten dank|mfg
    cordialement|bien à vous|merci|(?:sincères |meilleures )?salutations|bonne journée
    saludos|un saludo|(?:muchas )?gracias|atentamente|un cordial saludo
    (?:cordiali |distinti )?saluti|(?:molte )?grazie|buona giornata
    (?:met )?vriendelijke groet(?:en)?|groet(?:en|jes)?|(?:alvast )?bedankt|dank (?:u|je)
    (?:com os melhores )?cumprimentos|(?:muito )?obrigad[oa]|atenciosamente|abraços
    (?:z )?(?:poważaniem|wyrazami szacunku)|(?:serdecznie )?pozdrawiam|(?:serdecznie )?dziękuję|z góry dziękuję
"""


def _any_of(phrases: str) -> str:
    return "|".join(line.strip() for line in phrases.strip().splitlines())


_BEGINNING: Final = re.compile(
    rf"\s{{0,9}}(?:{_any_of(_BEGINNINGS)})(?:(?: \S{{1,20}}){{0,2}}?[,.!:]| ?(?:\S{{1,20}} ?){{0,4}}\n)",
    re.IGNORECASE,
)
_END: Final = re.compile(rf"(?:\n|[.!?]\s) {{0,3}}(?:{_any_of(_ENDS)})\b[^?]{{0,80}}\Z", re.IGNORECASE)
_LOOKED_AT: Final = 200  # characters from either end
_LETTER: Final = re.compile(r"[^\W\d_]")


def without_courtesy(text: str) -> str:
    """The text between how it begins and how it ends; all of it, where nothing else is said."""
    inside = text.strip()
    if begins := _BEGINNING.match(inside[:_LOOKED_AT]):
        inside = inside[begins.end() :]
    if ends := _END.search(inside[-_LOOKED_AT:]):
        inside = inside[: max(0, len(inside) - _LOOKED_AT) + ends.start()]
    return inside if _LETTER.search(inside) else text
