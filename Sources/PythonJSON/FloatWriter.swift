import CPython
import NecroJSON

typealias Object = UnsafeMutablePointer<PyObject>

/// What the writer in C has of this module: a double's digits.
@c(necro_json_double)
public func writeDouble(_ value: Double, _ out: UnsafeMutablePointer<UInt8>?) -> Int {
  JSONSerializer.double(value, out.unsafelyUnwrapped)
}
