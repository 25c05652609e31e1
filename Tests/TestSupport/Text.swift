import NecroOctets

/// What a function appends to a buffer, as text; octets that are no UTF-8 are replaced.
public func text(_ append: (inout OctetBuffer) -> Void) -> String {
  var output = OctetBuffer()
  append(&output)
  var octets: [UInt8] = []
  for index in output.octets.indices { octets.append(output.octets[index]) }
  return String(decoding: octets, as: UTF8.self)
}
