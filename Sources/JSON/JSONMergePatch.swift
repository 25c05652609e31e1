import NecroOctets

extension JSONSerializer {
  /// Writes what a document becomes by a merge patch.
  ///
  /// Members of both keep their place in the target, others follow in the order of the patch; a null in
  /// the patch removes its member. Of equal names the last counts.
  ///
  /// - Parameters:
  ///   - target: a parser of the document to change.
  ///   - patch: a parser of the patch.
  /// - Complexity: O(n log n) for documents of n octets. The recursion is as deep as both nest, which
  ///   the parsers limit.
  ///
  /// Source: `RFC 7396 §2`.
  public static func mergePatch(
    _ target: borrowing JSONParser, _ targetDocument: Span<UInt8>,
    _ patch: borrowing JSONParser, _ patchDocument: Span<UInt8>,
    into output: inout OctetBuffer
  ) {
    merge(0, target, targetDocument, 0, patch, patchDocument, into: &output)
  }

  /// - Parameter targetIndex: nil where the target has no such value.
  private static func merge(
    _ targetIndex: Int?, _ target: borrowing JSONParser, _ targetDocument: Span<UInt8>,
    _ patchIndex: Int, _ patch: borrowing JSONParser, _ patchDocument: Span<UInt8>,
    into output: inout OctetBuffer
  ) {
    guard case .beginObject(_, let patchEnd) = patch.tape[patchIndex] else {
      return value(at: patchIndex, patch, patchDocument, into: &output)
    }
    let changes = JSONMembers(patchIndex, patch, patchDocument)
    output.append(0x7B)
    var isFirst = true
    var known: JSONMembers?
    if let targetIndex, case .beginObject(_, let end) = target.tape[targetIndex] {
      let members = JSONMembers(targetIndex, target, targetDocument)
      known = members
      var name = targetIndex + 1
      while name < end {
        let octets = target.octets(at: name, targetDocument)
        if members.value(octets, target, targetDocument) == name + 1 {
          let change = changes.value(octets, patch, patchDocument)
          if let change {
            if patch.tape[change] != .null {
              begin(octets, &isFirst, into: &output)
              merge(
                name + 1, target, targetDocument, change, patch, patchDocument, into: &output)
            }
          } else {
            begin(octets, &isFirst, into: &output)
            value(at: name + 1, target, targetDocument, into: &output)
          }
        }
        name = target.tape.index(after: name + 1)
      }
    }
    var name = patchIndex + 1
    while name < patchEnd {
      let octets = patch.octets(at: name, patchDocument)
      if patch.tape[name + 1] != .null,
        changes.value(octets, patch, patchDocument) == name + 1,
        known?.value(octets, target, targetDocument) == nil
      {
        begin(octets, &isFirst, into: &output)
        merge(nil, target, targetDocument, name + 1, patch, patchDocument, into: &output)
      }
      name = patch.tape.index(after: name + 1)
    }
    output.append(0x7D)
  }

  private static func begin(
    _ name: Span<UInt8>, _ isFirst: inout Bool, into output: inout OctetBuffer
  ) {
    if !isFirst { output.append(0x2C) }
    isFirst = false
    string(name, into: &output)
    output.append(0x3A)
  }
}
