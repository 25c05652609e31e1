/// Messages of a backend as octets.
///
/// PG protocol-message-formats
public struct BackendOctets {
  public private(set) var octets: [UInt8] = []

  /// The types of the messages.
  public private(set) var types = ""

  public init() {}

  public mutating func removeAll() {
    octets.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
  }

  /// A message of a type whose contents are appended by `body`.
  public mutating func message(_ type: Character, _ body: (inout BackendOctets) -> Void = { _ in })
  {
    octets.append(type.asciiValue ?? 0)
    types.append(type)
    let start = octets.count
    int32(0)
    body(&self)
    let length = UInt32(octets.count - start)
    for index in 0..<4 {
      octets[start + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index))
    }
  }

  public mutating func octet(_ octet: UInt8) { octets.append(octet) }

  public mutating func int16(_ number: Int) {
    octets.append(UInt8(truncatingIfNeeded: number >> 8))
    octets.append(UInt8(truncatingIfNeeded: number))
  }

  public mutating func int32(_ number: Int) {
    for shift in [24, 16, 8, 0] { octets.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  public mutating func string(_ text: String) {
    octets.append(contentsOf: text.utf8)
    octets.append(0)
  }

  public mutating func append(_ other: [UInt8]) { octets.append(contentsOf: other) }

  // MARK: Messages

  public mutating func authenticationOk() { message("R") { $0.int32(0) } }
  public mutating func authenticationCleartext() { message("R") { $0.int32(3) } }

  public mutating func backendKeyData(processID: Int, key: [UInt8]) {
    message("K") {
      $0.int32(processID)
      $0.append(key)
    }
  }

  public mutating func parameterStatus(_ name: String, _ value: String) {
    message("S") {
      $0.string(name)
      $0.string(value)
    }
  }

  public mutating func readyForQuery(_ status: Character) {
    message("Z") { $0.octet(status.asciiValue ?? 0) }
  }

  public mutating func error(
    _ state: String, _ text: String, severity: String = "ERROR", routine: String? = nil
  ) {
    message("E") {
      $0.field("S", severity)
      $0.field("V", severity)
      $0.field("C", state)
      $0.field("M", text)
      if let routine { $0.field("R", routine) }
      $0.octet(0)
    }
  }

  public mutating func notice(_ text: String) {
    message("N") {
      $0.field("S", "NOTICE")
      $0.field("C", "00000")
      $0.field("M", text)
      $0.octet(0)
    }
  }

  private mutating func field(_ code: Character, _ text: String) {
    octet(code.asciiValue ?? 0)
    string(text)
  }

  public mutating func notification(_ channel: String, _ payload: String) {
    message("A") {
      $0.int32(1)
      $0.string(channel)
      $0.string(payload)
    }
  }

  public mutating func parameterDescription(_ types: [Int]) {
    message("t") {
      $0.int16(types.count)
      for type in types { $0.int32(type) }
    }
  }

  public mutating func rowDescription(_ columns: [(name: String, type: Int)]) {
    message("T") {
      $0.int16(columns.count)
      for column in columns {
        $0.string(column.name)
        $0.int32(0)
        $0.int16(0)
        $0.int32(column.type)
        $0.int16(-1)
        $0.int32(-1)
        $0.int16(0)
      }
    }
  }

  public mutating func dataRow(_ values: [[UInt8]?]) {
    message("D") {
      $0.int16(values.count)
      for value in values {
        guard let value else {
          $0.int32(-1)
          continue
        }
        $0.int32(value.count)
        $0.append(value)
      }
    }
  }

  public mutating func commandComplete(_ tag: String) { message("C") { $0.string(tag) } }

  /// The answers to Parse and Describe of a statement, to Bind, and to Close.
  public mutating func parseComplete() { message("1") }
  public mutating func bindComplete() { message("2") }
  public mutating func closeComplete() { message("3") }
  public mutating func noData() { message("n") }
  public mutating func portalSuspended() { message("s") }
  public mutating func copyDone() { message("c") }

  public mutating func copyResponse(_ type: Character, columnCount: Int) {
    message(type) {
      $0.octet(0)
      $0.int16(columnCount)
      for _ in 0..<columnCount { $0.int16(0) }
    }
  }

  public mutating func copyData(_ octets: [UInt8]) { message("d") { $0.append(octets) } }
}
