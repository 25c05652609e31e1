import NecroHTTPSemantics
import NecroOctets
import NecroRouter

/// Why a route cannot be added.
public enum RouteError: Error {
  /// The template's syntax.
  case template(PathTemplateError)
  /// Another route serves the same.
  case conflict(RouterError)
}

/// What a request that no route serves is to be answered.
public struct Unmatched {
  /// 404, 405, 421 or 501; 204 for OPTIONS.
  public let status: StatusCode
  /// What the Allow field of 204 and 405 names.
  public let allowed: MethodSet?

  init(status: StatusCode, allowed: MethodSet? = nil) {
    self.status = status
    self.allowed = allowed
  }

  /// Appends the methods as the value of the Allow field, RFC 9110 §10.2.1.
  public func appendAllow(to output: inout OctetBuffer) {
    if let allowed { RouteTable.appendAllow(allowed, to: &output) }
  }
}

/// The routes of an application, with what HTTP says follows from them: HEAD where GET is, OPTIONS
/// everywhere, 405 with the methods that are allowed.
public struct RouteTable: ~Copyable {
  private var trie = RouteTrie()
  /// All methods that some route serves, with those that follow: what `OPTIONS *` is told.
  private(set) var allowed: MethodSet = .options

  public init() {}

  /// Adds a route.
  ///
  /// - Parameters:
  ///   - template: such as `/summon/{id}`.
  ///   - methods: the methods it serves; HEAD and OPTIONS follow without being named.
  ///   - route: the number under which the application knows it.
  public mutating func add(
    _ template: Span<UInt8>, methods: MethodSet, route: Int
  ) throws(RouteError) {
    let parsed: PathTemplate
    do throws(PathTemplateError) { parsed = try PathTemplate(template) } catch {
      throw .template(error)
    }
    do throws(RouterError) {
      try trie.insert(parsed, methods: methods, route: route)
    } catch { throw .conflict(error) }
    allowed.formUnion(RouteTable.completed(methods))
  }

  /// What serves a method on a path.
  enum Decision {
    case route(Int)
    /// OPTIONS on a path that no route serves it on.
    case options(MethodSet)
    case methodNotAllowed(MethodSet)
    case methodUnknown
    case notFound
    /// The target's scheme is not that of the connection.
    case misdirected

    /// What a request that no route serves is answered; nil where one does.
    var unmatched: Unmatched? {
      switch self {
      case .route: nil
      case .options(let allowed): Unmatched(status: .noContent, allowed: allowed)
      case .methodNotAllowed(let allowed): Unmatched(status: .methodNotAllowed, allowed: allowed)
      case .methodUnknown: Unmatched(status: .notImplemented)
      case .notFound: Unmatched(status: .notFound)
      case .misdirected: Unmatched(status: .misdirectedRequest)
      }
    }
  }

  /// Finds the route for a request. `captures` receives the path parameters.
  func decide(
    _ method: Method, path: Span<UInt8>, captures: inout RouteCaptures
  ) -> Decision {
    if method == .other { return .methodUnknown }
    switch trie.match(path, method: method.rawValue, captures: &captures) {
    case .route(let route):
      return .route(route)
    case .notFound:
      return .notFound
    case .methodNotAllowed(let allowed):
      let all = RouteTable.completed(allowed)
      if method == .head, allowed.contains(.get),
        case .route(let route) = trie.match(
          path, method: Method.get.rawValue, captures: &captures)
      {
        return .route(route)
      }
      return method == .options ? .options(all) : .methodNotAllowed(all)
    }
  }

  /// The methods with those that follow from them.
  private static func completed(_ methods: MethodSet) -> MethodSet {
    var all = methods
    if methods.contains(.get) {
      all.insert(.head)
    }
    all.insert(.options)
    return all
  }

  /// Appends the methods of a set as the value of the Allow field, RFC 9110 §10.2.1.
  static func appendAllow(_ methods: MethodSet, to output: inout OctetBuffer) {
    var isFirst = true
    for index in UInt8(0)..<9 where methods.contains(index: index) {
      if !isFirst { output.append(", ") }
      isFirst = false
      output.append(Method(rawValue: index).name)
    }
  }
}
