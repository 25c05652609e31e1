import NecroPostgresWire
import Testing

@Suite("Errors of the Postgres codec")
struct PostgresWireErrorTests {
  @Test("every code has its own name and a clause")
  func names() {
    var names: Set<String> = []
    for code in PostgresWireError.Code.allCases {
      #expect(names.insert(code.name.description).inserted)
      #expect(PostgresWireError(code: code, offset: 0).clause.description.hasPrefix("PG protocol-"))
    }
  }
}
