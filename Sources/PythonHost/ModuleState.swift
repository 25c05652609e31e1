import CPython
import NecroOctets

/// What `_necro` keeps for one interpreter: its types and the Python objects it calls on.
///
/// Nothing of this may live in a global, which all interpreters would share.
final class ModuleState {
  let bodyType: UnsafeMutablePointer<PyTypeObject>
  let requestHeadType: UnsafeMutablePointer<PyTypeObject>
  let dispatcherType: UnsafeMutablePointer<PyTypeObject>
  let connectionType: UnsafeMutablePointer<PyTypeObject>
  let decodeError: Object
  let rowType: UnsafeMutablePointer<PyTypeObject>
  let ruleType: UnsafeMutablePointer<PyTypeObject>
  let sessionType: UnsafeMutablePointer<PyTypeObject>
  let redictPoolType: UnsafeMutablePointer<PyTypeObject>
  let redictConnectionType: UnsafeMutablePointer<PyTypeObject>
  /// What calls of databases need of asyncio, which is not imported before.
  private(set) var calls: CallTypes?

  /// Raised for a missing attribute of a body; looked up when it is first needed.
  private var missingField: Object?
  /// Raised when content is read of a peer that is gone.
  private var clientDisconnect: Object?
  /// Raised when content is read that the server has refused.
  private var httpError: Object?

  /// What writes and reads JSON; they keep the names they have seen.
  let jsonNames = necro_json_names()
  private(set) lazy var jsonReader = JSONReader()
  /// The storage that `dumps` writes to, while nobody does.
  var jsonOutput = OctetBuffer()
  /// The storage that is kept, in octets.
  static var jsonOutputKept: Int { 1 << 22 }
  private var ownDefault: Object?
  private var raw: Object?

  let nameStatus = interned("status")
  let nameFields = interned("fields")
  let nameContent = interned("content")
  let nameRoute = interned("_route")
  let nameOwnContent = interned("_content")
  let nameCancel = interned("cancel")
  let nameThrow = interned("throw")
  let nameClose = interned("close")
  let nameDone = interned("done")
  let nameSetResult = interned("set_result")
  let nameCreateFuture = interned("create_future")
  let nameCallSoonThreadsafe = interned("call_soon_threadsafe")
  let nameSetException = interned("set_exception")
  let nameInt = interned("int")
  let nameIsSafe = interned("is_safe")
  let nameUTCOffset = interned("utcoffset")

  init(
    bodyType: UnsafeMutablePointer<PyTypeObject>,
    requestHeadType: UnsafeMutablePointer<PyTypeObject>,
    dispatcherType: UnsafeMutablePointer<PyTypeObject>,
    connectionType: UnsafeMutablePointer<PyTypeObject>,
    rowType: UnsafeMutablePointer<PyTypeObject>,
    ruleType: UnsafeMutablePointer<PyTypeObject>,
    sessionType: UnsafeMutablePointer<PyTypeObject>,
    redictPoolType: UnsafeMutablePointer<PyTypeObject>,
    redictConnectionType: UnsafeMutablePointer<PyTypeObject>, decodeError: Object
  ) {
    self.bodyType = bodyType
    self.requestHeadType = requestHeadType
    self.dispatcherType = dispatcherType
    self.connectionType = connectionType
    self.rowType = rowType
    self.ruleType = ruleType
    self.sessionType = sessionType
    self.redictPoolType = redictPoolType
    self.redictConnectionType = redictConnectionType
    self.decodeError = decodeError
  }

  /// The state of the interpreter that made `module`.
  static func of(module: Object) -> ModuleState {
    Unmanaged<ModuleState>.fromOpaque(necro_module_state(module).pointee.payload)
      .takeUnretainedValue()
  }

  /// The state of the interpreter that an instance of one of our types belongs to.
  static func of(instance: Object) -> ModuleState {
    // Types of ours are made from the module, and subclasses inherit from them.
    of(module: necro_module_of(instance)!)
  }

  /// The types of calls; nil with an error.
  func callTypes(ofModule module: Object) -> CallTypes? {
    if calls == nil { calls = CallTypes(module: module) }
    return calls
  }

  /// `necro._results.json_default`; nil with an error.
  func jsonDefault() -> Object? {
    if ownDefault == nil { ownDefault = imported("necro._results", "json_default") }
    return ownDefault
  }

  /// `necro.json.Raw`, looked up when the first subclass of bytes is written; nil where that fails.
  func rawType() -> Object? {
    if raw == nil { raw = imported("necro.json", "Raw") }
    if raw == nil { PyErr_Clear() }
    return raw
  }

  /// `necro._faults.MissingField`; nil with an error.
  func missingFieldType() -> Object? {
    if missingField == nil { missingField = imported("necro._faults", "MissingField") }
    return missingField
  }

  /// `necro._faults.ClientDisconnect`; nil with an error.
  func clientDisconnectType() -> Object? {
    if clientDisconnect == nil {
      clientDisconnect = imported("necro._faults", "ClientDisconnect")
    }
    return clientDisconnect
  }

  /// `necro._errors.HTTPError`; nil with an error.
  func httpErrorType() -> Object? {
    if httpError == nil { httpError = imported("necro._errors", "HTTPError") }
    return httpError
  }
}

@c(necro_module_exec)
func moduleExec(_ module: Object?) -> CInt {
  let module = module!
  guard let worker = makeType(module, necro_worker_spec(), named: "Worker"),
    let host = makeType(module, necro_host_spec(), named: "Host"),
    let dispatcher = makeType(module, necro_dispatcher_spec(), named: "Dispatcher"),
    let connection = makeType(module, necro_connection_spec(), named: "Connection"),
    let request = makeType(module, necro_request_spec(), named: "RequestHead"),
    let body = makeType(module, necro_body_spec(), named: "Body"),
    let row = makeType(module, necro_row_spec(), named: "Row"),
    let rule = makeType(module, necro_rule_spec(), named: "Rule"),
    makeType(module, necro_model_spec(), named: "Model") != nil,
    makeType(module, necro_model_class_spec(), of: necro_type_type(), named: "ModelClass") != nil,
    let pool = makeType(module, necro_pool_spec(), named: "PostgresPool"),
    let session = makeType(module, necro_session_spec(), named: "PostgresConnection"),
    let redictPool = makeType(module, necro_redict_spec(), named: "RedictPool"),
    let redictConnection = makeType(
      module, necro_redict_connection_spec(), named: "RedictConnection"),
    let redictBatch = makeType(module, necro_redict_batch_spec(), named: "RedictBatch"),
    let decodeError = PyErr_NewException("necro._necro.JSONDecodeError", necro_value_error(), nil),
    PyModule_AddObjectRef(module, "JSONDecodeError", decodeError) == 0
  else { return -1 }
  _ = worker
  _ = host
  _ = pool
  _ = redictBatch
  let state = ModuleState(
    bodyType: body, requestHeadType: request, dispatcherType: dispatcher,
    connectionType: connection, rowType: row, ruleType: rule, sessionType: session,
    redictPoolType: redictPool, redictConnectionType: redictConnection, decodeError: decodeError)
  necro_module_state(module).pointee.payload = Unmanaged.passRetained(state).toOpaque()
  return 0
}

@c(necro_module_free)
func moduleFree(_ module: UnsafeMutableRawPointer?) {
  // Interpreters end with the process; the state of one that failed to start is not worth a walk.
}

/// Makes a type for this interpreter and adds it to the module; a reference that the module's state
/// keeps, or nil with an error.
private func makeType(
  _ module: Object, _ spec: UnsafeMutablePointer<PyType_Spec>, of base: Object? = nil,
  named name: StaticString
) -> UnsafeMutablePointer<PyTypeObject>? {
  guard let type = PyType_FromModuleAndSpec(module, spec, base) else { return nil }
  let added = PyModule_AddObjectRef(
    module, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self), type)
  guard added == 0 else { return nil }
  return UnsafeMutableRawPointer(type).assumingMemoryBound(to: PyTypeObject.self)
}
