import FuzzInput
import NecroFuzzBodies

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ octetCount: Int) -> CInt {
  fuzz(start, octetCount, fuzzJSONSplit)
}
