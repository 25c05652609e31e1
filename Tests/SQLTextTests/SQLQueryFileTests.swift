import NecroFuzzBodies
import NecroOctets
import NecroSQLText
import TestSupport
import Testing

@Suite("Files of queries")
struct SQLQueryFileTests {
  @Test("a query has its name, kind, comments, directives, statement and parameters")
  func query() {
    let source = """
      -- a file's heading
      -- name: SummonZombie :one
      -- Wakes one.
      /* Gently. */
      -- nullable: a, b
      --  NOT NULL :  c
      -- note: this is a comment
      SELECT '{no}', $${no}$$, "{no}" -- {no}
      FROM zombies WHERE id = {id} AND id <> {id} AND name IN ({name}, );
      -- behind
      """
    let octets = Array(source.utf8)
    let file = SQLQueryFile(octets.span)
    #expect(file.faults == [])
    #expect(file.queries.count == 1)
    guard let query = file.queries.first else { return }
    func text(_ slice: Slice) -> String { SQLTextLog.text(octets.span, slice) }
    #expect(text(query.name) == "SummonZombie")
    #expect(query.kind == .one)
    #expect(query.comments.map(text) == ["Wakes one.", "Gently.", "note: this is a comment"])
    #expect(query.directives.map(\.kind) == [.nullable, .notNull])
    #expect(query.directives.map { text($0.value) } == ["a, b", "c"])
    #expect(text(query.statement).hasPrefix("SELECT '{no}'"))
    #expect(text(query.statement).hasSuffix(", )"))
    #expect(query.parameters.map { text($0.name) } == ["id", "id", "name"])
    #expect(query.parameters.map { text($0.slice) } == ["{id}", "{id}", "{name}"])
    #expect(query.trailingCommas.map(text) == [","])
  }

  @Test("a name ends the statement before it, with or without a semicolon")
  func ends() {
    let octets = Array("-- name: A :many\nSELECT 1\n-- name: B :exec\nSELECT $1;;\n".utf8)
    let file = SQLQueryFile(octets.span)
    #expect(file.faults == [])
    #expect(
      file.queries.map { SQLTextLog.text(octets.span, $0.statement) } == ["SELECT 1", "SELECT $1"])
    #expect(file.queries.map(\.kind) == [.many, .exec])
  }

  @Test("every kind is known", arguments: SQLQueryKind.allCases)
  func kinds(kind: SQLQueryKind) {
    let octets = Array("-- name: A :\("\(kind)".lowercased())\nSELECT 1".utf8)
    #expect(SQLQueryFile(octets.span).queries.map(\.kind) == [kind])
  }

  @Test(
    "every fault of a file is found, and its query left out",
    arguments: [
      ("SELECT 1;", ["unnamedQuery SELECT 1"], 0),
      ("-- name: A :one\n", ["missingStatement A"], 0),
      ("-- name: A :one\nSELECT 1; SELECT 2;", ["secondStatement SELECT 2"], 0),
      ("-- name: A\nSELECT 1;", ["malformedName -- name: A"], 0),
      ("-- name:\nSELECT 1;", ["malformedName -- name:"], 0),
      ("-- name: A :one x\nSELECT 1;", ["malformedName -- name: A :one x"], 0),
      ("-- name: 1A :one\nSELECT 1;", ["invalidName 1A"], 0),
      ("-- name: A-b :one\nSELECT 1;", ["invalidName A-b"], 0),
      ("-- name: A :wun\nSELECT 1;", ["unknownKind :wun"], 0),
      ("-- name: A one\nSELECT 1;", ["unknownKind one"], 0),
      ("-- name: A :One\nSELECT 1;", ["unknownKind :One"], 0),
      ("-- name: A :one\nSELECT 1;-- name: A :many\nSELECT 2;", ["duplicateName A"], 1),
      ("-- name: A :one\nSELECT $1, {a};", ["mixedParameters {a}"], 0),
      ("-- name: A :one\n-- nullable:\nSELECT 1;", ["emptyDirective -- nullable:"], 0),
      (
        "-- name: A :wun\nSELECT {};\n-- name: B :one\nSELECT 1;\n-- name: C :one",
        ["unknownKind :wun", "invalidParameter {", "strayOctet }", "missingStatement C"], 1
      ),
    ] as [(String, [String], Int)])
  func faults(source: String, expected: [String], queryCount: Int) {
    let octets = Array(source.utf8)
    let file = SQLQueryFile(octets.span)
    #expect(file.faults.map { "\($0.code) \(SQLTextLog.text(octets.span, $0.slice))" } == expected)
    #expect(file.queries.count == queryCount)
  }

  @Test("the number of parameters is limited, and its limit is reached exactly")
  func parameterCount() {
    func faults(_ count: Int) -> [SQLTextFault.Code] {
      // Positions are as good as names, and shorter.
      let text = "-- name: A :exec\nSELECT " + (1...count).map { "$\($0)" }.joined(separator: ",")
      return SQLQueryFile(Array(text.utf8).span).faults.map(\.code)
    }
    #expect(faults(SQLQuery.parameterCountMax) == [])
    #expect(faults(SQLQuery.parameterCountMax + 1) == [.tooManyParameters])
  }

  @Test("the corpus holds the properties that are fuzzed")
  func corpus() {
    let inputs = PackageFolders.corpus("sqltext")
    #expect(inputs.count >= 4)
    for input in inputs { fuzzSQLTextRoundTrip(input.octets.span) }
  }
}
