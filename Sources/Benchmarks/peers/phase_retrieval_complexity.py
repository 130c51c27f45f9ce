# SPDX-License-Identifier: GPL-3.0-or-later
"""The annealed complexity of phase retrieval (quartic loss, m = 0) at 50 numbers of samples, with NumPy and SciPy.

All critical points by the trapezoidal rule, minima by Gauss-Legendre panels up to the wall; scipy.optimize.root with continuation from many samples.
"""
import sys
import numpy as np
from scipy.optimize import root

KIND = sys.argv[1] if len(sys.argv) > 1 else "all"
ALPHAS = np.geomspace(40, 4, 50)
h = 9 / 300
g = (np.arange(300) + 0.5) * h
Z, Y = (x.ravel() for x in np.meshgrid(g, g, indexing="ij"))
keep = Z**2 + Y**2 < 81
Z, Y = Z[keep], Y[keep]
LOGW = np.log(4 * h * h / (2 * np.pi)) - 0.5 * (Z**2 + Y**2)
X1, W1 = np.polynomial.legendre.leggauss(60)


def nodes(s):
    if KIND == "all":
        return Z, Y, LOGW
    z = (np.arange(180) + 0.5) * 0.05
    wall = np.minimum(np.sqrt(3 * z * z + 1 / s), 9.0)
    parts = []
    for low, high in ((0 * z, np.minimum(z, wall)), (np.minimum(z, wall), wall)):
        # A square-root map clusters nodes at the wall.
        u = (1 + X1[None, :]) / 2
        y = high[:, None] - (high - low)[:, None] * u**3
        w = (high - low)[:, None] * 3 * u**2 * W1[None, :] / 2
        zz = np.broadcast_to(z[:, None], y.shape)
        parts.append((zz.ravel(), y.ravel(), (np.log(4 * 0.05 / (2 * np.pi) * w + 1e-300) - 0.5 * (zz**2 + y**2)).ravel()))
    return tuple(np.concatenate(x) for x in zip(*parts))


def law(logs):
    top = logs.max()
    w = np.exp(logs - top)
    total = w.sum()
    return w / total, top + np.log(total)


def equations(x, alpha):
    if KIND == "all":
        a, s, t = np.exp(x[0]), x[1], np.exp(x[2])
        z, y, logw = nodes(s)
        l1, l2 = z * (z * z - y * y), 3 * z * z - y * y
        xx = 1 + s * l2
        q = xx**2 + t * t * l2**2
        nu, logz = law(logw - a * l1**2 / 2 - s * z * l1 + 0.5 * np.log(q))
        size = s * s + t * t
        r = [1 - a * alpha * nu @ l1**2, np.sqrt(size) * (s / size - alpha * (nu @ (l2 * xx / q) - nu @ (z * l1))), 1 - alpha * size * (nu @ (l2**2 / q))]
        return r, 0.5 * np.log(a) - 0.5 * np.log(size) + alpha * logz
    a, s, hh = np.exp(x)
    z, y, logw = nodes(s)
    l1, l2 = z * (z * z - y * y), 3 * z * z - y * y
    xx = np.maximum(1 + s * l2, 1e-300)
    nu, logz = law(logw - a * l1**2 / 2 - (s + hh) * z * l1 + np.maximum(hh * l2 / xx, -700) + np.log(xx))
    r = [1 - a * alpha * nu @ l1**2, 1 - s * alpha * (nu @ (l2 / xx) - nu @ (z * l1)), 1 - alpha * s * s * (nu @ (l2 / xx) ** 2)]
    return r, 0.5 * np.log(a) - np.log(s) - hh / s + alpha * logz


first, second = 12.0, 24.0
x = np.array([-np.log(40 * first), 0.0, -0.5 * np.log(40 * second)])
if KIND != "all":
    x[1], x[2] = -0.5 * np.log(40 * second), np.log(2 * np.sqrt(second / 40) / 36 - (40 * second) ** -0.5)
for alpha in ALPHAS:
    x = root(lambda v: equations(v, alpha)[0], x, tol=1e-11).x
print(alpha, equations(x, alpha)[1])
