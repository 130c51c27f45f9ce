# SPDX-License-Identifier: GPL-3.0-or-later
"""The p = 3 phase diagram as one would write it with SciPy: 200 points a line, roots by brentq to 1e-10.

Lines: weak recovery and algorithmic (constant), information-theoretic and informed spinodal (roots), ml-amp,
gradient-flow and langevin at T = 1 (closed forms). Prints one line a point, as our CSV does.
"""
import sys

import numpy as np
from scipy.optimize import brentq

P = 3
deltaps = np.geomspace(0.1, 10, 200)


def spinodal(deltap):
    """1/Delta2 at the fold of 1/(1-m) = 1/Delta2 + m^(p-2)/Deltap."""
    if not 0.25 < deltap < 1:
        return None
    m = brentq(lambda m: 1 / (1 - m) ** 2 - (P - 2) * m ** (P - 3) / deltap, 0, 1 - 1e-9, xtol=1e-12)
    return 1 / (1 - m) - m ** (P - 2) / deltap


def coexistence(deltap):
    """1/Delta2 where the informative maximum of the potential equals that at m = 0."""
    if deltap >= 1:
        return 1.0

    def informative(i2):
        fold = 1 - np.sqrt(deltap)
        return brentq(lambda m: 1 / (1 - m) - i2 - m / deltap, fold, 1 - 1e-12, xtol=1e-14)

    def difference(i2):
        m = informative(i2)
        return 0.5 * (np.log1p(-m) + m) + 0.25 * i2 * m**2 + m**P / (2 * P * deltap)

    low = max(0.0, (2 * np.sqrt(deltap) - 1) / deltap * (1 + 1e-12) + 1e-14)
    if difference(low) > 0:
        return None
    return brentq(difference, low, 1.0, xtol=1e-12)


out = sys.stdout
for deltap in deltaps:
    out.write(f"weak-recovery,{deltap!r},1.0\n")
    out.write(f"algorithmic,{deltap!r},1.0\n")
    for name, value in (("informed-spinodal", spinodal(deltap)), ("information-theoretic", coexistence(deltap))):
        if value is not None:
            out.write(f"{name},{deltap!r},{value!r}\n")
    for name, weight in (("ml-amp", 1), ("gradient-flow", P - 1)):
        out.write(f"{name},{deltap!r},{(deltap + np.sqrt(deltap**2 + 4 * weight * deltap)) / (2 * deltap)!r}\n")
    if deltap < 2:
        out.write(f"langevin,{deltap!r},{np.sqrt(2 / deltap)!r}\n")
