"""A sampler in the shape of D-Wave's, speaking the stream protocol; standard library only.

`sample` gets a QUBO {(i, j): weight}, i <= j, and yields (bits, energy): put your own in its place.
"""
import random
import sys
import time


def read_qubo(path):
    """A qbsolv file: lines `i j weight`, minimised."""
    rows = [line.split() for line in open(path) if line[0] not in "cp\n"]
    size = next(int(line.split()[3]) for line in open(path) if line[0] == "p")
    return size, {(int(i), int(j)): float(w) for i, j, w in rows}


def energy(qubo, x):
    return sum(w for (i, j), w in qubo.items() if x[i] and x[j])


class Sampler:
    def sample(self, size, qubo, seconds, seed):
        rng, end = random.Random(seed), time.monotonic() + seconds
        while time.monotonic() < end:
            x = [rng.randrange(2) for _ in range(size)]
            yield x, energy(qubo, x)


model, seconds, seed = sys.argv[1:4]
size, qubo = read_qubo(model)
best = None
for x, value in Sampler().sample(size, qubo, float(seconds), int(seed)):
    if best is None or value < best:
        best = value
        print("incumbent", repr(value), "".join(map(str, x)), flush=True)
print("done")
