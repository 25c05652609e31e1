/// A node of the trie: the octets on the way to it, and what may follow.
///
/// Nodes name each other by index, so that the trie is a few flat arrays: nothing is counted or
/// chased while matching.
struct RouteNode {
  /// No node, no endpoint.
  static var none: Int32 { -1 }

  /// The literal octets between the parent and this node, in the trie's `labels`.
  var labelOffset: Int32
  var labelCount: Int32

  /// The children by their labels' first octet: entries of the trie's `children`, the first of them
  /// for the octet `childrenLow`.
  var childrenOffset: Int32 = 0
  var childrenCount: Int32 = 0
  var childrenLow: UInt8 = 0

  /// Whether the label holds a `%`, which in a path would begin a triplet and so stands for itself
  /// only when it is encoded.
  var labelHasPercent: Bool

  /// The node behind one whole segment.
  var parameterChild: Int32 = RouteNode.none

  /// The endpoint of a template that takes the rest of the path from here.
  var restEndpoint: Int32 = RouteNode.none

  /// The endpoint of a template that ends here.
  var endpoint: Int32 = RouteNode.none

  var hasAlternative: Bool {
    parameterChild != RouteNode.none || restEndpoint != RouteNode.none
  }
}

/// The routes of one template's shape, by method.
struct RouteEndpoint {
  var methods: MethodSet
  /// Where in the trie's `routes` the 16 numbers by method index begin.
  var routesOffset: Int
}
