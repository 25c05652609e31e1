import CPython

// The types `PostgresCall` and `RedictCall`.

/// `cancel(msg=None)` of a call's future.
@c(necro_call_cancel)
func callCancel(
  _ future: Object?, _ defining: UnsafeMutablePointer<PyTypeObject>?,
  _ arguments: UnsafePointer<Object?>?, _ count: Py_ssize_t, _ names: Object?
) -> Object? {
  let future = future!
  let state = ModuleState.of(instance: future)
  let record = necro_call_record(future, defining)!
  let size = count + (names.map { necro_tuple_size($0) } ?? 0)
  guard size <= 1 else {
    raise(necro_type_error()!, "cancel() takes a message")
    return nil
  }
  let message = size == 1 ? arguments![0]! : necro_none()!
  guard let cancelled = call(state.calls!.futureCancel, future, message) else { return nil }
  if let raw = record.pointee, cancelled == necro_true() {
    record.pointee = nil
    Unmanaged<AwaitedCall>.fromOpaque(raw).takeUnretainedValue().cancel()
  }
  return cancelled
}
