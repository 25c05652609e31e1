/// Which sides of a copy are still sending.
///
/// PG protocol-copy
@frozen
public enum CopyState: UInt8, Sendable {
  /// There is no copy.
  case none
  /// The frontend sends.
  case copyIn
  /// The backend sends.
  case copyOut
  /// Both send.
  case copyBoth
  /// All who sent are done, and the command's completion is to come.
  case ended

  /// Whether CopyData may be sent.
  @inlinable
  public var isSending: Bool {
    switch self {
    case .copyIn, .copyBoth: true
    case .none, .copyOut, .ended: false
    }
  }

  /// Whether CopyData may come.
  var isReceiving: Bool {
    switch self {
    case .copyOut, .copyBoth: true
    case .none, .copyIn, .ended: false
    }
  }

  /// The state behind a CopyDone of the backend; nil if none may come.
  var afterBackendDone: CopyState? {
    switch self {
    case .copyOut: .ended
    case .copyBoth: .copyIn
    case .none, .copyIn, .ended: nil
    }
  }

  /// The state behind a CopyDone of the frontend; nil if none may be sent.
  var afterFrontendDone: CopyState? {
    switch self {
    case .copyIn: .ended
    case .copyBoth: .copyOut
    case .none, .copyOut, .ended: nil
    }
  }
}
