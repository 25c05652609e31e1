import Testing

/// Names the clauses of specifications that a test shows to be kept.
///
/// The ids are those of the files in `Spec/`. Tests of the house read them from the sources and hold
/// them against those files; here they make a failing test say which clauses it was about.
public struct ClauseTrait: TestTrait, SuiteTrait {
  /// Such as `RFC9112-6.3-4`.
  public let ids: [String]

  public var comments: [Comment] { [Comment(rawValue: ids.joined(separator: ", "))] }
}

extension Trait where Self == ClauseTrait {
  /// The clauses that a test shows to be kept.
  ///
  /// - Parameter ids: literals, since the sources are searched for them.
  public static func clause(_ ids: String...) -> Self { ClauseTrait(ids: ids) }
}
