import CPython
import NecroOctets
import NecroPythonJSON

/// Writes Python's own types as JSON, and hands others to a `JSONWriter`. It belongs to its state.
final class HostObjectWriter: ObjectWriter {
  // Both live as long as their interpreter.
  private let state: ModuleState

  init(state: ModuleState) {
    self.state = state
    super.init()
  }

  override func writeOther(
    _ value: Object, _ fallback: Object?, into output: inout OctetBuffer, depth: Int
  ) -> Bool {
    JSONWriter(state: state, fallback: fallback, octetsMax: octetsMax)
      .writeOther(value, into: &output, depth: depth)
  }

  override func failed(in name: Object) {
    JSONWriter(state: state, fallback: nil).note(retained(name))
  }

  override func failed(at index: Int) {
    JSONWriter(state: state, fallback: nil).note(PyLong_FromLong(index))
  }

  override func raiseTooLong() { NecroPythonHost.raiseTooLong(octetsMax) }
}
