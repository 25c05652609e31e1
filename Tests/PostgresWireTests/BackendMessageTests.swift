import TestSupport
import Testing

/// Octets in the notation of fixtures, by the formats of the documentation.
@Suite("Messages of the backend")
struct BackendMessageTests {
  @Test("authentication requests")
  func authentication() {
    #expect(lines(#"R\x00\x00\x00\x08\x00\x00\x00\x00"#) == ["authentication ok"])
    #expect(lines(#"R\x00\x00\x00\x08\x00\x00\x00\x02"#) == ["authentication kerberosV5"])
    #expect(lines(#"R\x00\x00\x00\x08\x00\x00\x00\x03"#) == ["authentication cleartextPassword"])
    #expect(
      lines(#"R\x00\x00\x00\x0C\x00\x00\x00\x05\x01\x02\x03\xFE"#)
        == ["authentication md5Password 10203fe"])
    #expect(lines(#"R\x00\x00\x00\x08\x00\x00\x00\x07"#) == ["authentication gss"])
    #expect(lines(#"R\x00\x00\x00\x0A\x00\x00\x00\x08ab"#) == ["authentication gssContinue ab"])
    #expect(lines(#"R\x00\x00\x00\x08\x00\x00\x00\x09"#) == ["authentication sspi"])
    #expect(
      lines(#"R\x00\x00\x00\x2A\x00\x00\x00\x0ASCRAM-SHA-256-PLUS\x00SCRAM-SHA-256\x00\x00"#)
        == ["authentication sasl\n  SCRAM-SHA-256-PLUS\n  SCRAM-SHA-256"])
    #expect(lines(#"R\x00\x00\x00\x0B\x00\x00\x00\x0Br=x"#) == ["authentication saslContinue r=x"])
    #expect(lines(#"R\x00\x00\x00\x0B\x00\x00\x00\x0Cv=y"#) == ["authentication saslFinal v=y"])
  }

  @Test("authentication requests that are none")
  func authenticationFaults() {
    #expect(failure(#"R\x00\x00\x00\x08\x00\x00\x00\x63"#) == "authenticationUnknown 5")
    #expect(failure(#"R\x00\x00\x00\x09\x00\x00\x00\x00x"#) == "contentsTooLong 9")
    #expect(failure(#"R\x00\x00\x00\x0B\x00\x00\x00\x05abc"#) == "contentsTooShort 9")
    #expect(failure(#"R\x00\x00\x00\x0A\x00\x00\x00\x0Aab"#) == "stringUnterminated 9")
    #expect(failure(#"R\x00\x00\x00\x0A\x00\x00\x00\x0Aa\x00"#) == "stringUnterminated 11")
    #expect(failure(#"R\x00\x00\x00\x0A\x00\x00\x00\x0A\x00\x00"#) == "contentsTooLong 10")
    #expect(failure(#"R\x00\x00\x00\x07\x00\x00\x00"#) == "lengthInvalid 4")
  }

  @Test("the beginning of a session: key data, version, parameters, readiness")
  func start() {
    #expect(
      lines(#"K\x00\x00\x00\x0C\x00\x00\x10\x01abcd"#) == ["backendKeyData 4097 abcd"])
    #expect(
      lines(#"K\x00\x00\x00\x10\xFF\xFF\xFF\xFEabcdefgh"#) == ["backendKeyData -2 abcdefgh"])
    #expect(failure(#"K\x00\x00\x00\x0B\x00\x00\x10\x01abc"#) == "lengthInvalid 4")
    #expect(
      lines(
        #"v\x00\x00\x00\x15\x00\x03\x00\x00\x00\x00\x00\x02_pq_.a\x00b\x00"#)
        == ["negotiateProtocolVersion minor=0\n  _pq_.a\n  b"])
    #expect(
      failure(#"v\x00\x00\x00\x0C\x00\x00\x00\x00\xFF\xFF\xFF\xFF"#) == "countInvalid 9")
    #expect(
      failure(#"v\x00\x00\x00\x0C\x00\x00\x00\x00\x00\x00\x00\x01"#) == "stringUnterminated 13")
    #expect(
      lines(#"S\x00\x00\x00\x16client_encoding\x00\xE9\x00"#)
        == [#"parameterStatus client_encoding = \xE9"#])
    #expect(failure(#"S\x00\x00\x00\x06a\x00"#) == "stringUnterminated 7")
    #expect(lines(#"Z\x00\x00\x00\x05I"#) == ["readyForQuery idle"])
    #expect(lines(#"Z\x00\x00\x00\x05T"#) == ["readyForQuery inTransaction"])
    #expect(lines(#"Z\x00\x00\x00\x05E"#) == ["readyForQuery failed"])
    #expect(failure(#"Z\x00\x00\x00\x05X"#) == "transactionStatusUnknown 5")
  }

  @Test("messages that are nothing but their type")
  func empty() {
    let types = [
      ("1", "parseComplete"), ("2", "bindComplete"), ("3", "closeComplete"), ("c", "copyDone"),
      ("I", "emptyQueryResponse"), ("n", "noData"), ("s", "portalSuspended"),
    ]
    for (type, name) in types {
      #expect(lines(type + #"\x00\x00\x00\x04"#) == [name])
      #expect(failure(type + #"\x00\x00\x00\x05x"#) == "lengthInvalid 4")
      #expect(failure(type + #"\x00\x00\x00\x03"#) == "lengthInvalid 4")
    }
  }

  @Test("the end of a command, with its count of rows")
  func commandComplete() {
    #expect(lines(#"C\x00\x00\x00\x0DSELECT 7\x00"#) == ["commandComplete SELECT 7 rows=7"])
    #expect(lines(#"C\x00\x00\x00\x0FINSERT 0 1\x00"#) == ["commandComplete INSERT 0 1 rows=1"])
    #expect(lines(#"C\x00\x00\x00\x0ABEGIN\x00"#) == ["commandComplete BEGIN"])
    #expect(lines(#"C\x00\x00\x00\x05\x00"#) == ["commandComplete "])
    #expect(
      lines(#"C\x00\x00\x00\x1BCOPY 99999999999999999\x00"#)
        == ["commandComplete COPY 99999999999999999 rows=99999999999999999"])
    #expect(
      lines(#"C\x00\x00\x00\x1ECOPY 18446744073709551616\x00"#)
        == ["commandComplete COPY 18446744073709551616"])
    #expect(failure(#"C\x00\x00\x00\x0ABEGIN "#) == "stringUnterminated 5")
    #expect(failure(#"C\x00\x00\x00\x0ABEG\x00N\x00"#) == "contentsTooLong 9")
  }

  @Test("copies")
  func copy() {
    #expect(
      lines(#"G\x00\x00\x00\x0B\x00\x00\x02\x00\x00\x00\x00"#) == ["copyInResponse text text text"])
    #expect(
      lines(#"H\x00\x00\x00\x0B\x01\x00\x02\x00\x01\x00\x00"#)
        == ["copyOutResponse binary binary text"])
    #expect(lines(#"W\x00\x00\x00\x07\x00\x00\x00"#) == ["copyBothResponse text"])
    #expect(lines(#"d\x00\x00\x00\x071␊\\"#) == [#"copyData 1␊\\"#])
    #expect(lines(#"d\x00\x00\x00\x04"#) == ["copyData "])
    #expect(failure(#"G\x00\x00\x00\x07\x02\x00\x00"#) == "formatCodeInvalid 5")
    #expect(failure(#"G\x00\x00\x00\x09\x00\x00\x01\x00\x01"#) == "formatCodeInvalid 8")
    #expect(failure(#"H\x00\x00\x00\x09\x01\x00\x01\x00\x02"#) == "formatCodeInvalid 8")
    #expect(failure(#"H\x00\x00\x00\x07\x01\xFF\xFF"#) == "countInvalid 6")
    #expect(failure(#"H\x00\x00\x00\x09\x01\x00\x02\x00\x01"#) == "contentsTooShort 10")
    #expect(failure(#"W\x00\x00\x00\x09\x01\x00\x00\x00\x01"#) == "contentsTooLong 8")
  }

  @Test("errors and notices, in fields of known and of unknown types")
  func errors() {
    #expect(
      lines(#"E\x00\x00\x00\x22SFEHLER\x00VERROR\x00C42601\x00Moh no\x00\x00"#)
        == ["errorResponse error\n  S FEHLER\n  V ERROR\n  C 42601\n  M oh no"])
    #expect(
      lines(#"N\x00\x00\x00\x12SWARNING\x00?a\xFF\x00\x00"#)
        == [#"noticeResponse warning"# + "\n  S WARNING\n  ? a\\xFF"])
    #expect(lines(#"E\x00\x00\x00\x05\x00"#) == ["errorResponse"])
    #expect(failure(#"E\x00\x00\x00\x07Mx\x00"#) == "contentsTooShort 8")
    #expect(failure(#"E\x00\x00\x00\x07Mxy"#) == "stringUnterminated 6")
    #expect(failure(#"N\x00\x00\x00\x08Mx\x00M"#) == "stringUnterminated 9")
    #expect(failure(#"N\x00\x00\x00\x06\x00\x00"#) == "contentsTooLong 6")
  }

  @Test("notifications, and results of functions")
  func others() {
    #expect(
      lines(#"A\x00\x00\x00\x0E\x00\x00\x00\x09\xC3\xA4b\x00p\x00"#)
        == ["notificationResponse 9\n  channel \\xC3\\xA4b\n  payload p"])
    #expect(failure(#"A\x00\x00\x00\x0A\x00\x00\x00\x09ab"#) == "stringUnterminated 9")
    #expect(lines(#"V\x00\x00\x00\x0A\x00\x00\x00\x02ab"#) == ["functionCallResponse ab"])
    #expect(lines(#"V\x00\x00\x00\x08\x00\x00\x00\x00"#) == ["functionCallResponse "])
    #expect(lines(#"V\x00\x00\x00\x08\xFF\xFF\xFF\xFF"#) == ["functionCallResponse NULL"])
    #expect(failure(#"V\x00\x00\x00\x08\xFF\xFF\xFF\xFE"#) == "valueLengthInvalid 5")
    #expect(failure(#"V\x00\x00\x00\x09\x00\x00\x00\x02a"#) == "valueLengthInvalid 5")
    #expect(failure(#"V\x00\x00\x00\x09\x00\x00\x00\x00a"#) == "contentsTooLong 9")
  }

  @Test("descriptions of parameters and rows")
  func descriptions() {
    #expect(lines(#"t\x00\x00\x00\x06\x00\x00"#) == ["parameterDescription"])
    #expect(
      lines(#"t\x00\x00\x00\x0E\x00\x02\x00\x00\x00\x17\xFF\xFF\xFF\xFF"#)
        == ["parameterDescription 23 4294967295"])
    #expect(failure(#"t\x00\x00\x00\x0A\x00\x02\x00\x00\x00\x17"#) == "contentsTooShort 7")
    #expect(failure(#"t\x00\x00\x00\x0A\x00\x00\x00\x00\x00\x17"#) == "contentsTooLong 7")
    #expect(lines(#"T\x00\x00\x00\x06\x00\x00"#) == ["rowDescription"])
    let id = #"id\x00\x00\x00\x40\x01\x00\x02\x00\x00\x00\x17\x00\x04\xFF\xFF\xFF\xFF\x00\x01"#
    let unnamed =
      #"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x19\xFF\xFF\x00\x00\x00\x07\x00\x00"#
    #expect(
      lines(#"T\x00\x00\x00\x2E\x00\x02"# + id + unnamed)
        == [
          "rowDescription\n  id table=16385.2 type=23 size=4 modifier=-1 binary"
            + "\n   table=0.0 type=25 size=-1 modifier=7 text"
        ])
    #expect(failure(#"T\x00\x00\x00\x1B\x00\x02"# + id) == "stringUnterminated 28")
    #expect(failure(#"T\x00\x00\x00\x1B\x00\x00"# + id) == "contentsTooLong 7")
    #expect(failure(#"T\x00\x00\x00\x08\x00\x01a\x00"#) == "contentsTooShort 9")
    #expect(failure(#"T\x00\x00\x00\x06\xFF\xFF"#) == "countInvalid 5")
    #expect(
      failure(#"T\x00\x00\x00\x1B\x00\x01"# + id.dropLast(3) + "x02") == "formatCodeInvalid 26")
  }
}
