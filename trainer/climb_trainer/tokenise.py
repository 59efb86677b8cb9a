"""tokenise: documents and their clusters in, one token shard per cluster out.

Three passes over the shards, each a stream: verify and count, choose the tokenizer's sample, encode.
Memory holds one batch of texts, a few MiB of tokens, 8 bytes a document for the offsets, 32 for the sample.
"""

import hashlib
from array import array
from pathlib import Path

import numpy as np

from . import VERSION, encoder, faults, files, lifeline, tokens
from .contract import BadData, BadSpec, Progress
from .rundir import RunDir

DROPPED = 65535
BATCH_BYTES = 1 << 20
FLUSH_BYTES = 16 << 20


def run(spec: dict, out: RunDir) -> dict:
    """Write tokenizer.json, <cluster>.bin, <cluster>.idx; returns the manifest."""
    assignment = verify(spec)
    progress = Progress(len(assignment))
    progress.update(0)
    staged = out.staging()
    if spec["tokenizer"]:
        source = Path(spec["tokenizer"]["path"])
        files.verify(source, spec["tokenizer"]["sha256"])
        files.write(staged / "tokenizer.json", source.read_bytes())
    else:
        files.write(staged / "tokenizer.json", tokens.train(sample(spec, assignment), spec["vocabSize"]))
    tokenizer, bos = tokens.load(staged / "tokenizer.json")
    vocab = 1 + max(tokenizer.get_vocab().values())  # ids of others may have gaps
    if vocab > spec["vocabSize"]:
        raise BadSpec(f"vocabSize: expected at least {vocab}, the size of the given tokenizer, found {spec['vocabSize']}")
    encode = encoder.encoder(tokenizer)
    dtype = "uint16" if vocab <= 65536 else "uint32"
    writers = [Shard(staged, name, bos, np.dtype(dtype).newbyteorder("<")) for name in spec["clusters"]]

    done = 0
    for batch in batches(spec, assignment):
        faults.point("tokenise.batch")
        lifeline.check()
        for (cluster, text), ids in zip(batch, encode([text for _, text in batch])):
            writers[cluster].add(ids, len(text.encode()))
        done += len(batch)
        if sum(len(w.pending) for w in writers) > FLUSH_BYTES:
            for writer in writers:
                writer.flush()
        progress.update(done, tokens=sum(w.tokens for w in writers))

    clusters = [writer.close() for writer in writers]
    tokenizer_file = files.reference(staged / "tokenizer.json", "tokenizer.json")
    for file in sorted(staged.iterdir()):
        out.publish_tree(file, file.name)
    staged.rmdir()
    return {"schema": 1, "spec": out.spec, "trainer": {"version": VERSION}, "tokenizer": tokenizer_file,
            "vocabSize": vocab, "bos": bos, "dtype": dtype, "clusters": clusters,
            **{key: sum(c[key] for c in clusters) for key in ("documents", "tokens", "bytes")}}


class Shard:
    """One cluster's .bin and .idx, appended to in blocks; files are open only while written, so that
    a thousand clusters need no thousand file handles."""

    def __init__(self, folder: Path, name: str, bos: int, dtype: np.dtype):
        self.name, self.dtype = name, dtype
        self.bos = np.array(bos, dtype).tobytes()
        self.bin, self.idx = folder / f"{name}.bin", folder / f"{name}.idx"
        self.hash, self.pending, self.starts = hashlib.sha256(), bytearray(), array("Q", [0])
        self.tokens = self.bytes = 0

    def add(self, ids: np.ndarray, text_bytes: int) -> None:
        """A document: BOS and its ids."""
        self.pending += self.bos
        self.pending += ids.astype(self.dtype).tobytes()
        self.tokens += 1 + len(ids)
        self.bytes += text_bytes
        self.starts.append(self.tokens)

    def flush(self) -> None:
        self.hash.update(self.pending)
        files.write(self.bin, self.pending, "ab")
        self.pending = bytearray()

    def close(self) -> dict:
        """Write what is pending and the offsets of document starts (tokens, uint64 LE, documents + 1 entries)."""
        self.flush()
        files.write(self.idx, np.array(self.starts, "<u8").tobytes())
        return {"cluster": self.name, "tokens": self.tokens, "documents": len(self.starts) - 1, "bytes": self.bytes,
                "bin": files.reference(self.bin, self.bin.name, self.hash.hexdigest()),
                "idx": files.reference(self.idx, self.idx.name)}


def verify(spec: dict) -> np.ndarray:
    """Check every input before any work; returns the assignment, uint16 [documents]."""
    path, documents = Path(spec["assignment"]["path"]), sum(s["documents"] for s in spec["shards"])
    files.verify(path, spec["assignment"]["sha256"])
    assignment = np.fromfile(path, "<u2")
    if path.stat().st_size != 2 * documents:
        raise BadData(f"file {path}: expected 2 bytes for each of {documents} documents, found {path.stat().st_size} bytes")
    kept = assignment[assignment != DROPPED]
    if len(kept) and kept.max() >= len(spec["clusters"]):
        raise BadData(f"file {path}: expected indices below {len(spec['clusters'])} (or {DROPPED} for dropped), found {kept.max()}")
    if not len(kept):
        raise BadData(f"file {path}: expected at least one document in a cluster, found {documents} documents, all dropped")
    for shard in spec["shards"]:
        files.verify(Path(shard["path"]), shard["sha256"], each_block=lifeline.check)
    return assignment


def documents(spec: dict, assignment: np.ndarray):
    """(cluster, id, text) of every kept document, in order. Raises BadData where counts disagree."""
    position = 0
    for shard in spec["shards"]:
        path, number = Path(shard["path"]), 0
        with open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if number > shard["documents"]:
                    break
                cluster = int(assignment[position])
                position += 1
                if cluster != DROPPED:
                    yield cluster, *tokens.document(line, path, number)
        if number != shard["documents"]:
            found = f"{number} lines" if number < shard["documents"] else "more"
            raise BadData(f"file {path}: expected {shard['documents']} documents, found {found}; the spec and the shard disagree")


def batches(spec: dict, assignment: np.ndarray):
    """Lists of (cluster, text) of about BATCH_BYTES characters."""
    batch, size = [], 0
    for cluster, _, text in documents(spec, assignment):
        batch.append((cluster, text))
        size += len(text)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def sample(spec: dict, assignment: np.ndarray):
    """Texts to train the tokenizer on: documents in the order of a hash of seed and id until
    sampleBytes are reached, the last one whole. A function of the documents, not of their order
    or sharding, up to the order in which their counts are summed, which doesn't matter."""
    ranks, sizes = bytearray(), array("Q")
    for _, name, text in documents(spec, assignment):
        lifeline.check()
        ranks += hashlib.sha256(f"{spec['seed']}\0{name}".encode()).digest()[:8]
        sizes.append(len(text.encode()))
    order = np.argsort(np.frombuffer(ranks, ">u8"), kind="stable")
    before = np.concatenate([[0], np.cumsum(np.array(sizes)[order])[:-1]])
    chosen = np.zeros(len(sizes), bool)
    chosen[order[before < spec["sampleBytes"]]] = True
    for use, (_, _, text) in zip(chosen, documents(spec, assignment)):
        if use:
            yield text
