"""The tokenizer, against known ids and against an independent implementation."""

from __future__ import annotations

import gzip
import hashlib
import html
import random
import string

import ftfy
import pytest
import torch

from sam3_annotator.model.network.tokenizer import Tokenizer
from sam3_annotator.paths import resources_dir

START, END = 49406, 49407
VOCABULARY = resources_dir() / "tokenizer" / "bpe_simple_vocab_16e6.txt.gz"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer()


def test_vocabulary_is_the_published_file() -> None:
    digest = hashlib.sha256(VOCABULARY.read_bytes()).hexdigest()

    assert digest == "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("dog", [1929]),
        ("visual", [7195]),
        ("shoe", [7342]),
        ("Yellow School Bus", [4481, 1228, 2840]),
        ("a person's hat", [320, 2533, 568, 3801]),
        ("!", [256]),
        ("hi!", [1883, 256]),
        ("!!", [748]),
        ("wow!!!", [2781, 995]),
        ("l\u2019été", [331, 262, 3459, 39694]),
        ("café", [15304]),
        ("&amp; &lt;b&gt;", [261, 283, 321, 285]),
        ("it\u2019s", [585, 568]),
        ("  two   spaces\n", [1237, 9006]),
        ("3 apples 12", [274, 14032, 272, 273]),
        ("naïve 🐶", [1097, 35689, 563, 10631]),
        ("ﬁsh", [2759]),
        ("a_b-c", [320, 318, 321, 268, 322]),
        ("你好", [47466, 254, 29290, 377]),
        ("", []),
        (" \t\n", []),
    ],
)
def test_phrase_has_its_known_ids(phrase: str, ids: list[int], tokenizer: Tokenizer) -> None:
    assert tokenizer.encode(phrase) == [START, *ids, END]


def test_phrases_become_padded_rows(tokenizer: Tokenizer) -> None:
    ids = tokenizer(["dog", "Yellow School Bus"])

    assert ids.dtype == torch.int64
    assert ids.tolist() == [[START, 1929, END] + [0] * 29, [START, 4481, 1228, 2840, END] + [0] * 27]


def test_what_does_not_fit_is_left_out_and_the_end_stays(tokenizer: Tokenizer) -> None:
    assert tokenizer(["shoe " * 40]).tolist() == [[START] + [7342] * 30 + [END]]
    assert tokenizer.encode("shoe " * 30) == [START] + [7342] * 30 + [END]
    assert tokenizer.encode("shoe " * 29) == [START] + [7342] * 29 + [END]


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("<start_of_text>dog<end_of_text>", "< start _ of _ text > dog < end _ of _ text >"),
        ("<|startoftext|>dog<|endoftext|>", "<| startoftext |> dog <| endoftext |>"),
    ],
)
def test_written_special_tokens_are_words_like_any_other(phrase: str, words: str, tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode(phrase)

    assert ids == tokenizer.encode(words)
    assert not {START, END} & set(ids[1:-1])


def test_contraction_in_another_case_of_its_letter_is_one_piece(tokenizer: Tokenizer) -> None:
    long_s = "\u017f"  # an s that is small already

    assert tokenizer.encode(f"it'{long_s}") != tokenizer.encode(f"it ' {long_s}")
    assert tokenizer.encode(f"it'{long_s}") == tokenizer.encode(f"it '{long_s}")


def test_broken_surrogates_are_taken(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("\ud83d dog") == tokenizer.encode("\ufffd dog")


WORDS = [
    "dog",
    "person",
    "Yellow",
    "SCHOOL",
    "bus",
    "wheels",
    "it's",
    "They'LL",
    "we've",
    "I'm",
    "o'clock",
    "l\u2019été",
]
ALPHABETS = {
    "letters": string.ascii_letters,
    "ascii": string.printable,
    "accents": "àéîõüçñßøåæœłžčřťÀÉÎÕÜÇÑØÅÆŒŁ\u0301\u0308\u0327",
    "korean": "".join(map(chr, range(0xAC00, 0xAC00 + 11172, 37))) + "ㄱㄴㅏㅑ",
    "chinese, japanese": "".join(map(chr, range(0x4E00, 0x9FA0, 61))) + "ひらがなカタカナー々〆",
    "greek, cyrillic": "αβγδεζηθικλμνξοπρσςτυφχψωΑΒΓΣΩабвгдежзийклмнопрстуфхцчшщъыьэюяЁЖШ",
    "right to left, brahmic": "אבגדהوزحطيكلمनमस्ते্বাংলাไทย",
    "emoji": "🐶🐱❤️👍🏽👩‍👩‍👧🇰🇷🇺🇸😂😍🤖⚡✨☃️🏳️‍🌈",
    "digits": "0123456789²½Ⅷ①٣४",
    "marks": "!?.,;:-_/\\|()[]{}<>@#$%^*+=~`'\"…—\u2013•“”\u2018\u2019«»¡¿§€£¥©®™°",
    "spaces": " \t\n\r\u00a0\u2003\u3000",
    "entities": ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&eacute;", "&amp;amp;", "&amp;lt;", "&", "&nbsp;"],
}


def make_phrases(count: int) -> list[str]:
    """Make phrases of all kinds of writing, alone and mixed; some are far longer than the context."""
    rng = random.Random(0)
    kinds = [WORDS, *ALPHABETS.values()]
    phrases = []
    for number in range(count):
        chosen = rng.sample(kinds, rng.choice([1, 1, 2, 3]))
        length = rng.choice([1, 2, 3, 5, 8, 13, 40]) if number % 100 else rng.choice([200, 2000])
        parts = [rng.choice(rng.choice(chosen)) for _ in range(length)]
        phrases.append(rng.choice(["", "", " "]).join(parts))
    return phrases


@pytest.fixture(scope="module")
def reference() -> object:
    """Build the tokenizer of `transformers` from the same file."""
    from transformers import CLIPTokenizer
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    lines = gzip.decompress(VOCABULARY.read_bytes()).decode().split("\n")[1:48895]
    merges = [tuple(line.split()) for line in lines]
    symbols = list(bytes_to_unicode().values())
    tokens = [*symbols, *(f"{symbol}</w>" for symbol in symbols), *("".join(pair) for pair in merges)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={token: index for index, token in enumerate(tokens)}, merges=merges)


def as_the_reference_expects_it(phrase: str) -> str:
    """Do what the reference leaves out: it repairs no characters, keeps HTML entities, and knows no final sigma."""
    return html.unescape(html.unescape(ftfy.fix_text(phrase))).lower()


def test_ids_equal_those_of_the_reference_on_all_kinds_of_writing(tokenizer: Tokenizer, reference: object) -> None:
    phrases = make_phrases(10_000)

    theirs = reference([as_the_reference_expects_it(phrase) for phrase in phrases], truncation=True, max_length=32)
    differing = [
        (phrase, ours, expected)
        for phrase, expected in zip(phrases, theirs["input_ids"], strict=True)
        if (ours := tokenizer.encode(phrase)) != expected
    ]

    assert differing[:5] == []
    assert sum(len(ids) == 32 for ids in theirs["input_ids"]) > 1000
    assert len({tuple(ids) for ids in theirs["input_ids"]}) > 8000
