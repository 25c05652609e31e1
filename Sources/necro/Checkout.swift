import CLinux

/// The source tree this executable was built in, whose Python package and extension module it runs.
struct Checkout {
  /// The folder of Package.swift.
  let folder: String
  /// The folder of the executable, where the build puts the extension module too.
  let buildFolder: String

  /// The checkout above the executable; nil when it was copied elsewhere, where the installed package
  /// counts.
  static func ofThisExecutable() -> Checkout? {
    guard let executable = FileSystem.resolved("/proc/self/exe") else { return nil }
    let buildFolder = FileSystem.parent(of: executable)
    var folder = buildFolder
    while folder != "/" {
      if FileSystem.exists(folder + "/Package.swift")
        && FileSystem.exists(folder + "/Sources/Python/necro")
      {
        return Checkout(folder: folder, buildFolder: buildFolder)
      }
      folder = FileSystem.parent(of: folder)
    }
    return nil
  }

  /// Tells Python through its environment where package and extension module lie. An extension module
  /// that is named there already stays.
  func announce() {
    let package = folder + "/Sources/Python"
    if let others = Environment["PYTHONPATH"] {
      setenv("PYTHONPATH", package + ":" + others, 1)
    } else {
      setenv("PYTHONPATH", package, 1)
    }
    setenv("NECRO_EXTENSION", buildFolder + "/lib_necro.so", 0)
  }
}
