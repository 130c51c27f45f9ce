// SPDX-License-Identifier: GPL-3.0-or-later
// The Swift of the README, compiled and run; ReadmeTests compares the two word for word.

import Saddlepoint
import Testing

/// Delta2 at which gradient flow begins to succeed, beside the noise below which nothing stops message passing.
func windowOfFailure(deltap: Double) throws -> ClosedRange<Double> {
  let flow = try SpikedMatrixTensor.threshold(.gradientFlow, p: 3, deltap: deltap)[0].value.get()
  let messages = try SpikedMatrixTensor.threshold(.algorithmic, p: 3, deltap: deltap)[0].value.get()
  return flow...messages
}

func bestOverlap(delta2: Double) throws -> Double {
  let model = try SpikedMatrixTensor(p: 3, delta2: delta2, deltap: 0.5)
  let branches = try model.saddlePoints()
  return try branches.first(where: \.isDominant)?.overlap.get() ?? 0
}

@Test(arguments: [0.1, 0.5, 1.9]) func langevinLineOfThePaper(delta3: Double) throws {
  let line = try SpikedMatrixTensor.threshold(.langevin, p: 3, deltap: delta3)
  #expect(line[0].value.agrees(with: (delta3 / 2).squareRoot(), within: 1e-12))
}
