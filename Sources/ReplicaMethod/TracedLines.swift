package enum TracedLines {
  package static func folds(p: Int, deltap: Double) -> [Double] { [] }
  package static func cusp(p: Int) -> (deltap: Double, inverseDelta2: Double)? { nil }
  package static func langevinFold(p: Int) -> (delta2: Double, deltap: Double)? { nil }
}
