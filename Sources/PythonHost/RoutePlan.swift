import CPython
import NecroHTTPSemantics
import NecroRouter

/// How the arguments of a handler are made, and what its result becomes: a `CompiledRoute` of the
/// Python side, read once when the worker starts. Its objects are borrowed from the route, which is
/// kept and not changed any more.
final class RoutePlan {
  /// A handler's parameter, in the numbering of `CompiledParameter.kind`.
  enum Argument {
    /// A path parameter as str.
    case text(capture: Int)
    case integer(capture: Int)
    case float(capture: Int)
    /// A path parameter through a Python callable.
    case converted(capture: Int, Object)
    case constant(Object)
    case request
    // Of the content, or the default when there is none.
    case body(absent: Object?)
    case bodyBytes(absent: Object?)
    case bodyString(absent: Object?)
    /// The parsed content through a Python callable.
    case bodyValue(Object, absent: Object?)
    /// The request through a Python callable.
    case derived(Object)
  }

  /// The `CompiledRoute` itself, for the Python side's error handling.
  let route: Object
  let handler: Object
  let isAsync: Bool
  let arguments: [Argument]
  /// The tuple of names of the trailing arguments that are passed by keyword, or nil.
  let keywordNames: Object?
  let positionalCount: Int
  /// The status that the route declares, or nil.
  let status: StatusCode?
  /// None is an empty response for GET too, instead of 404.
  let noneIsEmpty: Bool
  /// Whether the handler is cancelled when its peer has gone; nil: by the method.
  let isCancelledOnDisconnect: Bool?
  let needsContent: Bool
  let needsRequest: Bool

  /// Reads a `CompiledRoute`; nil with a Python error.
  init?(_ route: Object) {
    guard let handler = attribute(route, "call"),
      let isAsync = RoutePlan.flag(route, "is_async"),
      let status = attribute(route, "status"),
      let noneIsEmpty = RoutePlan.flag(route, "none_is_empty"),
      let cancels = attribute(route, "cancels"),
      let readsContent = RoutePlan.flag(route, "reads_content"),
      let parameters = attribute(route, "parameters"),
      let keywords = attribute(route, "keywords"),
      let arguments = RoutePlan.arguments(parameters)
    else { return nil }
    defer {
      for object in [handler, status, cancels, parameters, keywords] { release(object) }
    }
    self.route = retained(route)
    self.handler = handler
    self.isAsync = isAsync
    self.status =
      status == necro_none()
      ? nil : StatusCode(rawValue: UInt16(truncatingIfNeeded: PyLong_AsLong(status)))
    self.noneIsEmpty = noneIsEmpty
    isCancelledOnDisconnect = cancels == necro_none() ? nil : PyObject_IsTrue(cancels) != 0
    self.arguments = arguments
    let keywordCount = necro_tuple_size(keywords)
    keywordNames = keywordCount > 0 ? keywords : nil
    positionalCount = arguments.count - keywordCount
    var needsContent = readsContent
    var needsRequest = false
    for argument in arguments {
      switch argument {
      case .body, .bodyBytes, .bodyString, .bodyValue: needsContent = true
      case .request: needsRequest = true
      case .text, .integer, .float, .converted, .constant, .derived: break
      }
    }
    self.needsContent = needsContent
    self.needsRequest = needsRequest
  }

  deinit { release(route) }

  private static func flag(_ object: Object, _ name: StaticString) -> Bool? {
    guard let value = attribute(object, name) else { return nil }
    defer { release(value) }
    let truth = PyObject_IsTrue(value)
    return truth < 0 ? nil : truth != 0
  }

  private static func arguments(_ parameters: Object) -> [Argument]? {
    var arguments: [Argument] = []
    for index in 0..<necro_tuple_size(parameters) {
      let parameter = necro_tuple_item(parameters, index)!
      guard let kind = attribute(parameter, "kind"), let data = attribute(parameter, "data"),
        let hasDefault = flag(parameter, "has_default"),
        let absent = attribute(parameter, "default")
      else { return nil }
      defer {
        for object in [kind, data, absent] { release(object) }
      }
      guard let argument = argument(PyLong_AsLong(kind), data, hasDefault ? absent : nil)
      else { return nil }
      arguments.append(argument)
    }
    return arguments
  }

  /// Borrows the references.
  private static func argument(_ kind: Int, _ data: Object, _ absent: Object?) -> Argument? {
    switch kind {
    case 0:
      let capture = PyLong_AsLong(necro_tuple_item(data, 0))
      let converter = necro_tuple_item(data, 1)!
      if converter == necro_none() { return .text(capture: capture) }
      if converter == necro_int_type() { return .integer(capture: capture) }
      if converter == necro_float_type() { return .float(capture: capture) }
      return .converted(capture: capture, converter)
    case 1: return .constant(data)
    case 2: return .request
    case 3: return .body(absent: absent)
    case 4: return .bodyBytes(absent: absent)
    case 5: return .bodyString(absent: absent)
    case 6: return .bodyValue(data, absent: absent)
    case 7: return .derived(data)
    default:
      raise(necro_runtime_error()!, "a parameter of a kind that is not known")
      return nil
    }
  }

  /// Whether a pending call is cancelled when its peer has gone.
  func cancels(for method: Method) -> Bool {
    isCancelledOnDisconnect ?? method.isSafe
  }
}
