"""Sentence embeddings by a model that lies in a folder here; nothing is ever fetched."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.preprocessing import normalize

from helpdesk.themes.features import Vectors

_AT_ONCE: Final = 64
_LONGEST: Final = 256


class ModelUnusable(Exception):
    """The folder holds no model that can be used; says why."""


def embedded(folder: Path, texts: Sequence[str], check: Callable[[], None]) -> Vectors:
    """A vector a text: the mean over its words. Raises ModelUnusable."""
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
        answer = np.asarray(session.run(None, {name: value for name, value in given.items() if name in wanted})[0])
        mask = given["attention_mask"][:, :, None]
        rows.append(answer if answer.ndim == 2 else (answer * mask).sum(1) / np.maximum(mask.sum(1), 1))
    return np.asarray(normalize(np.vstack(rows).astype(np.float64)))


def _model(folder: Path) -> tuple[Any, Any]:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra, not always there
        from tokenizers import Tokenizer  # noqa: PLC0415 - the same
    except ImportError as missing:
        raise ModelUnusable(f"{missing.name} is not installed: install candour-helpdesk[embeddings]") from missing
    for name in ("model.onnx", "tokenizer.json"):
        if not (folder / name).is_file():
            raise ModelUnusable(f"{folder} holds no {name}")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    return tokenizer, session
