// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns the little TeX that symbols are written in into gnuplot's markup: Greek, sub- and superscripts, fractions,
/// roots, accents.
///
/// Latin and small Greek letters become italic, as in print; an unknown command stands as its name.
struct TeXTranslator {
  private let characters: [Character]
  private var position = 0

  init(_ tex: some StringProtocol) { characters = Array(tex) }

  /// The whole text.
  mutating func translate() -> FigureText { sequence(until: nil) }

  private mutating func sequence(until end: Character?) -> FigureText {
    var result = FigureText()
    while position < characters.count {
      if characters[position] == end {
        position += 1
        return result
      }
      result.append(atom())
    }
    return result
  }

  private mutating func atom() -> FigureText {
    let character = characters[position]
    position += 1
    switch character {
    case "\\": return command()
    case "{": return sequence(until: "}")
    case "_", "^": return script(character)
    case "'": return plain("′")
    case "-": return plain("−")
    case "*": return plain("∗")
    case "~": return plain(" ")
    case "=", "<", ">": return plain("\u{2009}\(character)\u{2009}")
    case _ where character.isWhitespace: return FigureText()
    case _ where character.isASCII && character.isLetter: return italic(String(character))
    default: return plain(String(character))
    }
  }

  /// The argument of a command or script: a group or a single atom.
  private mutating func argument() -> FigureText {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    return position < characters.count ? atom() : FigureText()
  }

  /// A group as it is written, for text that is not mathematics.
  private mutating func verbatimArgument() -> String {
    guard position < characters.count, characters[position] == "{" else { return "" }
    let start = position + 1
    while position < characters.count, characters[position] != "}" { position += 1 }
    let end = position
    position = min(position + 1, characters.count)
    return String(characters[min(start, end)..<end])
  }

  private mutating func script(_ sign: Character) -> FigureText {
    let inner = argument()
    var result = FigureText()
    result.markup = "\(sign){\(inner.markup)}"
    result.width = 0.8 * inner.width
    return result
  }

  private mutating func command() -> FigureText {
    var name = ""
    while position < characters.count, characters[position].isASCII, characters[position].isLetter {
      name.append(characters[position])
      position += 1
    }
    if name.isEmpty {
      guard position < characters.count else { return FigureText() }
      let character = characters[position]
      position += 1
      return ",;: ".contains(character) ? plain("\u{2009}") : character == "!" ? FigureText() : plain(String(character))
    }
    if let letter = greek[name] {
      return letter.isUppercase ? plain(String(letter)) : italic(String(letter))
    }
    if let symbol = symbols[name] { return plain(symbol) }
    if let accent = accents[name] {
      // Combining marks follow the letter that bears them.
      var result = argument()
      let insertion = result.markup.lastIndex(of: "}") ?? result.markup.endIndex
      result.markup.insert(contentsOf: String(Character(accent)), at: insertion)
      return result
    }
    switch name {
    case "mathrm", "text", "operatorname", "mathit", "textrm", "mbox": return plain(verbatimArgument())
    case "frac", "tfrac", "dfrac":
      let (above, below) = (argument(), argument())
      return joined([parenthesised(above), plain("/"), parenthesised(below)])
    case "sqrt": return joined([plain("√"), parenthesised(argument())])
    case "left", "right", "mathcal", "mathbf", "displaystyle": return FigureText()
    default: return plain(name)
    }
  }

  private func parenthesised(_ text: FigureText) -> FigureText {
    text.width <= 1.1 ? text : joined([plain("("), text, plain(")")])
  }

  private func joined(_ parts: [FigureText]) -> FigureText {
    parts.reduce(into: FigureText()) { $0.append($1) }
  }

  private func plain(_ text: String) -> FigureText {
    var result = FigureText()
    result.appendPlain(text)
    return result
  }

  private func italic(_ letter: String) -> FigureText {
    var result = FigureText()
    result.markup = "{/:Italic \(letter)}"
    result.width = letter.first.map(emWidth) ?? 0
    return result
  }
}

private let greek: [String: Character] = [
  "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
  "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
  "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
  "omega": "ω", "ell": "ℓ", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
  "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
]

private let symbols: [String: String] = [
  "infty": "∞", "cdot": "·", "times": "×", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
  "ne": "≠", "neq": "≠", "approx": "≈", "sim": "~", "to": "→", "rightarrow": "→", "partial": "∂", "nabla": "∇",
  "langle": "⟨", "rangle": "⟩", "star": "⋆", "ast": "∗", "prime": "′", "dagger": "†", "parallel": "∥", "perp": "⊥",
  "sum": "∑", "prod": "∏", "int": "∫", "propto": "∝", "equiv": "≡", "in": "∈", "dots": "…", "ldots": "…", "cdots": "⋯",
  "quad": "\u{2003}", "log": "log", "ln": "ln", "exp": "exp", "max": "max", "min": "min", "lim": "lim", "det": "det",
]

private let accents: [String: Unicode.Scalar] = [
  "hat": "\u{302}", "bar": "\u{304}", "tilde": "\u{303}", "dot": "\u{307}", "ddot": "\u{308}", "vec": "\u{20D7}",
  "widehat": "\u{302}", "overline": "\u{304}", "widetilde": "\u{303}",
]
