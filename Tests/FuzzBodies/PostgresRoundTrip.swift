import NecroOctets
import NecroPostgresWire

/// The property that what the serializer writes is read again as what was asked for, by a reading of the
/// message formats that shares nothing with it, and that a message that was refused leaves no octet.
///
/// The input chooses the messages and gives their strings. Traps on a violation.
public func fuzzPostgresRoundTrip(_ octets: Span<UInt8>) {
  var script = PostgresFrontendScript(octets)
  while !script.isAtEnd { script.writeOne() }
  var reader = PostgresFrontendReader(script.written)
  var read: [String] = []
  while let line = reader.next() { read.append(line) }
  precondition(read == script.expected, "what was written is read")
}

/// Writes messages that an input chooses, and keeps what they should be read as.
struct PostgresFrontendScript: ~Copyable {
  private(set) var expected: [String] = []
  private var output = OctetBuffer()
  private var rest: ArraySlice<UInt8>

  init(_ octets: Span<UInt8>) {
    var copy: [UInt8] = []
    for index in octets.indices { copy.append(octets[index]) }
    rest = copy[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  var written: [UInt8] {
    var copy: [UInt8] = []
    for index in output.octets.indices { copy.append(output.octets[index]) }
    return copy
  }

  private mutating func octet() -> UInt8 { rest.popFirst() ?? 0 }

  /// A run that the input gives, with its length before it.
  private mutating func run() -> [UInt8] {
    let count = Int(octet() % 24)
    let run = rest.prefix(count)
    rest = rest.dropFirst(count)
    return Array(run)
  }

  /// Appends a message. What is refused must have a zero octet in a string.
  private mutating func write(
    _ line: String, strings: [[UInt8]],
    _ append: (inout OctetBuffer) throws(FrontendMisuse) -> Void
  ) {
    let count = output.count
    do throws(FrontendMisuse) {
      try append(&output)
      precondition(!strings.contains { $0.contains(0) }, "a string is without zero octets")
      expected.append(line)
    } catch {
      precondition(output.count == count, "nothing is appended where a call throws")
      precondition(
        error == .nullInString && strings.contains { $0.contains(0) },
        "nothing is refused without reason")
    }
  }

  mutating func writeOne() {
    let kind = octet()
    let first = run()
    let second = run()
    switch kind % 10 {
    case 0:
      write("Q \(first)", strings: [first]) { o throws(FrontendMisuse) in
        try FrontendSerializer.query(first.span, into: &o)
      }
    case 1:
      let types = second.map { UInt32($0) << 24 | 7 }
      write("P \(first) \(first) \(types)", strings: [first]) { o throws(FrontendMisuse) in
        try FrontendSerializer.parse(
          statement: first.span, first.span, parameterTypes: types.span, into: &o)
      }
    case 2, 3: writeBind(portal: first, statement: second)
    case 4:
      let isPortal = first.count % 2 == 0
      write("D \(isPortal ? 0x50 : 0x53) \(second)", strings: [second]) {
        o throws(FrontendMisuse) in
        try FrontendSerializer.describe(isPortal ? .portal : .statement, second.span, into: &o)
      }
    case 5:
      write("E \(first) \(second.count)", strings: [first]) { o throws(FrontendMisuse) in
        try FrontendSerializer.execute(portal: first.span, rowsMax: second.count, into: &o)
      }
    case 6:
      write("C 83 \(second)", strings: [second]) { o throws(FrontendMisuse) in
        try FrontendSerializer.close(.statement, second.span, into: &o)
      }
    case 7:
      write("d \(first)", strings: []) { o throws(FrontendMisuse) in
        try FrontendSerializer.copyData(first.span, into: &o)
      }
    case 8:
      write("f \(second)", strings: [second]) { o throws(FrontendMisuse) in
        try FrontendSerializer.copyFail(second.span, into: &o)
      }
    default:
      write("S", strings: []) { o throws(FrontendMisuse) in FrontendSerializer.sync(into: &o) }
    }
  }

  private mutating func writeBind(portal: [UInt8], statement: [UInt8]) {
    let values = (0..<Int(octet() % 5)).map { _ in run() }
    let formats = octet()
    let isText = formats % 3 == 0
    let isEach = formats % 3 == 2
    let codes = values.map { isEach ? $0.count % 2 : isText ? 0 : 1 }
    // NULL, which values of 23 octets stand for, has no format of its own.
    let each = values.map { $0.count == 23 ? 0 : $0.count % 2 }
    let written = isEach ? each : isText || values.isEmpty ? [] : [1]
    let shown = values.map { $0.count == 23 ? "NULL" : "\($0)" }
    write(
      "B \(portal) \(statement) \(written) \(shown) [1]", strings: [portal, statement]
    ) { o throws(FrontendMisuse) in
      var bind = try Bind(
        portal: portal.span, statement: statement.span, parameterCount: values.count,
        formats: isEach ? .each : isText ? .text : .binary, into: &o)
      for (value, code) in zip(values, codes) {
        if value.count == 23 {
          try bind.null(into: &o)
        } else {
          try bind.value(value.span, code == 0 ? .text : .binary, into: &o)
        }
      }
      try bind.end(results: .binary, into: &o)
    }
  }
}
