/// What an event of the poller is about, in its 64 bits: the kind in the two highest.
enum Token {
  case connection(slot: Int, generation: UInt32)
  case listener(Int)
  case application(UInt64)
  case drain(Int32)

  init(rawValue: UInt64) {
    let rest = rawValue & (1 << 62 - 1)
    switch rawValue >> 62 {
    case 0: self = .connection(slot: Int(rest & 0xFFFF_FFFF), generation: UInt32(rest >> 32))
    case 1: self = .listener(Int(rest))
    case 2: self = .application(rest)
    default: self = .drain(Int32(rest))
    }
  }

  var rawValue: UInt64 {
    switch self {
    case .connection(let slot, let generation): UInt64(generation) << 32 | UInt64(slot)
    case .listener(let index): 1 << 62 | UInt64(index)
    case .application(let token): 2 << 62 | token
    case .drain(let descriptor): 3 << 62 | UInt64(descriptor)
    }
  }
}
