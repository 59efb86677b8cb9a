"""Evaluation items as token sequences: the cloze form of lm-evaluation-harness, 0-shot, or plain text.

A question's continuation is " " + choice. Context and continuation are split in tokens as the
harness does (lm_eval/api/model.py, TemplateLM._encode_pair): spaces that end the context move to
the continuation, the two are encoded together, and the context's own length is where they part.
A text is one continuation of nothing. BOS comes first; a sequence longer than the model's context
loses its oldest tokens.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import files
from .contract import BadData
from .spec import parse
from .tokens import clean

QUESTION, TEXT = '{"id", "query", "choices", "gold"}', '{"id", "text"}'


@dataclass
class Task:
    """Items of one task. `continuations[i]` are the candidates of item i as they are scored, leading
    space included; those of a text are the text itself."""

    name: str
    all_choices: bool
    is_text: bool
    ids: list
    queries: list[str]
    continuations: list[list[str]]
    golds: list[int]

    def scored(self, item: int):
        """Candidates of an item that have a request."""
        return range(len(self.continuations[item])) if self.all_choices else [self.golds[item]]


def read_task(spec: dict, all_choices: bool) -> Task:
    """Parse and check one task's items. Raises BadData with file and line."""
    path = Path(spec["path"])
    files.verify(path, spec["sha256"])
    lines = path.read_bytes().splitlines()
    if not lines:
        raise BadData(f"file {path}: expected at least one item, found none; a task without items has no score")
    is_text = _is_text(lines[0])
    read, form = (_text, TEXT) if is_text else (_question, QUESTION)
    task = Task(spec["name"], all_choices, is_text, [], [], [], [])
    for number, line in enumerate(lines, 1):
        try:
            item = parse(line)
            if type(item["id"]) not in (str, int):
                raise TypeError("id is neither a string nor an integer")
            query, continuations, gold = read(item)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadData(f"file {path} line {number}: expected {form} like the first line, "
                          f"found {type(error).__name__}: {error}") from error
        task.ids.append(item["id"])
        task.queries.append(query)
        task.continuations.append(continuations)
        task.golds.append(gold)
    return task


def _is_text(line: bytes) -> bool:
    try:
        item = parse(line)
        return "text" in item and "choices" not in item
    except (ValueError, TypeError, RecursionError):
        return False  # the reader of questions will say what is wrong


def _question(item: dict) -> tuple[str, list[str], int]:
    query, choices, gold = item["query"], item["choices"], item["gold"]
    if type(query) is not str or type(choices) is not list or not choices:
        raise TypeError("query or choices have another type or choices is empty")
    if not all(type(c) is str and c for c in choices):
        raise TypeError("a choice is not a string or is empty")
    if type(gold) is not int or not 0 <= gold < len(choices):
        raise ValueError(f"gold {gold!r} is not an index into {len(choices)} choices")
    return clean(query), [" " + clean(c) for c in choices], gold


def _text(item: dict) -> tuple[str, list[str], int]:
    if type(item["text"]) is not str or not item["text"]:
        raise TypeError("text is not a string or is empty")
    return "", [clean(item["text"])], 0


def split(query: str, continuation: str) -> tuple[str, str]:
    """(context, continuation) after moving the context's trailing spaces."""
    context = query.rstrip()
    return context, query[len(context):] + continuation


@dataclass
class Piece:
    """Up to T tokens in, the last ones of them predicting `targets`; part of request `request`."""

    request: int
    inputs: np.ndarray  # int64 [n], n <= T
    targets: np.ndarray  # int64 [scored], the tokens after the last `scored` inputs


def sequences(tasks: list[Task], tokenizer, bos: int) -> list[tuple[np.ndarray, int]]:
    """Of every request, in order: its tokens behind a BOS, int64, and where those that are scored start."""
    pairs = [split(t.queries[i], t.continuations[i][c]) for t in tasks for i in range(len(t.ids)) for c in t.scored(i)]
    encode = lambda texts: [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    wholes = encode([context + continuation for context, continuation in pairs])
    distinct = list(dict.fromkeys(context for context, _ in pairs))
    lengths = {text: len(ids) for text, ids in zip(distinct, encode(distinct))}
    return [(np.array([bos, *ids], np.int64), 1 + min(lengths[text], len(ids) - 1))  # at least one token is scored
            for (text, _), ids in zip(pairs, wholes)]


def pieces(tasks: list[Task], tokenizer, bos: int, context: int) -> tuple[list[Piece], int]:
    """All pieces of all requests, and the number of requests (tasks, then items, then choices).

    A continuation longer than the model's context is scored whole, in blocks of `context` targets,
    each with as much to its left as fits: its bits per byte then is of all its bytes.
    """
    out, every = [], sequences(tasks, tokenizer, bos)
    for request, (sequence, start) in enumerate(every):
        end = len(sequence)
        while end > start:
            begin = max(start, end - context)
            out.append(Piece(request, sequence[max(0, end - 1 - context):end - 1], sequence[begin:end]))
            end = begin
    return out, len(every)


def pack(pieces: list[Piece], token_budget: int) -> list[list[Piece]]:
    """Batches of pieces of like length, at most token_budget tokens with padding (one piece at least)."""
    batches: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (len(p.inputs), p.request)):
        if not batches or (len(batches[-1]) + 1) * len(piece.inputs) > token_budget:
            batches.append([])
        batches[-1].append(piece)
    return batches
