"""Sentence embeddings by a model that lies in a folder here; nothing is ever fetched."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from helpdesk.themes.features import Vectors
from helpdesk.themes.values import ModelUnusable

_AT_ONCE: Final = 64
_LONGEST: Final = 256
_A_LINE: Final = 200
_FILES: Final = ("model.onnx", "tokenizer.json")


def embedded(folder: Path, texts: Sequence[str], check: Callable[[], None]) -> Vectors:
    """A vector a text: the model's own, or the mean over its words. Raises ModelUnusable."""
    tokenizer, session = _model(folder)
    wanted = {given.name for given in session.get_inputs()}
    rows = []
    for start in range(0, len(texts), _AT_ONCE):
        check()
        encoded = tokenizer.encode_batch(list(texts[start : start + _AT_ONCE]))
        given = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in encoded], dtype=np.int64),
        }
        with _in_words(f"the model in {folder} cannot be run"):
            answer = np.asarray(
                session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
            )
        rows.append(_one_a_text(folder, answer, given["attention_mask"]))
    return np.asarray(normalize(np.vstack(rows)))


def _one_a_text(folder: Path, answer: NDArray[Any], mask: NDArray[np.int64]) -> Vectors:
    shape = answer.shape
    if answer.dtype.kind != "f" or shape[0] != len(mask) or (len(shape) != 2 and shape[:-1] != mask.shape):
        raise ModelUnusable(f"the model in {folder} answers with something else than a vector a text or a word")
    if not np.isfinite(answer).all():
        raise ModelUnusable(f"the model in {folder} answers with something else than numbers")
    if len(shape) == 2:
        return np.asarray(answer, dtype=np.float64)
    weight = mask[:, :, None]
    return np.asarray((answer * weight).sum(1) / np.maximum(weight.sum(1), 1), dtype=np.float64)


def _model(folder: Path) -> tuple[Any, Any]:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra, not always there
        from tokenizers import Tokenizer  # noqa: PLC0415 - the same
    except ImportError as missing:
        raise ModelUnusable(f"{missing.name} is not installed: install candour-helpdesk[embeddings]") from missing
    for name in _FILES:
        if not (folder / name).is_file():
            raise ModelUnusable(f"{folder} holds no {name}")
    model, words = (str(folder / name) for name in _FILES)
    with _in_words(f"{words} is no tokenizer"):
        tokenizer = Tokenizer.from_file(words)
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is said once, by us
    with _in_words(f"{model} is no model"):
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return tokenizer, session


@contextmanager
def _in_words(what: str) -> Iterator[None]:
    """Both libraries raise what they like; the operator is told which file it is and the first line of why."""
    try:
        yield
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as reason:
        raise ModelUnusable(f"{what}: {(str(reason).strip().splitlines() or [''])[0][:_A_LINE]}") from reason
