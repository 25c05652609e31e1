import TestSupport
import Testing

@Suite("SQL statements")
struct SQLStatementsTests {
  @Test(
    "a semicolon ends a statement, but in parentheses and in bodies of functions",
    arguments: [
      ("a;b ;; c", ["statement: a", "statement: b", "statement: c"]),
      ("", []), (" ;-- x", ["comment: -- x"]),
      ("CREATE RULE r DO (a; b); c", ["statement: CREATE RULE r DO (a; b)", "statement: c"]),
      (
        "create or replace function f() BEGIN ATOMIC SELECT CASE x WHEN 1 THEN 2 END; END; c",
        [
          "statement: create or replace function f() BEGIN ATOMIC SELECT CASE x WHEN 1 THEN 2 END; END",
          "statement: c",
        ]
      ),
      (
        "CREATE PROCEDURE p() BEGIN ATOMIC a; b; END; c",
        ["statement: CREATE PROCEDURE p() BEGIN ATOMIC a; b; END", "statement: c"]
      ),
      (
        "BEGIN; SELECT CASE WHEN a THEN b END; END;",
        ["statement: BEGIN", "statement: SELECT CASE WHEN a THEN b END", "statement: END"]
      ),
      (
        "CREATE TABLE function (begin int); c",
        ["statement: CREATE TABLE function (begin int)", "statement: c"]
      ),
      ("a ')' ; b", ["statement: a ')'", "statement: b"]),
      ("a ) ; b", ["statement: a )", "statement: b"]),
    ] as [(String, [String])])
  func ends(source: String, expected: [String]) throws {
    #expect(try SQLTextLog.statements(source) == expected)
  }

  @Test("comments, parameters, commands to psql and trailing commas come in their order")
  func parts() throws {
    #expect(
      try SQLTextLog.statements("-- x\n\\connect a;b\nt ({id}, /* y */ $2, /* z */\n);\n\\q")
        == [
          "comment: -- x", "meta: \\connect a;b", "parameter: {id}", "comment inside: /* y */",
          "parameter: $2", "comment inside: /* z */", "comma at 37",
          "statement: t ({id}, /* y */ $2, /* z */\n)", "meta: \\q",
        ])
  }

  @Test("a statement with a fault in it is damaged, and those around it are not")
  func damaged() throws {
    #expect(
      try SQLTextLog.statements("a; b {} c; d; 'e")
        == [
          "statement: a", "! invalidParameter {", "! strayOctet }", "damaged: b {} c",
          "statement: d", "! unterminatedString '", "damaged: '",
        ])
  }
}
