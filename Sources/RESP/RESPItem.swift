import NecroOctets

/// What a decoder gives out: a value that has no parts, or the beginning of one that has. The parts of
/// an aggregate follow as items of their own, as many as it announced, in the order of the wire.
///
/// Slices are positions in the decoder's storage, or in the span that a `RESPReader` reads.
@frozen
public enum RESPItem: Equatable, Sendable {
  /// A string without CR and LF.
  case simpleString(Slice)
  /// An error without CR and LF: its code, a space, and what it says.
  case simpleError(Slice)
  case number(Int64)
  /// A string of any octets.
  case bulkString(Slice)
  /// No value. Version 2 writes it as a string or an array of length -1, which mean the same.
  case null
  case boolean(Bool)
  /// The text of a double, its grammar checked: `RESPDouble.value` is its number.
  case double(Slice)
  /// Decimal digits, with a sign or without.
  case bigNumber(Slice)
  /// An error of any octets.
  case bulkError(Slice)
  /// A string for people to read. Before the slice lie a colon and before that the three octets of its
  /// format: `txt` or `mkd`.
  case verbatimString(Slice)

  /// Elements follow: so many, or with nil as many as come before a `streamEnd`.
  case array(count: Int?)
  /// The same, in no order.
  case set(count: Int?)
  /// So many pairs of a key and a value follow, or with nil as many as come before a `streamEnd`.
  case map(pairCount: Int?)
  /// Pairs that tell something about the value behind them, and are no part of it.
  case attribute(pairCount: Int)
  /// Data that answers nothing; its first element is a string that says what it is.
  case push(count: Int)

  /// Parts of a string follow, up to a `streamEnd`.
  case streamedString
  case stringPart(Slice)
  /// The end of what was begun without a count.
  case streamEnd

  /// A command as people type it, without its line end: `InlineArguments` takes it apart.
  case inlineCommand(Slice)
}
