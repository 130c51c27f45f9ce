// SPDX-License-Identifier: GPL-3.0-or-later

import RandomMatrixTheory
import SaddlepointCore
import Testing

@Suite struct SpectrumQuestionTests {
  private static let questions = [
    SemicircleLaw.spectrumEdges, SemicircleLaw.spectrumSpike, SemicircleLaw.spectrumAt,
    MarchenkoPasturLaw.spectrumEdges, MarchenkoPasturLaw.spectrumSpike, MarchenkoPasturLaw.spectrumAt,
  ]

  private func row(_ question: Question, _ entries: KeyValuePairs<Quantity, Double>) throws -> [Quantity: Cell] {
    let rows = try question.rows(at: Point(entries), tolerance: 1e-9)
    #expect(rows.count == 1)
    #expect(rows[0].count == question.allColumns.count)
    return Dictionary(uniqueKeysWithValues: zip(question.allColumns.map(\.quantity), rows[0]))
  }

  @Test func questionsAreWellFormed() {
    for question in Self.questions {
      #expect(question.name == "spectrum")
      #expect(question.columns.contains { $0.quantity == question.main })
      #expect(Set(question.allColumns.map(\.quantity)).count == question.allColumns.count)
    }
    #expect(SemicircleLaw.card.name == "semicircle")
    #expect(MarchenkoPasturLaw.card.name == "marchenko-pastur")
  }

  @Test func edges() throws {
    let semicircle = try row(SemicircleLaw.spectrumEdges, ["variance": 4])
    #expect(semicircle["lower_edge"] == .number(-4))
    #expect(semicircle["upper_edge"] == .number(4))
    #expect(semicircle["edge"] == .text("soft"))
    #expect(semicircle["status"] == .text("exact"))
    #expect(semicircle["error"] == .empty)
    let square = try row(MarchenkoPasturLaw.spectrumEdges, ["aspect": 1])
    #expect(square["edge"] == .text("hard"))
    #expect(square["lower_edge"] == .number(0))
    #expect(try row(MarchenkoPasturLaw.spectrumEdges, ["aspect": 4])["atom"] == .number(0.75))
  }

  @Test func spikes() throws {
    let strong = try row(SemicircleLaw.spectrumSpike, ["variance": 1, "spike": 2])
    #expect(strong["outlier"] == .number(2.5))
    #expect(strong["outlier_overlap_squared"] == .number(0.75))
    #expect(strong["detached"] == .flag(true))
    for weak in [
      try row(SemicircleLaw.spectrumSpike, ["variance": 1, "spike": 0.5]),
      try row(MarchenkoPasturLaw.spectrumSpike, ["aspect": 0.25, "spike": 0.5]),
    ] {
      #expect(weak["outlier"] == .empty)
      #expect(weak["outlier_overlap_squared"] == .empty)
      #expect(weak["detached"] == .flag(false))
      #expect(weak["status"] == .text("outside-domain"))
      #expect(weak["reason"] == .text("not-detached"))
    }
    let covariance = try row(MarchenkoPasturLaw.spectrumSpike, ["aspect": 0.25, "spike": 1])
    #expect(covariance["outlier"] == .number(2.5))
  }

  @Test func places() throws {
    let semicircle = try row(SemicircleLaw.spectrumAt, ["variance": 1, "at": 2.5])
    #expect(semicircle["density"] == .number(0))
    #expect(semicircle["cdf"] == .number(1))
    #expect(semicircle["stieltjes"] == .number(0.5))
    let pole = try row(MarchenkoPasturLaw.spectrumAt, ["aspect": 4, "at": 0])
    #expect(pole["stieltjes"] == .empty)
    #expect(pole["log_potential"] == .number(-.infinity))
    #expect(pole["cdf"] == .number(0.75))
    #expect(try row(MarchenkoPasturLaw.spectrumAt, ["aspect": 1, "at": 0])["density"] == .number(.infinity))
  }

  @Test func badValuesAreRefused() {
    #expect(throws: DomainError.self) { try SemicircleLaw.spectrumEdges.answer(Point(["variance": 0])) }
    #expect(throws: DomainError.self) { try SemicircleLaw.spectrumAt.answer(Point(["variance": 1, "at": .nan])) }
    #expect(throws: DomainError.self) { try SemicircleLaw.spectrumSpike.answer(Point(["variance": 1])) }
    #expect(throws: DomainError.self) { try MarchenkoPasturLaw.spectrumEdges.answer(Point(["aspect": -1])) }
    #expect(throws: DomainError.self) {
      try MarchenkoPasturLaw.spectrumSpike.answer(Point(["aspect": 1, "spike": -1]))
    }
    #expect(throws: DomainError.self) {
      try MarchenkoPasturLaw.spectrumAt.answer(Point(["aspect": 1, "at": .infinity]))
    }
  }
}
