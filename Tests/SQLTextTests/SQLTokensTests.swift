import NecroOctets
import NecroSQLText
import TestSupport
import Testing

@Suite("SQL tokens")
struct SQLTokensTests {
  @Test(
    "each kind of token is told apart",
    arguments: [
      ("SELECT Ab_1$ é", ["word SELECT", "word Ab_1$", "word é"]),
      (#""a""b" U&"d\0061""#, [#"quotedIdentifier "a""b""#, #"quotedIdentifier U&"d\0061""#]),
      (
        "'it''s' N'x' b'01' X'1F'",
        ["string 'it''s'", "word N", "string 'x'", "string b'01'", "string X'1F'"]
      ),
      ("x'1''2'", ["string x'1'", "string '2'"]),
      (#"E'a\'b' 'c\' e'\\'"#, [#"string E'a\'b'"#, #"string 'c\'"#, #"string e'\\'"#]),
      ("U&'d!0061' UESCAPE '!'", ["string U&'d!0061'", "word UESCAPE", "string '!'"]),
      ("$$a'$x$b$$ $q${x}$$ $q$", ["dollarString $$a'$x$b$$", "dollarString $q${x}$$ $q$"]),
      ("a$$b$$", ["word a$$b$$"]),
      ("1 1.5 .5 5. 1e5 1.5E-3", ["1", "1.5", ".5", "5.", "1e5", "1.5E-3"].map { "number \($0)" }),
      ("0xfF 0o17 0b01 1_000.2_5", ["0xfF", "0o17", "0b01", "1_000.2_5"].map { "number \($0)" }),
      ("1..2", ["number 1", "doubleDot ..", "number 2"]),
      ("$1 $23", ["position $1", "position $23"]),
      ("{id}{_a1}", ["parameter {id}", "parameter {_a1}"]),
      (
        "a::int:b:=c",
        ["word a", "doubleColon ::", "word int", "colon :", "word b", "colonEquals :=", "word c"]
      ),
      (
        "a.b[1],(c);",
        [
          "word a", "dot .", "word b", "leftBracket [", "number 1", "rightBracket ]", "comma ,",
          "leftParenthesis (", "word c", "rightParenthesis )", "semicolon ;",
        ]
      ),
      ("\u{FEFF}a", ["word a"]),
    ] as [(String, [String])])
  func kinds(source: String, expected: [String]) throws {
    #expect(try SQLTextLog.tokens(source) == expected)
  }

  @Test(
    "an operator ends before a comment, and before signs that SQL gives to what follows",
    arguments: [
      ("a->>b", ["word a", "operatorName ->>", "word b"]),
      ("a<-1", ["word a", "operatorName <", "operatorName -", "number 1"]),
      ("a@-1", ["word a", "operatorName @-", "number 1"]),
      ("a*-+1", ["word a", "operatorName *", "operatorName -", "operatorName +", "number 1"]),
      ("a--b", ["word a", "lineComment --b"]),
      ("a+--b\n1", ["word a", "operatorName +", "lineComment --b", "number 1"]),
      ("a*/*b*/c", ["word a", "operatorName *", "blockComment /*b*/", "word c"]),
      ("a ?| b", ["word a", "operatorName ?|", "word b"]),
    ] as [(String, [String])])
  func operators(source: String, expected: [String]) throws {
    #expect(try SQLTextLog.tokens(source) == expected)
  }

  @Test(
    "a string goes on in the next line, and not in the same",
    arguments: [
      ("'a'\n 'b' c", ["string 'a'\n 'b'", "word c"]),
      ("'a' 'b'", ["string 'a'", "string 'b'"]),
      (#"E'a'"# + "\n" + #"'b\'c'"#, [#"string E'a'"# + "\n" + #"'b\'c'"#]),
      ("'a'\n-- why\n'b'", ["string 'a'\n-- why\n'b'"]),
      ("'a' -- why\n'b'", ["string 'a'", "lineComment -- why", "string 'b'"]),
      ("'a'\n/* */'b'", ["string 'a'", "blockComment /* */", "string 'b'"]),
    ] as [(String, [String])])
  func continued(source: String, expected: [String]) throws {
    #expect(try SQLTextLog.tokens(source) == expected)
  }

  @Test("comments are nested, and end with their line in any of its forms")
  func comments() throws {
    #expect(
      try SQLTextLog.tokens("/* a /* b */ c */ d--e\r\nf--g\rh")
        == [
          "blockComment /* a /* b */ c */", "word d", "lineComment --e", "word f",
          "lineComment --g", "word h",
        ])
  }

  @Test(
    "a fault names the octets at fault, and what follows is read where there is an end",
    arguments: [
      ("a 'b", ["word a", "! unterminatedString '"]),
      (#"E'a\'"#, ["! unterminatedString E'"]),
      ("\"a", ["! unterminatedIdentifier \""]), ("U&\"a", ["! unterminatedIdentifier U&\""]),
      ("\"\" b", ["! emptyIdentifier \"\"", "word b"]),
      ("$q$ a $$", ["! unterminatedDollarString $q$"]),
      ("/* /* */", ["! unterminatedComment /*"]),
      ("1a b", ["! junkAfterNumber 1a", "word b"]), ("0x1g", ["! junkAfterNumber 0x1g"]),
      ("$1a", ["! junkAfterNumber $1a"]), ("1e", ["! junkAfterNumber 1e"]),
      ("1e5$ b", ["! junkAfterNumber 1e5$", "word b"]),
      ("1e+5$", ["number 1e+5", "! strayOctet $"]),
      ("{a b}", ["! invalidParameter {a", "word b", "! strayOctet }"]),
      ("{}", ["! invalidParameter {", "! strayOctet }"]),
      ("{1}", ["! invalidParameter {", "number 1", "! strayOctet }"]),
      ("{", ["! invalidParameter {"]), ("a $ b", ["word a", "! strayOctet $", "word b"]),
      ("a \\ b", ["word a", "! strayOctet \\", "word b"]),
      ("a\0b", ["word a", "! strayOctet \0", "word b"]),
    ] as [(String, [String])])
  func faults(source: String, expected: [String]) throws {
    #expect(try SQLTextLog.tokens(source) == expected)
  }

  @Test(
    "a place is told as line and column of characters",
    arguments: [
      ("abc", 0, 1, 1), ("abc", 2, 1, 3), ("a\nb", 2, 2, 1), ("a\r\nb", 3, 2, 1), ("a\rb", 2, 2, 1),
      ("é€x", 5, 1, 3), ("", 0, 1, 1), ("a\n", 9, 2, 1),
    ])
  func positions(source: String, offset: Int, line: Int, column: Int) {
    let octets = Array(source.utf8)
    #expect(TextPosition(of: offset, in: octets.span) == TextPosition(line: line, column: column))
  }
}
