"""A model of one's own is used as it lies there, gives the same in any order, and what is wrong with it is said."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from helpdesk.themes import parent
from helpdesk.themes.analysis import analyse
from helpdesk.themes.embeddings import embedded
from helpdesk.themes.values import Limits, ModelUnusable
from tests.themes.letters import SUBJECTS, letters

SIZE = 16
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def words() -> list[str]:
    return ["[UNK]", *sorted({word for texts in SUBJECTS.values() for text in texts for word in text.split()})]


def meanings(value: float | None = None) -> np.ndarray:
    """A direction of its own for each word; the words that name a subject reach far, all others hardly."""
    chance = np.random.default_rng(5)
    far = [3.0 if word in SUBJECTS else 0.1 for word in words()]
    table = chance.normal(size=(len(far), SIZE)) * np.array(far)[:, None]
    return np.asarray(table if value is None else np.full_like(table, value), dtype=np.float32)


def a_model(folder: Path, *, table: np.ndarray | None = None, pooled: bool = False) -> Path:
    """A table of words, looked up: the smallest model there is. Pooled, it makes one vector of a text itself."""
    tabled = meanings() if table is None else table
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "words"])
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["each"])]
    if pooled:
        nodes.append(helper.make_node("ReduceMax", ["each", "axis"], ["whole"], keepdims=0))
    out = helper.make_tensor_value_info(
        "whole" if pooled else "each",
        TensorProto.FLOAT,
        ["texts", *["words"] * (not pooled), *["size"] * (tabled.ndim - 1)],
    )
    kept = [numpy_helper.from_array(tabled, "table")]
    kept += [numpy_helper.from_array(np.array([1], dtype=np.int64), "axis")] * pooled
    graph = helper.make_graph(nodes, "tiny", [ids], [out], initializer=kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    folder.mkdir(exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    tokenizer = Tokenizer(WordLevel({word: place for place, word in enumerate(words())}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def nothing() -> None:
    pass


def test_a_text_is_the_mean_of_its_words_and_padding_does_not_count(tmp_path: Path):
    folder = a_model(tmp_path / "tiny")

    found = embedded(folder, ["lamp", "lamp invoice", ""], nothing)

    table, place = meanings(), {word: number for number, word in enumerate(words())}
    mean = table[place["lamp"]] + table[place["invoice"]]
    assert found[1] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)
    assert found[0] == pytest.approx(embedded(folder, ["lamp"], nothing)[0], abs=1e-6)
    assert not found[2].any()


@pytest.mark.parametrize("pooled", [False, True])
def test_themes_are_found_with_a_model_in_any_order_and_the_report_says_so(tmp_path: Path, pooled: bool):
    limits = Limits(model=a_model(tmp_path / "tiny-model", pooled=pooled))
    documents = letters(250)

    found = analyse(documents, number=5, limits=limits)
    shuffled = analyse(random.Random(3).sample(documents, len(documents)), number=5, limits=limits)  # noqa: S311

    assert len({(found.labels[one.id], one.id.split("-")[0]) for one in documents}) == 5
    assert found.labels == shuffled.labels
    assert "embeddings of tiny-model" in found.method


def test_the_limited_child_uses_the_model_too(tmp_path: Path):
    found = parent.analysed(
        letters(250),
        limits=Limits(model=a_model(tmp_path / "tiny")),
        names=(),
        previous={},
        tell=lambda _step, _share: None,
        is_to_stop=lambda: False,
    )

    assert "embeddings of tiny" in found["method"]
    assert found["coverage"]["themed"] == 250


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def torn_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text('{"version": "1.0", "model": ')


def torn_model(folder: Path) -> None:
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:40])


def fewer_words(folder: Path) -> None:
    a_model(folder, table=meanings()[:2])


def no_numbers(folder: Path) -> None:
    a_model(folder, table=meanings(np.nan))


def other_shape(folder: Path) -> None:
    a_model(folder, table=np.ones((len(words()), 2, 2), dtype=np.float32))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (no_tokenizer, "holds no tokenizer.json"),
        (torn_tokenizer, "tokenizer.json is no tokenizer: "),
        (torn_model, "model.onnx is no model: "),
        (fewer_words, "cannot be run: "),
        (no_numbers, "something else than numbers"),
        (other_shape, "something else than a vector"),
    ],
)
def test_a_folder_that_is_no_model_is_told_in_words(tmp_path: Path, spoil: Callable[[Path], None], said: str):
    folder = a_model(tmp_path / "tiny")
    spoil(folder)

    with pytest.raises(ModelUnusable, match=said):
        embedded(folder, ["the lamp flickers", "invoice"], nothing)


def test_the_report_is_told_what_is_wrong_with_the_model(tmp_path: Path):
    folder = a_model(tmp_path / "tiny")
    torn_model(folder)

    with pytest.raises(parent.AnalysisFailed, match=r"model\.onnx is no model: "):
        parent.analysed(
            letters(60),
            limits=Limits(model=folder),
            names=(),
            previous={},
            tell=lambda _step, _share: None,
            is_to_stop=lambda: False,
        )
