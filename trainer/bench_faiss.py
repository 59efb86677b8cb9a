"""Vectors to cluster, and how fast and how well FAISS clusters them; `npm run bench:corpus -- --vectors` starts it.

    bench_faiss.py make N D FILE            writes N x D float32, little-endian, row-major
    bench_faiss.py cluster N D K FILE       the last line of stdout is JSON
"""

import json
import sys
import time

import numpy as np

THREADS = 2
SEED = 1
DIRECTIONS = 1000
BLOCK = 100_000


def make(n: int, d: int, path: str) -> None:
    """Unit vectors around DIRECTIONS directions of unequal weight, the noise as long as the direction."""
    draws = np.random.default_rng(SEED)
    directions = unit(draws.standard_normal((DIRECTIONS, d), dtype=np.float32))
    weights = 1 / np.sqrt(np.arange(1, DIRECTIONS + 1))
    with open(path, "wb") as file:
        for first in range(0, n, BLOCK):
            rows = min(BLOCK, n - first)
            chosen = draws.choice(DIRECTIONS, rows, p=weights / weights.sum())
            noise = draws.standard_normal((rows, d), dtype=np.float32) / np.float32(np.sqrt(d))
            file.write(unit(directions[chosen] + noise).astype("<f4").tobytes())


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def cluster(n: int, d: int, k: int, path: str) -> dict:
    """From vectors in memory to the assignment of all, by the defaults of faiss.Kmeans."""
    import faiss

    vectors = np.fromfile(path, "<f4").reshape(n, d)
    faiss.omp_set_num_threads(THREADS)
    began, cpu = time.perf_counter(), time.process_time()
    kmeans = faiss.Kmeans(d, k, niter=25, max_points_per_centroid=256, seed=SEED)
    kmeans.train(vectors)
    fitted = time.perf_counter()
    distances, _ = kmeans.index.search(vectors, 1)
    return {"seconds": time.perf_counter() - began, "fitSeconds": fitted - began, "cpuSeconds": time.process_time() - cpu,
            "inertia": float(distances.sum(dtype=np.float64)), "version": faiss.__version__}


if __name__ == "__main__":
    command, *sizes, path = sys.argv[1:]
    result = {"make": make, "cluster": cluster}[command](*map(int, sizes), path)
    print(json.dumps(result))
