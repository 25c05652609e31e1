import NecroOctets

/// Why a value cannot be written: the caller's fault.
public enum JSONMisuse: Error, Equatable, Sendable {
  /// NaN and the infinities have no JSON. `RFC 8259 §6`
  case notFinite
}

/// Writes JSON values, one call each. Commas, colons and brackets are the caller's, who knows where
/// in the document it is.
///
/// Source: `RFC 8259`.
public enum JSONSerializer {
  @inlinable
  public static func null(into output: inout OctetBuffer) {
    output.append("null")
  }

  @inlinable
  public static func boolean(_ value: Bool, into output: inout OctetBuffer) {
    output.append(value ? "true" : "false")
  }

  /// Writes an integer in decimal digits.
  public static func integer(_ value: Int64, into output: inout OctetBuffer) {
    output.appendDigits(value)
  }

  /// Writes an integer in decimal digits.
  public static func unsigned(_ value: UInt64, into output: inout OctetBuffer) {
    output.appendDigits(value)
  }

  /// Writes a string with its quotes. Escaped are `"`, `\` and the control characters below U+0020,
  /// in their short forms where there is one; nothing else.
  ///
  /// - Parameters:
  ///   - octets: valid UTF-8, which is not checked.
  ///   - kernel: how the octets are looked at, by default the best way; all give the same.
  ///
  /// Source: `RFC 8259 §7`.
  public static func string(
    _ octets: Span<UInt8>, into output: inout OctetBuffer, kernel: JSONKernel? = nil
  ) {
    output.appendString(octets, kernel)
  }

  /// Writes the octets of a string, one at a time.
  static func scalarString(_ octets: Span<UInt8>, into output: inout OctetBuffer) {
    for position in octets.indices {
      let octet = octets[position]
      if octet < 0x20 || octet == 0x22 || octet == 0x5C {
        escape(octet, into: &output)
      } else {
        output.append(octet)
      }
    }
  }

  private static func escape(_ octet: UInt8, into output: inout OctetBuffer) {
    switch octet {
    case 0x22: output.append(#"\""#)
    case 0x5C: output.append(#"\\"#)
    case 0x08: output.append(#"\b"#)
    case 0x09: output.append(#"\t"#)
    case 0x0A: output.append(#"\n"#)
    case 0x0C: output.append(#"\f"#)
    case 0x0D: output.append(#"\r"#)
    default:
      output.append(octet < 0x10 ? #"\u000"# : #"\u001"#)
      let digit = octet & 0x0F
      output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
  }

  /// Writes the shortest number that reads back as the same double, in the form of Python's `repr`:
  /// always with a fraction or an exponent, the exponent from 1e16 on and below 1e-4.
  ///
  /// - Throws: `notFinite`, with nothing written.
  public static func double(
    _ value: Double, into output: inout OctetBuffer
  ) throws(JSONMisuse) {
    guard value.isFinite else { throw .notFinite }
    output.appendDigits(value)
  }
}
