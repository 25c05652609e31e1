/// How a type's values look in binary format. Types that look alike share a kind.
public enum PostgresValueKind: UInt8, Sendable, CaseIterable {
  /// A type whose binary format means nothing here: its values are asked for in text format.
  case textOnly
  /// text, varchar, bpchar, name, xml, unknown, enums: the characters.
  case text
  /// `"char"`: one octet.
  case char
  case boolean
  case int2
  case int4
  case int8
  /// oid, xid, cid: 32 bits without a sign.
  case unsigned4
  /// xid8, oid8: 64 bits without a sign.
  case unsigned8
  case float4
  case float8
  case numeric
  case money
  case bytea
  case uuid
  case json
  /// The text behind a version octet.
  case jsonb
  /// The text behind a version octet.
  case jsonpath
  case date
  case time
  case timetz
  case timestamp
  case timestamptz
  case interval
  case inet
  case cidr
  case macaddr
  case macaddr8
  /// bit and varbit.
  case bits
  case point
  case lseg
  case path
  case box
  case polygon
  case line
  case circle
  case tid
  /// pg_lsn: a position in the write-ahead log.
  case lsn
  /// No octets.
  case void
  case array
  case range
  case multirange
  /// record, and composite types.
  case composite
  case hstore
  /// pgvector's types.
  case vector
  case halfvec
  case sparsevec
}
