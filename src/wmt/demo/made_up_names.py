"""Made-up words: places and people that exist nowhere.

Everything is put together from syllables. A name that happens to exist is chance.
"""

from collections.abc import Iterable
from itertools import product

from wmt.demo.size import Rng

PLACE_STARTS = (
    "Ambel", "Arrow", "Barn", "Birken", "Bracken", "Cald", "Cinder", "Copper", "Dapple", "Drift", "Ember",
    "Fallow", "Fennel", "Garth", "Gossamer", "Harrow", "Hazel", "Iver", "Jessa", "Kettle", "Larch",
    "Linnet", "Marl", "Meadow", "Nettle", "Ochre", "Otter", "Pebble", "Quarrel", "Rowan", "Russet",
    "Saffron", "Sedge", "Tansy", "Thistle", "Umber", "Vellum", "Willow", "Wren", "Yarrow",
)  # fmt: skip
PLACE_ENDS = (
    "beck", "borough", "bridge", "by", "combe", "cote", "dale", "den", "fell", "field", "ford", "gate",
    "hithe", "holme", "hurst", "mere", "minster", "mouth", "ness", "shaw", "stead", "stow", "thorpe",
    "wick", "worth",
)  # fmt: skip
WELSH_STARTS = (
    "Aber", "Bryn", "Caer", "Cwm", "Glan", "Llan", "Maes", "Nant", "Pen", "Pont", "Rhos", "Tre", "Ynys",
)  # fmt: skip
WELSH_ENDS = (
    "arthwen", "ddelyn", "eirion", "felin", "garwy", "lliwen", "morwyn", "serennog", "tegwyn", "wennol",
)  # fmt: skip

FORE_STARTS = (
    "Al", "Bren", "Cal", "Dor", "El", "Fen", "Gwy", "Hal", "Is", "Jor", "Kes", "Lo", "Mar", "Nes", "Or",
    "Per", "Quen", "Ros", "Sab", "Tam", "Ul", "Ver", "Wil", "Yas", "Zel", "Zoë", "Siân", "Éli", "Łu", "Øs",
)  # fmt: skip
FORE_ENDS = (
    "a", "an", "dra", "eth", "ick", "ien", "ina", "ion", "is", "ley", "lin", "mar", "on", "or", "wen", "yn",
)  # fmt: skip
SUR_STARTS = (
    "Amber", "Bell", "Brackle", "Candle", "Cobble", "Crumb", "Dapper", "Drizzle", "Elder", "Fiddle",
    "Flint", "Gable", "Goose", "Hatter", "Inkle", "Jumble", "Knap", "Lantern", "Marble", "Mizzle", "Nimble",
    "Oaken", "Pepper", "Quill", "Ramble", "Satchel", "Spindle", "Tallow", "Thimble", "Under", "Vesper",
    "Whistle", "Yonder",
)  # fmt: skip
SUR_ENDS = (
    "bane", "bright", "by", "croft", "dottir", "easton", "fenn", "gill", "hollow", "ière", "jo", "kin",
    "low", "mantle", "nøe", "over", "pool", "quist", "ridge", "sby", "thwaite", "urst", "vale", "wright",
    "yard",
)  # fmt: skip
LONG_SURNAMES = (
    "Featherstonehollow-Quillwhistle", "van der Thimblegarden-Øverspindle", "Ní Lanternbhrádaigh",
    "O'Drizzlewright", "ap Brackle-Llanfairmarblegogerych", "de la Candlemaçonnière",
)  # fmt: skip


def _joined(starts: Iterable[str], ends: Iterable[str]) -> list[str]:
    return [start + end for start, end in product(starts, ends)]


def shuffled(rng: Rng, words: list[str]) -> list[str]:
    """The words in an order of the dice."""
    return [words[i] for i in rng.permutation(len(words))]


def english_places(rng: Rng) -> list[str]:
    """A thousand English-looking places, each once."""
    return shuffled(rng, _joined(PLACE_STARTS, PLACE_ENDS))


def welsh_places(rng: Rng) -> list[str]:
    """Welsh-looking places, each once."""
    return shuffled(rng, _joined(WELSH_STARTS, WELSH_ENDS))


def people(rng: Rng, number: int) -> tuple[list[str], list[str]]:
    """Surnames and forenames of so many people. Some share a name; about one in 250 has a very long one."""
    surnames, forenames = _joined(SUR_STARTS, SUR_ENDS), _joined(FORE_STARTS, FORE_ENDS)
    sur = [surnames[i] for i in rng.integers(len(surnames), size=number)]
    fore = [forenames[i] for i in rng.integers(len(forenames), size=number)]
    for i in rng.choice(number, size=number // 250, replace=False).tolist():
        sur[i] = LONG_SURNAMES[i % len(LONG_SURNAMES)]
    for i in rng.choice(number, size=number // 60, replace=False).tolist():
        sur[i] = f"{sur[i]}-{surnames[i % len(surnames)]}"
    return sur, fore


ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS_AND_LETTERS = "0123456789" + ALPHABET


def codes(rng: Rng, number: int, length: int) -> list[str]:
    """Different codes of digits and letters."""
    base = len(DIGITS_AND_LETTERS)
    return [
        "".join(DIGITS_AND_LETTERS[value // base**place % base] for place in reversed(range(length)))
        for value in rng.choice(base**length, number, replace=False).tolist()
    ]


def case_refs(rng: Rng, number: int) -> list[str]:
    """Different case references: a letter and six digits."""
    drawn = rng.choice(len(ALPHABET) * 1_000_000, number, replace=False).tolist()
    return [f"{ALPHABET[value // 1_000_000]}{value % 1_000_000:06d}" for value in drawn]
