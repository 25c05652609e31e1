import NecroOctets

/// What the driver has to know of a command.
public struct CommandTraits: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It writes nothing: a reply that was lost can be had again.
  public static var readOnly: CommandTraits { CommandTraits(rawValue: 1) }
  /// It may wait at the server: it goes to a connection of its own.
  public static var blocking: CommandTraits { CommandTraits(rawValue: 2) }
  /// It begins something that lasts until `endsTransaction`: MULTI, WATCH.
  public static var beginsTransaction: CommandTraits { CommandTraits(rawValue: 4) }
  /// EXEC, DISCARD, UNWATCH.
  public static var endsTransaction: CommandTraits { CommandTraits(rawValue: 8) }
  /// It changes what later commands on its connection mean: SELECT, AUTH, CLIENT TRACKING.
  public static var changesConnection: CommandTraits { CommandTraits(rawValue: 16) }
  /// Its replies come otherwise than one for each command, so that the driver cannot send it:
  /// SUBSCRIBE, MONITOR, CLIENT REPLY, HELLO.
  public static var breaksReplies: CommandTraits { CommandTraits(rawValue: 32) }

  /// The traits of a command by its name, in either case; none for one that is not known.
  ///
  /// - Parameter subcommand: the argument behind the name, of which only some commands have one; empty
  ///   where there is none.
  /// - Complexity: O(log n) of the table.
  public init(of name: Span<UInt8>, subcommand: Span<UInt8>) {
    self = CommandTraitsTable.entry(of: name, subcommand: subcommand)?.traits ?? []
  }

  /// Whether the traits of a command depend on the argument behind its name.
  public static func hasSubcommands(_ name: Span<UInt8>) -> Bool {
    CommandTraitsTable.line(name, Span(), CommandTraitsTable.lines)?.traits
      .contains(.hasSubcommands) ?? false
  }

  /// In the table: that the argument behind the name tells more.
  static var hasSubcommands: CommandTraits { CommandTraits(rawValue: 64) }
}

extension CommandTraitsTable {
  /// What the table says of a command: its traits, and the letter for where its keys are, a capital one
  /// where its reply may be kept. Nil for a command that is not known.
  static func entry(
    of name: Span<UInt8>, subcommand: Span<UInt8>
  ) -> (traits: CommandTraits, keys: UInt8)? {
    guard let entry = line(name, Span(), lines) else { return nil }
    guard entry.traits.contains(.hasSubcommands) else { return entry }
    return line(name, subcommand, lines) ?? ([], 0x2D)
  }

  /// Who does a command in a cluster, and what becomes of the replies, as `commandtraits.py` has them;
  /// nil for what one node does.
  static func scattering(
    of name: Span<UInt8>, subcommand: Span<UInt8>
  ) -> (request: UInt8, response: UInt8)? {
    guard
      let (request, response) = line(name, Span(), scattered) ?? line(name, subcommand, scattered)
    else { return nil }
    return (request.rawValue &+ 0x20, response)
  }

  /// Binary search among the lines. The last octet but one holds the traits and 0x20, so that it is
  /// visible; the last is the letter.
  fileprivate static func line(
    _ name: Span<UInt8>, _ subcommand: Span<UInt8>, _ lines: StaticString
  ) -> (traits: CommandTraits, keys: UInt8)? {
    let table = lines.octets
    var low = 0
    var high = table.count
    // Invariant: `low` and `high` are beginnings of lines, or the end.
    while low < high {
      var start = (low + high) / 2
      while start > low, table[start - 1] != 0x0A { start -= 1 }
      var end = start
      while table[end] != 0x0A { end += 1 }
      switch order(name, subcommand, table.extracting(start..<end - 2)) {
      case 0: return (CommandTraits(rawValue: table[end - 2] &- 0x20), table[end - 1])
      case ..<0: high = start
      default: low = end + 1
      }
    }
    return nil
  }

  /// Whether a name with a subcommand stands before a line, is it, or stands behind it.
  private static func order(
    _ name: Span<UInt8>, _ subcommand: Span<UInt8>, _ line: Span<UInt8>
  ) -> Int {
    let count = name.count + (subcommand.isEmpty ? 0 : 1 + subcommand.count)
    for index in 0..<min(count, line.count) {
      let octet: UInt8
      if index < name.count {
        octet = name[index]
      } else {
        octet = index == name.count ? 0x20 : subcommand[index - name.count - 1]
      }
      // The table has letters in capitals.
      let capital = octet &- 0x61 < 26 ? octet - 0x20 : octet
      if capital != line[index] { return Int(capital) - Int(line[index]) }
    }
    return count - line.count
  }
}
