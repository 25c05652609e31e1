import CPython
import NecroOctets
import NecroPostgresWire

/// The Python types that values of Postgres become, and the types of one database. One for each
/// pool.
final class PostgresPython {
  let state: ModuleState
  /// The types of the database, those learnt from its catalog included.
  var catalog = PostgresTypeCatalog()
  /// The Python functions of the user's that read and write a type's text, by OID: a dict of pairs.
  let codecs: Object
  /// The names of learnt types by OID, for messages: a dict.
  let names: Object
  let reader = JSONReader()

  let datetime: UnsafeMutablePointer<NecroDatetime>
  let decimalType: Object
  let uuidType: Object
  /// What every UUID has in `is_safe`.
  let uuidUnknown: Object
  /// `necro.postgres._value_types`: makes what is too rare to be made here.
  private let values: Object
  let rangeType: Object
  let enumType: Object
  let jsonDefault: Object
  let parameterError: Object
  let resultError: Object

  /// Nil with a Python error.
  init?(_ state: ModuleState) {
    guard let codecs = PyDict_New(), let names = PyDict_New(), let datetime = necro_datetime(),
      let decimalType = imported("decimal", "Decimal"),
      let uuidType = imported("uuid", "UUID"), let safeUUID = imported("uuid", "SafeUUID"),
      let uuidUnknown = attribute(safeUUID, "unknown"),
      let values = PyImport_ImportModule("necro.postgres._value_types"),
      let rangeType = attribute(values, "Range"),
      let enumType = imported("enum", "Enum"),
      let jsonDefault = imported("necro._results", "json_default"),
      let parameterError = imported("necro.postgres._errors", "ParameterError"),
      let resultError = imported("necro.postgres._errors", "ResultError")
    else { return nil }
    release(safeUUID)
    self.state = state
    self.codecs = codecs
    self.names = names
    self.datetime = datetime
    self.decimalType = decimalType
    self.uuidType = uuidType
    self.uuidUnknown = uuidUnknown
    self.values = values
    self.rangeType = rangeType
    self.enumType = enumType
    self.jsonDefault = jsonDefault
    self.parameterError = parameterError
    self.resultError = resultError
  }

  deinit {
    for object in [
      codecs, names, decimalType, uuidType, uuidUnknown, values, rangeType, enumType, jsonDefault,
      parameterError, resultError,
    ] { release(object) }
  }

  /// A function of `necro.postgres._value_types`; nil with an error.
  func function(_ name: StaticString) -> Object? { attribute(values, name) }

  /// Whether an object is of a class or of one below it; the classes here are never replaced.
  func isInstance(_ object: Object, of type: Object) -> Bool {
    necro_is_instance(
      object, UnsafeMutableRawPointer(type).assumingMemoryBound(to: PyTypeObject.self))
  }
}
