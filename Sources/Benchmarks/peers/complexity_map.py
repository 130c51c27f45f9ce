# SPDX-License-Identifier: GPL-3.0-or-later
"""The complexity of minima of the spiked matrix-tensor model as one would write it with NumPy, one thread.

Prints seconds for a 1000 x 1000 map over (m, r), the same over (m, u) with r maximised over by bisection of its slope,
and the trivialisation line (200 points, tops of the band around the equator by SciPy).
"""
import time

import numpy as np

P, DELTA2, DELTAP = 3, 0.4, 1.0


def constants(i2, ip):
    return i2 + ip, i2 + (P - 1) * ip, i2 / 2 + ip / P


def potential(t):
    t = np.abs(t)
    outside = np.maximum(t, 2)
    s = np.sqrt((outside - 2) * (outside + 2))
    return np.where(t <= 2, t**2 / 4 - 0.5, outside**2 / 4 - 0.5 - outside * s / 4 + np.log((outside + s) / 2))


def pulled(t):
    s = np.sqrt(np.maximum((t - 2) * (t + 2), 0))
    return t * s / 2 - 2 * np.log((t + s) / 2)


def cost(theta, t):
    strong = np.maximum(theta, 1)
    place = strong + 1 / strong
    moved = (pulled(t) - pulled(place)) / 4 + (t**2 - place**2) / 8 - strong * (t - place) / 2
    return np.where((theta > 1) & (t < place), moved, 0)


def minima(m, r, i2, ip, mean, variance, price):
    a, b, _ = constants(i2, ip)
    first, second = i2 * m + ip * m ** (P - 1), i2 + (P - 1) * ip * m ** (P - 2)
    base = 0.5 + 0.5 * np.log(b / a) + 0.5 * np.log(1 - m**2) - first**2 * (1 - m**2) / (2 * a)
    t = -r / np.sqrt(b)
    sigma = base - price - (r - mean) ** 2 / (2 * variance) + potential(t)
    return np.where(t >= 2, sigma - cost(second * (1 - m**2) / np.sqrt(b), np.maximum(t, 2)), -np.inf)


def by_radial(m, r, i2=1 / DELTA2, ip=1 / DELTAP):
    a, b, _ = constants(i2, ip)
    return minima(m, r, i2, ip, -m * (i2 * m + ip * m ** (P - 1)), a + b, 0)


def by_energy(m, u, i2=1 / DELTA2, ip=1 / DELTAP):
    a, b, v = constants(i2, ip)
    first, second = i2 * m + ip * m ** (P - 1), i2 + (P - 1) * ip * m ** (P - 2)
    shift = u + i2 * m**2 / 2 + ip * m**P / P
    mean, variance = a / v * shift - m * first, a + b - a**2 / v
    theta = second * (1 - m**2) / np.sqrt(b)

    def slope(t):
        s = np.sqrt((t - 2) * (t + 2))
        spike = np.where((theta > 1) & (t < theta + 1 / np.maximum(theta, 1e-9)), (s + t) / 4 - theta / 2, 0)
        return -np.sqrt(b) * (np.sqrt(b) * t + mean) / variance + (t - s) / 2 - spike

    low, high = np.full(np.broadcast(m, u).shape, 2.0), np.full(np.broadcast(m, u).shape, 40.0)
    for _ in range(45):
        middle = (low + high) / 2
        up = slope(middle) > 0
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    return minima(m, -np.sqrt(b) * low, i2, ip, mean, variance, shift**2 / (2 * v))


def best(runs, body):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return min(times)


m = np.linspace(-0.95, 0.95, 1000)[:, None]
print("radial", best(3, lambda: by_radial(m, np.linspace(-9, -4, 1000)[None, :])))
print("energy", best(1, lambda: by_energy(m, np.linspace(-3, -1, 1000)[None, :])))
try:
    from scipy.optimize import brentq, minimize_scalar

    def top(i2, ip):
        a, b, _ = constants(i2, ip)

        def height(m):
            first = i2 * m + ip * m ** (P - 1)
            return -by_radial(np.array(m), -np.sqrt(b) * np.linspace(2, 2.5, 60), i2, ip).max()

        return -minimize_scalar(height, bounds=(-0.2, 0.05), method="bounded", options={"xatol": 1e-9}).fun

    def line():
        for ip in 1 / np.geomspace(0.2, 10, 20):
            flow = 0.5 * (1 + np.sqrt(1 + 4 * (P - 1) * ip))
            brentq(lambda i2: top(i2, ip), flow, 2 * flow, xtol=1e-10)

    # A tenth of the points, ten times the time.
    print("line", 10 * best(1, line))
except ImportError:
    pass
