# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the Hessian of threshold states of (z^2-y^2)^2/(a+y^2) gets a descent direction towards the signal, at 50 values of a.

The one-step equations at no overlap, by fixed panels and scipy.optimize.root, continued from a = 1 downwards.
"""
import numpy as np
from scipy.optimize import root

X, W = np.polynomial.legendre.leggauss(16)


def panels(count):
    """Nodes and weights of panels on [0, 1]."""
    edges = np.linspace(0, 1, count + 1)
    return (
        np.concatenate([(a + b) / 2 + (b - a) / 2 * X for a, b in zip(edges, edges[1:])]),
        np.concatenate([(b - a) / 2 * W for a, b in zip(edges, edges[1:])]),
    )


U, DU = panels(8)


def labels(chi, a):
    """Labels in (0, 9.5), clustered at the one where the proximal point begins to jump."""
    reach = 9.5
    if 4 * chi <= 1:
        return reach * U**3, reach * 3 * U**2 * DU
    kink = min(np.sqrt(a / (4 * chi - 1)), 8)
    # Both u^2 at the kink and, on the left, u^2 at 0 for small a.
    left = kink * (1 - U**2)
    right = kink + (reach - kink) * U**4
    return np.concatenate([left, right]), np.concatenate([kink * 2 * U * DU, (reach - kink) * 4 * U**3 * DU])


def averages(chi, s, a):
    y, dy = labels(chi, a)
    c = (4 / (a + y**2))[:, None]
    y = y[:, None]
    z0 = np.sqrt(np.maximum(0, y**2 - 1 / (chi * c)))
    low, high = np.maximum(z0, y), np.full_like(y, 10)
    for _ in range(50):
        middle = (low + high) / 2
        up = middle + chi * c * middle * (middle**2 - y**2) < 9.5
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    z = np.concatenate([z0 + (y - z0) * U**3, y + (low - y) * U**2], axis=1)
    dz = np.concatenate([(y - z0) * 3 * U**2 * DU, (low - y) * 2 * U * DU], axis=1)
    first, second = c * z * (z**2 - y**2), c * (3 * z**2 - y**2)
    value = c * (z**2 - y**2) ** 2 / 4
    h = z + chi * first
    p = dz * (1 + chi * second) * np.exp(-(h**2) / 2 - s * (value + chi * first**2 / 2))
    p /= p.sum(axis=1, keepdims=True)
    r = chi * second / (1 + chi * second)
    weight = dy * np.sqrt(2 / np.pi) * np.exp(-(y[:, 0] ** 2) / 2)
    return (
        weight @ (p * (chi * first) ** 2).sum(axis=1), weight @ (p * r**2).sum(axis=1),
        (weight * (1 - y[:, 0] ** 2)) @ (p * r).sum(axis=1),
    )


def alpha(x, a):
    chi, s = np.exp(x)
    return chi / ((chi + s) * averages(chi, s, a)[0])


def equations(x, a):
    chi, s = np.exp(x)
    displacement, squared, signal = averages(chi, s, a)
    samples = chi / ((chi + s) * displacement)
    return [samples * squared - 1, samples * signal - 1]


x = np.log([0.1538, 0.2751])
for a in np.geomspace(1, 0.01, 50):
    x = root(equations, x, args=(a,), tol=1e-10).x
    print(a, alpha(x, a))
