# SPDX-License-Identifier: GPL-3.0-or-later
"""Bayes-optimal phase retrieval as one would write it with NumPy: plain iteration of state evolution to 1e-8.

modulus: y = |z| at 100 numbers of samples. general: y = |z|^1.5 + noise, with tables of P(y|z). full-recovery: the largest
alpha(q) by SciPy's bounded minimiser.
"""
import sys

import numpy as np

TASK = sys.argv[1] if len(sys.argv) > 1 else "modulus"
# The trapezoidal rule for a standard normal variable.
STEP = 0.05 if TASK == "full-recovery" else 0.1
X = np.arange(-8.5, 8.51, STEP)
WX = STEP * np.exp(-(X**2) / 2) / np.sqrt(2 * np.pi)
HALF = X >= -1e-9


def modulus(q):
    """E g_out^2 of y = |z|: the posterior mean of z is y tanh(y w/V)."""
    v = 1 - q
    w = np.sqrt(q) * X[:, None]
    y = np.abs(w + np.sqrt(v) * X[None, :])
    return WX @ ((y * np.tanh(y * w / v) - w) ** 2 @ WX) / v**2


NOISE = 0.1
if TASK == "general":
    # The panels of a Gauss-Legendre rule in sqrt|z|, in which |z|^1.5 is a polynomial.
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.linspace(0, 2.9, 17)
    t = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in zip(edges, edges[1:])])
    dt = np.concatenate([(b - a) / 2 * weights for a, b in zip(edges, edges[1:])])
    Z, DZ = np.concatenate([-t * t, t * t]), np.concatenate([2 * t * dt, 2 * t * dt])
    Y = np.arange(-2.8, 28, 0.08)
    P = np.exp(-((Y[None, :] - np.abs(Z[:, None]) ** 1.5) ** 2) / (2 * NOISE)) / np.sqrt(2 * np.pi * NOISE)


def general(q):
    v = 1 - q
    # Even: w < 0 repeats w > 0.
    w = np.sqrt(q) * X[HALF][:, None]
    prior = DZ * np.exp(-((Z[None, :] - w) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v)
    mass = prior @ P
    mean = (prior * (Z[None, :] - w)) @ P
    weights = WX[HALF] * np.where(X[HALF] > 1e-9, 2, 1)
    return weights @ np.sum(mean**2 / np.maximum(mass, 1e-300), axis=1) * 0.08 / v**2


if TASK == "full-recovery":
    from scipy.optimize import minimize_scalar

    def strength(x):
        g = np.exp(x)
        return -g / modulus(g / (1 + g))

    print(-minimize_scalar(strength, bounds=(-1, 3), method="bounded", options={"xatol": 1e-7}).fun)
else:
    gain = modulus if TASK == "modulus" else general
    for alpha in np.linspace(0.5, 1.1 if TASK == "modulus" else 2, 100):
        q = 1e-3
        for _ in range(5000):
            g = alpha * gain(q)
            before, q = q, g / (1 + g)
            if abs(q - before) < 1e-8:
                break
        print(alpha, q)
