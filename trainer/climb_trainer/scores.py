"""From log-probabilities of continuations to a task's figures.

Bytes: `bitsPerByte` counts the continuation as it was scored, its leading space included (`bpb` of
OLMo-core's in-loop evaluation, ai2-olmo-eval). `accuracyNorm` divides by the bytes of the choice
without that space, as lm-evaluation-harness does (which counts characters; the same on ASCII).
"""

import math

from .requests import Task


def task_result(task: Task, log_probs: list[list[float]]) -> dict:
    """log_probs: nats, per item, one per scored continuation (all of them, or the gold one alone).

    bitsPerByte     sum of nats / (ln 2 * sum of bytes); bitsPerByteSe is its standard error (delta
                    method for a ratio of sums over items).
    bitsPerByteMean mean over items of each item's bits per byte; bitsPerByteMeanSe likewise.
    accuracy        share of items whose gold choice has the largest log-probability; ties: the first.
    accuracyNorm    the same per byte of the choice.
    margin          mean over items of gold minus best other choice, nats per byte of the choice;
                    items with one choice are left out.
    Standard errors are of the mean over items, null for a single item. The last three need all
    choices of a question; a plain text has none.
    """
    n = len(task.ids)
    choosing = task.all_choices and not task.is_text
    at = [gold if task.all_choices else 0 for gold in task.golds]
    gold = [row[g] for row, g in zip(log_probs, at)]
    size = [len(candidates[g].encode()) for candidates, g in zip(task.continuations, task.golds)]
    bits = [-nats / math.log(2) for nats in gold]
    pooled, per_item = math.fsum(bits) / sum(size), [b / s for b, s in zip(bits, size)]
    residuals = [(b - pooled * s) * n / sum(size) for b, s in zip(bits, size)]
    result = {"name": task.name, "n": n, "bitsPerByte": pooled, "bitsPerByteSe": standard_error(residuals),
              "bitsPerByteMean": math.fsum(per_item) / n, "bitsPerByteMeanSe": standard_error(per_item)}
    items = {"ids": task.ids, "goldLogProb": gold, "bytes": size}
    if choosing:
        lengths = [[len(c.encode()) - 1 for c in candidates] for candidates in task.continuations]
        rates = [[nats / b for nats, b in zip(row, sizes)] for row, sizes in zip(log_probs, lengths)]
        hits = [float(row.index(max(row)) == g) for row, g in zip(log_probs, at)]
        hits_norm = [float(row.index(max(row)) == g) for row, g in zip(rates, at)]
        margins = [row[g] - max(row[:g] + row[g + 1:]) for row, g in zip(rates, at) if len(row) > 1]
        result |= {"accuracy": math.fsum(hits) / n, "accuracySe": standard_error(hits),
                   "accuracyNorm": math.fsum(hits_norm) / n, "accuracyNormSe": standard_error(hits_norm),
                   "margin": math.fsum(margins) / len(margins) if margins else None, "marginSe": standard_error(margins)}
        items |= {"correct": hits, "correctNorm": hits_norm, "choiceLogProbs": log_probs, "choiceBytes": lengths}
    return result | {"items": items}


def standard_error(values: list[float]) -> float | None:
    """Sample standard deviation / sqrt(n), or None below two values."""
    n = len(values)
    if n < 2:
        return None
    mean = math.fsum(values) / n
    return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n)
