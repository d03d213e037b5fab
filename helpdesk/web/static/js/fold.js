// Letters are compared as the search compares them: storage/folding.py says why, and a test holds the two together.
const LETTERS = new Map("ςσ æae œoe øo đd ðd ħh ıi łl ŋn þth ŧt ĸq ƀb ɓb ƈc ȼc ɖd ɗd ɇe ƒf ǥg ɠg ɨi ɉj ƙk ƚl ɫl ⱡl ɲn ƞn ƥp ɍr ⱦt ƭt ʈt ʉu ʋv ƴy ɏy ƶz ȥz ⱥa یي ىي کك ʻ' ʼ'".split(" ").map((pair) => [pair[0], pair.slice(1)]));
const ACCENT = /(?![\u3099\u309a])(?=\p{M})[\p{sc=Zinh}\p{sc=Arab}\p{sc=Hebr}\p{sc=Cyrl}\p{sc=Syrc}]/gu;
const IN_THE_WAY = /[\u00ad\u0640\u200c-\u200f\u2060-\u2064\ufeff]/g;

export const fold = (text) =>
  text.toLowerCase().normalize("NFKD").toUpperCase().toLowerCase()
    .replace(ACCENT, "")
    .replace(IN_THE_WAY, "")
    .replace(/[^\0-\x7f]/g, (letter) => LETTERS.get(letter) ?? letter)
    .replace(/(.?)[\u3099\u309a]/gsu, (voiced, kana) => (kana && voiced.normalize("NFC").length === 1 ? voiced.normalize("NFC") : kana));
