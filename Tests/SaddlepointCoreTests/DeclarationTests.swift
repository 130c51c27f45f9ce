// SPDX-License-Identifier: GPL-3.0-or-later

import SaddlepointCore
import Testing

@Suite struct DeclarationTests {
  private static let domains: [(domain: Domain, inside: [Double], outside: [Double])] = [
    (Domain.positiveOrInfinite, [1e-300, 1, Double.infinity], [0, -1, Double.nan]),
    (Domain.positive, [1], [0, Double.infinity, Double.nan]),
    (Domain.finite, [-1e300, 0], [Double.infinity, -Double.infinity, Double.nan]),
    (Domain.integers(from: 3, through: 1000), [3, 1000], [2, 2.5, 1001, Double.infinity, Double.nan]),
    (Domain(0, 1, includesUpper: false), [0, 0.999], [1, -1e-300, Double.nan]),
  ]

  @Test(arguments: domains.indices) func domainsHoldTheirValues(index: Int) {
    let (domain, inside, outside) = Self.domains[index]
    for x in inside { #expect(domain.contains(x)) }
    for x in outside { #expect(!domain.contains(x)) }
  }

  @Test func domainsReadAsConditions() {
    #expect(Domain.positiveOrInfinite.condition(on: "delta2") == "0 < delta2 <= inf")
    #expect(Domain.integers(from: 3, through: 10).condition(on: "p") == "integer 3 <= p <= 10")
    #expect(Domain.finite.condition(on: "x") == "finite x")
    #expect(Domain.nonNegative.condition(on: "temperature") == "0 <= temperature")
  }

  @Test func parametersNameWhatIsWrong() {
    let parameter = Parameter("delta2", symbol: "\\Delta_2", "noise", domain: .positive)
    #expect(throws: DomainError("delta2", "-1", allowed: "0 < delta2")) { try parameter.checked(-1) }
    let prior = Parameter("prior", symbol: "P", "law", choices: [.init("gaussian", ""), .init("rademacher", "")])
    #expect(throws: DomainError("prior", "cauchy", allowed: "gaussian, rademacher")) {
      try prior.check(.text("cauchy"))
    }
    #expect(throws: DomainError.self) { try prior.check(.number(1)) }
    #expect(prior.defaultValue == .text("gaussian"))
  }

  @Test(arguments: [
    ("gradient-flo", "gradient-flow"), ("spiked-matrix", "spiked-matrix-tensor"), ("delatp", "deltap"),
    ("Langevin", "langevin"), ("trivialisatoin", "trivialization"),
  ]) func nearestName(typed: String, meant: String) {
    let choices = [
      "gradient-flow", "langevin", "spiked-matrix-tensor", "spiked-tensor", "deltap", "delta2", "trivialization",
    ]
    #expect(Words.nearest(to: typed, among: choices) == meant)
  }

  @Test func farNamesGetNoAdvice() { #expect(Words.nearest(to: "quux", among: ["langevin", "critical"]) == nil) }

  @Test func bothSpellingsAreUnderstood() {
    #expect(Words.canonical("trivialisation", among: ["trivialization"]) == "trivialization")
    #expect(Words.canonical("normalized", among: ["normalised"]) == "normalised")
    #expect(Words.canonical("inverse_delta2", among: ["inverse-delta2"]) == "inverse-delta2")
    #expect(Words.canonical("phase", among: ["phases"]) == nil)
  }

  @Test func pointsGiveTypedValues() throws {
    let point = Point(["p", "prior"], [.number(3), .text("gaussian")])
    #expect(try point.integer("p") == 3)
    #expect(throws: DomainError.self) { try point.number("prior") }
    #expect(throws: DomainError.self) { try point.number("delta2") }
    #expect(throws: DomainError.self) { try Point(["p": 2.5]).integer("p") }
  }

  @Test func absentPointsSayWhy() {
    let absent = CriticalPoint.absent("delta2", "no-transition")
    #expect(absent.value.value == nil)
    #expect(absent[.overlap].value == nil)
    #expect(absent.value.status == .outsideDomain("no-transition"))
  }

  @Test func bibTeXHasWhatIsNeeded() {
    let citation = Citation(key: "a", authors: "B, C", title: "D", venue: "E", year: 2020, arXiv: "1234.5678")
    for part in ["@article{a,", "author = {B, C}", "title = {{D}}", "year = {2020}", "eprint = {1234.5678}"] {
      #expect(citation.bibTeX.contains(part))
    }
    #expect(citation.short == "arXiv:1234.5678")
  }
}
