/// Tells code from comments and string literals, as far as the rules of the house need it.
enum SwiftCode {
  /// The text with every octet of a comment or string literal, line ends aside, replaced by a space;
  /// what is interpolated into a literal stays code. C's comments and literals are alike.
  static func stripped(_ text: String) -> String {
    var stripper = Stripper(input: Array(text.utf8))
    stripper.code(until: nil)
    return String(decoding: stripper.output, as: UTF8.self)
  }

  private struct Stripper {
    let input: [UInt8]
    var output: [UInt8] = []
    var position = 0

    /// Copies code up to the end, or to the parenthesis that closes an interpolation.
    mutating func code(until close: UInt8?) {
      var depth = 0
      while position < input.count {
        let octet = input[position]
        // A slash, a quotation mark or a number sign: everything else is plain code.
        let isSpecial = octet == 0x2F || octet == 0x22 || octet == 0x23
        if isSpecial && starts("//") {
          comment()
        } else if isSpecial && starts("/*") {
          blockComment()
        } else if isSpecial, let hashCount = literalStart() {
          literal(hashCount: hashCount)
        } else {
          if close != nil && octet == UInt8(ascii: "(") { depth += 1 }
          if octet == close {
            if depth == 0 { return }
            depth -= 1
          }
          copy()
        }
      }
    }

    private mutating func copy() {
      guard position < input.count else { return }
      output.append(input[position])
      position += 1
    }

    private func starts(_ prefix: String, at offset: Int = 0) -> Bool {
      input[min(position + offset, input.count)...].starts(with: prefix.utf8)
    }

    /// The number of `#` before a quotation mark, when a literal starts here.
    private func literalStart() -> Int? {
      var hashCount = 0
      while starts("#", at: hashCount) { hashCount += 1 }
      return starts("\"", at: hashCount) ? hashCount : nil
    }

    private mutating func blank(_ count: Int = 1) {
      for _ in 0..<count where position < input.count {
        output.append(input[position] == 0x0A ? 0x0A : 0x20)
        position += 1
      }
    }

    private mutating func comment() {
      while position < input.count && input[position] != 0x0A { blank() }
    }

    private mutating func blockComment() {
      var depth = 0
      repeat {
        // A slash or an asterisk.
        let isSpecial = input[position] == 0x2F || input[position] == 0x2A
        if isSpecial && starts("/*") {
          depth += 1
          blank(2)
        } else if isSpecial && starts("*/") {
          depth -= 1
          blank(2)
        } else {
          blank()
        }
      } while depth > 0 && position < input.count
    }

    private mutating func literal(hashCount: Int) {
      let hashes = String(repeating: "#", count: hashCount)
      blank(hashCount)
      let quotes = starts("\"\"\"") ? "\"\"\"" : "\""
      blank(quotes.count)
      while position < input.count {
        // A quotation mark or a backslash.
        let isSpecial = input[position] == 0x22 || input[position] == 0x5C
        if !isSpecial && (quotes.count > 1 || input[position] != 0x0A) {
          blank()
        } else if starts(quotes + hashes) {
          blank(quotes.count + hashCount)
          return
        } else if starts("\\" + hashes + "(") {
          blank(hashCount + 1)
          copy()
          code(until: UInt8(ascii: ")"))
          copy()
        } else if starts("\\" + hashes) {
          // An escape: its second character ends no literal.
          blank(hashCount + 2)
        } else if quotes.count == 1 && input[position] == 0x0A {
          // An unclosed literal is no Swift; the rest of the file is read as code again.
          return
        } else {
          blank()
        }
      }
    }
  }
}
