import NecroOctets

extension RouteTrie {
  /// Finds the route for a raw path and a method.
  ///
  /// - Parameters:
  ///   - path: the request-target's path, neither decoded nor cut; without the query.
  ///   - method: the method's index.
  ///   - captures: takes the positions of the parameters, when a route is found.
  /// - Returns: the route; or that only other methods have one, with the methods of all templates
  ///   that match the path; or that there is none.
  /// - Complexity: at most the path's octets times the nodes they may lead to; for a path that no
  ///   alternative overlaps, the path's octets.
  public func match(
    _ path: Span<UInt8>, method: UInt8, captures: inout RouteCaptures
  ) -> RouteMatch {
    captures.removeAll()
    let nodes = self.nodes.span
    var allowed: MethodSet = []
    var index = 0
    var position = 0
    var isLiteralTried = false
    var isParameterTried = false
    while true {
      let node = nodes[index]
      if !isLiteralTried {
        if position == path.count {
          if let route = route(of: node.endpoint, method, &allowed) { return .route(route) }
        } else if let step = literalStep(from: node, path, position) {
          if node.hasAlternative {
            captures.push(
              .init(
                node: index, position: position, captureCount: captures.count,
                isParameterTried: false))
          }
          index = step.node
          position = step.position
          continue
        }
      }
      if !isParameterTried, node.parameterChild != RouteNode.none {
        let end = segmentEnd(path, position)
        if end > position {
          if node.restEndpoint != RouteNode.none {
            captures.push(
              .init(
                node: index, position: position, captureCount: captures.count,
                isParameterTried: true))
          }
          captures.append(Slice(offset: position, count: end - position))
          index = Int(node.parameterChild)
          position = end
          isLiteralTried = false
          continue
        }
      }
      if let route = route(of: node.restEndpoint, method, &allowed) {
        captures.append(Slice(offset: position, count: path.count - position))
        return .route(route)
      }
      guard let alternative = captures.pop() else { break }
      index = alternative.node
      position = alternative.position
      isLiteralTried = true
      isParameterTried = alternative.isParameterTried
    }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed)
  }

  /// The route of an endpoint for a method. An endpoint without one adds its methods to `allowed`.
  @inline(__always)
  private func route(of endpoint: Int32, _ method: UInt8, _ allowed: inout MethodSet) -> Int? {
    if endpoint == RouteNode.none { return nil }
    let found = endpoints.span[Int(endpoint)]
    if found.methods.contains(index: method) {
      return routes.span[found.routesOffset + Int(method)]
    }
    allowed.formUnion(found.methods)
    return nil
  }

  @inline(__always)
  private func segmentEnd(_ path: Span<UInt8>, _ position: Int) -> Int {
    var end = position
    while end < path.count, path[end] != 0x2F { end &+= 1 }
    return end
  }

  /// The child whose label the path continues with, and the position behind the label.
  @inline(__always)
  private func literalStep(
    from node: RouteNode, _ path: Span<UInt8>, _ position: Int
  ) -> (node: Int, position: Int)? {
    var octet = path[position]
    if octet == 0x25 {
      guard let decoded = literalTriplet(path, position) else { return nil }
      octet = decoded
    }
    let entry = Int(octet) &- Int(node.childrenLow)
    guard entry >= 0, entry < Int(node.childrenCount) else { return nil }
    let child = children.span[Int(node.childrenOffset) &+ entry]
    guard child != RouteNode.none else { return nil }
    let next = nodes.span[Int(child)]
    let label = labels.span.extracting(
      Int(next.labelOffset)..<Int(next.labelOffset) &+ Int(next.labelCount))
    if !next.labelHasPercent, path.count &- position >= label.count {
      var index = 0
      while index < label.count, path[position &+ index] == label[index] { index &+= 1 }
      if index == label.count { return (Int(child), position &+ index) }
      if path[position &+ index] != 0x25 { return nil }
    }
    guard let end = encodedLabelEnd(label, path, position) else { return nil }
    return (Int(child), end)
  }

  /// The position behind a label that the path spells with percent-encoded octets, or nil.
  private func encodedLabelEnd(
    _ label: Span<UInt8>, _ path: Span<UInt8>, _ start: Int
  ) -> Int? {
    var position = start
    for index in label.indices {
      if position == path.count { return nil }
      var octet = path[position]
      position += 1
      if octet == 0x25 {
        guard let decoded = literalTriplet(path, position - 1) else { return nil }
        octet = decoded
        position += 2
      }
      if octet != label[index] { return nil }
    }
    return position
  }

  /// The octet that a triplet stands for, or nil when it is malformed or an encoded slash, which is
  /// never the slash between segments.
  private func literalTriplet(_ path: Span<UInt8>, _ position: Int) -> UInt8? {
    guard let octet = PercentDecoding.triplet(path, at: position), octet != 0x2F else { return nil }
    return octet
  }
}
