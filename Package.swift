// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The modes a build can have, in one place.
//
// NECRO_EMBEDDED=1       Embedded Swift, as `_necro` ships: no runtime library, libc alone.
// NECRO_SYMBOLS=1        with Embedded Swift: keeps the symbols that a profiler shows.
// NECRO_MAP=FILE         with Embedded Swift: the linker writes what the library is made of.
// NECRO_PYTHON_INCLUDE   the folder of Python.h, when the manifest should not look for one.
//
// The codecs (Octets to Router) carry no unsafe flag in an ordinary build, so that any package can
// depend on their products; the flags below are those of targets that only this package builds.
let environment = Context.environment
let isEmbedded = environment["NECRO_EMBEDDED"] == "1"

/// The folder of CPython's headers: the one named, else that of the newest CPython from 3.13 on
/// beside an interpreter on PATH, in the active or local virtual environment, or under pyenv.
func pythonInclude() -> String? {
  if let named = environment["NECRO_PYTHON_INCLUDE"], !named.isEmpty { return named }
  let files = FileManager.default
  var homes: [String] = []
  for venv in [environment["VIRTUAL_ENV"], Context.packageDirectory + "/.venv"] {
    guard let venv, let text = try? String(contentsOfFile: venv + "/pyvenv.cfg", encoding: .utf8)
    else { continue }
    for line in text.split(separator: "\n") where line.hasPrefix("home") {
      if let equals = line.firstIndex(of: "=") {
        let bin = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        homes.append((bin as NSString).deletingLastPathComponent)
      }
    }
  }
  for folder in (environment["PATH"] ?? "").split(separator: ":") {
    homes.append((String(folder) as NSString).deletingLastPathComponent)
  }
  let pyenv = (environment["PYENV_ROOT"] ?? (environment["HOME"] ?? "") + "/.pyenv") + "/versions"
  let versions = (try? files.contentsOfDirectory(atPath: pyenv)) ?? []
  homes += versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }
    .map { pyenv + "/" + $0 }
  for home in homes {
    for minor in stride(from: 19, through: 13, by: -1) {
      let folder = home + "/include/python3.\(minor)"
      if files.fileExists(atPath: folder + "/Python.h") { return folder }
    }
  }
  return nil
}

/// The toolchain's folder of Embedded Swift libraries, seen from the compiler on PATH.
func embeddedLibraries() -> String {
  #if arch(arm64)
    let triple = "aarch64-unknown-linux-gnu"
  #else
    let triple = "x86_64-unknown-linux-gnu"
  #endif
  for folder in (environment["PATH"] ?? "").split(separator: ":") {
    let compiler = URL(fileURLWithPath: folder + "/swiftc").resolvingSymlinksInPath()
    let libraries = compiler.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("lib/swift/embedded/\(triple)").path
    if FileManager.default.fileExists(atPath: libraries) { return libraries }
  }
  return "/usr/lib/swift/embedded/\(triple)"
}

let common: [SwiftSetting] =
  [.enableExperimentalFeature("Lifetimes"), .treatAllWarnings(as: .error)]
  + (isEmbedded
    ? [
      .enableExperimentalFeature("Embedded"),
      // The tests run with checks of exclusive access; a worker's objects belong to one thread.
      .unsafeFlags(["-wmo", "-Xfrontend", "-function-sections", "-enforce-exclusivity=unchecked"]),
      // Checks that fail share a trap, and no file leaves the digest of its code in the library.
      .unsafeFlags([
        "-Xfrontend", "-mergeable-traps", "-Xfrontend", "-disable-incremental-llvm-codegen",
      ]),
      // Nothing is thrown through Swift's frames, so that tables for unwinding them are not needed.
      .unsafeFlags([
        "-Xllvm", "-force-attribute=nounwind", "-Xllvm", "-force-remove-attribute=uwtable",
      ]),
    ] : [])

/// A codec: octets in, values out, and no unsafe code.
let codec = common + [.strictMemorySafety()]

/// What ships is to fit in 1 MB: what is large, and calls into CPython or waits for a database
/// anyway, is compiled for size. The codecs and the server that every request passes are not.
/// Instructions that many of its functions have in common become a function of their own.
let small: [SwiftSetting] =
  isEmbedded ? [.unsafeFlags(["-Osize", "-Xllvm", "-enable-machine-outliner=always"])] : []
/// The same for C: without tables for unwinding, and without the checks in Python's headers.
let embeddedC =
  isEmbedded ? ["-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-DNDEBUG"] : []
let shimSettings: [CSetting] = isEmbedded ? [.unsafeFlags(embeddedC)] : []

/// What belongs to one thread alone: a driver's objects are its loop's, and all of it runs with the GIL
/// held. References to them are counted without the processor's locks.
let single: [SwiftSetting] =
  isEmbedded ? [.unsafeFlags(["-Xfrontend", "-assume-single-threaded"])] : []

let python = pythonInclude()
let pythonHeaders = python.map { ["-I\($0)"] } ?? []
/// Python.h sees libc with the GNU declarations: beside it, CLinux has to.
let pythonSwift =
  ["-Xcc", "-D_GNU_SOURCE"] + (isEmbedded ? ["-Xcc", "-DNDEBUG"] : [])
  + (python.map { ["-Xcc", "-I\($0)"] } ?? [])

/// `NECRO_PYTHON_3_13` and the like: the minor version the extension module is built for, which
/// `necro` looks for first.
let pythonMinor: [SwiftSetting] =
  python?.split(separator: ".").last.map { [.define("NECRO_PYTHON_3_\($0)")] } ?? []

/// Relative relocations in packed form, a tenth of their size, which glibc reads from 2.36 on.
func packedRelocations() -> [String] {
  #if canImport(Glibc)
    var text = [CChar](repeating: 0, count: 64)
    _ = confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count)
    let version = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    if version.compare("glibc 2.36", options: .numeric) != .orderedAscending {
      return ["-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]
    }
  #endif
  return []
}

/// How a shared library is linked whose only symbols for others are those that `exports` lists.
func libraryLinker(exports: String) -> [LinkerSetting] {
  var flags = ["-Xlinker", "--version-script=\(Context.packageDirectory)/\(exports)"]
  if isEmbedded {
    flags += [
      "-L\(embeddedLibraries())", "-lswiftUnicodeDataTables",
      // Functions of the same code are folded into one, which the toolchain's lld can do.
      "-Xlinker", "--gc-sections", "-use-ld=lld", "-Xlinker", "--icf=all",
    ]
    flags += packedRelocations()
    if environment["NECRO_SYMBOLS"] != "1" { flags += ["-Xlinker", "-s"] }
    if let map = environment["NECRO_MAP"] { flags += ["-Xlinker", "-Map=\(map)"] }
  }
  return [.unsafeFlags(flags)]
}

let package = Package(
  name: "necro",
  products: [
    .library(name: "NecroOctets", targets: ["NecroOctets"]),
    .library(name: "NecroHTTPSemantics", targets: ["NecroHTTPSemantics"]),
    .library(name: "NecroHTTP1", targets: ["NecroHTTP1"]),
    .library(name: "NecroJSON", targets: ["NecroJSON"]),
    .library(name: "NecroPostgresJSON", targets: ["NecroPostgresJSON"]),
    .library(name: "NecroPostgresWire", targets: ["NecroPostgresWire"]),
    .library(name: "NecroRESP", targets: ["NecroRESP"]),
    .library(name: "NecroRouter", targets: ["NecroRouter"]),
    .library(name: "NecroSQLText", targets: ["NecroSQLText"]),
    .library(name: "NecroPostgres", targets: ["NecroPostgres"]),
    .library(name: "NecroRedict", targets: ["NecroRedict"]),
    .library(name: "NecroTLS", targets: ["NecroTLS"]),
    .library(name: "NecroServer", targets: ["NecroServer"]),
    .library(name: "NecroFuzzBodies", targets: ["NecroFuzzBodies"]),
    .library(name: "_necro", type: .dynamic, targets: ["NecroPythonHost"]),
    .library(name: "necro_sqltext", type: .dynamic, targets: ["NecroSQLTextLibrary"]),
    .executable(name: "necro", targets: ["necro"]),
  ],
  targets: [
    // Codecs.
    .target(
      name: "NecroOctets", dependencies: ["CKernels"], path: "Sources/Octets", swiftSettings: common
    ),
    .target(
      name: "NecroHTTPSemantics", dependencies: ["NecroOctets"],
      path: "Sources/HTTPSemantics", swiftSettings: codec),
    .target(
      name: "NecroHTTP1", dependencies: ["NecroOctets", "NecroHTTPSemantics"],
      path: "Sources/HTTP1", swiftSettings: codec),
    // Its kernels are unsafe code in a folder of their own, as HouseTests see to.
    .target(
      name: "NecroJSON", dependencies: ["CKernels", "NecroOctets"],
      path: "Sources/JSON", swiftSettings: common),
    .target(
      name: "NecroPostgresWire", dependencies: ["NecroOctets"],
      path: "Sources/PostgresWire", swiftSettings: codec + small),
    .target(
      name: "NecroPostgresJSON", dependencies: ["NecroOctets", "NecroJSON", "NecroPostgresWire"],
      path: "Sources/PostgresJSON", swiftSettings: codec + small),
    .target(
      name: "NecroRESP", dependencies: ["NecroOctets", "NecroJSON"],
      path: "Sources/RESP", swiftSettings: codec),
    .target(
      name: "NecroRouter", dependencies: ["NecroOctets"],
      path: "Sources/Router", swiftSettings: codec),
    .target(
      name: "NecroSQLText", dependencies: ["NecroOctets"],
      path: "Sources/SQLText", swiftSettings: codec),

    // C shims.
    .target(name: "CKernels", path: "Sources/CKernels", cSettings: shimSettings),
    .target(
      name: "CLinux", path: "Sources/CLinux",
      cSettings: shimSettings + (isEmbedded ? [.define("NECRO_EMBEDDED")] : [])),
    .target(
      name: "COpenSSL", path: "Sources/COpenSSL",
      cSettings: isEmbedded ? [.unsafeFlags(["-Os"])] : []),
    .target(
      name: "CPython", dependencies: ["CKernels"], path: "Sources/CPython",
      exclude: ["exports.map"],
      cSettings: [
        .unsafeFlags(
          pythonHeaders + ["-Wall", "-Wextra", "-Werror"] + (isEmbedded ? ["-Os"] : []) + embeddedC)
      ]),

    // TLS sessions, which a server and the drivers have in common.
    .target(
      name: "NecroTLS", dependencies: ["CLinux", "COpenSSL", "NecroOctets"],
      path: "Sources/TLS", swiftSettings: common + small),

    // The server.
    .target(
      name: "NecroReactor", dependencies: ["CLinux", "NecroOctets"],
      path: "Sources/Reactor", swiftSettings: common),
    .target(
      name: "NecroServer",
      dependencies: [
        "CLinux", "NecroOctets", "NecroHTTPSemantics", "NecroHTTP1", "NecroRouter", "NecroReactor",
        "NecroTLS",
      ],
      path: "Sources/Server", swiftSettings: common),

    // The drivers.
    .target(
      name: "NecroTLSClient", dependencies: ["NecroOctets", "NecroReactor", "NecroTLS"],
      path: "Sources/TLSClient", swiftSettings: common + small + single),
    .target(
      name: "NecroPostgres",
      dependencies: [
        "CLinux", "NecroOctets", "NecroReactor", "NecroPostgresWire", "NecroTLS", "NecroTLSClient",
      ],
      path: "Sources/Postgres", swiftSettings: common + small + single),

    .target(
      name: "NecroRedict",
      dependencies: [
        "CLinux", "NecroOctets", "NecroReactor", "NecroRESP", "NecroTLS", "NecroTLSClient",
      ],
      path: "Sources/Redict", swiftSettings: common + small + single),

    // Python.
    .target(
      name: "NecroPythonJSON", dependencies: ["CPython", "NecroOctets", "NecroJSON"],
      path: "Sources/PythonJSON", swiftSettings: common + small + [.unsafeFlags(pythonSwift)]),
    .target(
      name: "NecroPythonHost",
      dependencies: [
        "CPython", "CLinux", "NecroOctets", "NecroJSON", "NecroPostgres", "NecroPostgresJSON",
        "NecroPostgresWire", "NecroPythonJSON", "NecroRESP", "NecroRedict", "NecroServer",
        "NecroTLS",
      ],
      path: "Sources/PythonHost", swiftSettings: common + small + [.unsafeFlags(pythonSwift)],
      linkerSettings: libraryLinker(exports: "Sources/CPython/exports.map")),
    // The reader of SQL as a library for `necro scribe`, which is a distribution of its own.
    .target(
      name: "NecroSQLTextLibrary", dependencies: ["NecroOctets", "NecroSQLText"],
      path: "Sources/Scribe/Library", exclude: ["exports.map"], swiftSettings: common + small,
      linkerSettings: libraryLinker(exports: "Sources/Scribe/Library/exports.map")),
    .executableTarget(
      name: "necro", dependencies: ["CLinux"], path: "Sources/necro",
      swiftSettings: common + pythonMinor),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["NecroOctets", "CLinux"], path: "Tests/TestSupport",
      swiftSettings: common),
    .target(name: "COpenSSLHeaders", path: "Tests/COpenSSLHeaders"),
    .target(name: "CHTTPParser", path: "Tests/CHTTPParser"),
    .target(name: "CHiredis", path: "Tests/CHiredis"),
    .target(name: "CLibpq", path: "Tests/CLibpq"),
    .target(
      name: "NecroFuzzBodies",
      dependencies: [
        "CHTTPParser", "CHiredis", "CLibpq", "NecroOctets", "NecroHTTPSemantics", "NecroHTTP1",
        "NecroJSON", "NecroPostgresJSON", "NecroPostgresWire", "NecroRESP", "NecroRouter",
        "NecroSQLText", "NecroTLS",
      ],
      path: "Tests/FuzzBodies", swiftSettings: common),
    .executableTarget(
      name: "http1-transcripts", dependencies: ["NecroOctets", "NecroHTTP1", "NecroFuzzBodies"],
      path: "Tests/Transcripts", swiftSettings: common),
    .executableTarget(
      name: "json-floats", dependencies: ["NecroOctets", "NecroJSON"],
      path: "Tests/JSONFloats", swiftSettings: common),
    .executableTarget(
      name: "postgres-values",
      dependencies: [
        "NecroOctets", "NecroPostgresJSON", "NecroPostgresWire", "NecroFuzzBodies",
      ],
      path: "Tests/PostgresValues", swiftSettings: common),
    .testTarget(
      name: "OctetsTests", dependencies: ["NecroOctets", "TestSupport"],
      path: "Tests/OctetsTests", swiftSettings: common),
    .testTarget(
      name: "HTTPSemanticsTests", dependencies: ["NecroHTTPSemantics", "TestSupport"],
      path: "Tests/HTTPSemanticsTests", swiftSettings: common),
    .testTarget(
      name: "HTTP1Tests", dependencies: ["NecroHTTP1", "TestSupport", "NecroFuzzBodies"],
      path: "Tests/HTTP1Tests", swiftSettings: common),
    .testTarget(
      name: "JSONTests", dependencies: ["NecroJSON", "TestSupport", "NecroFuzzBodies"],
      path: "Tests/JSONTests", swiftSettings: common),
    .testTarget(
      name: "PostgresWireTests",
      dependencies: ["NecroPostgresWire", "TestSupport", "NecroFuzzBodies"],
      path: "Tests/PostgresWireTests", swiftSettings: common),
    .testTarget(
      name: "PostgresJSONTests",
      dependencies: [
        "NecroPostgresJSON", "NecroPostgresWire", "NecroJSON", "TestSupport", "NecroFuzzBodies",
      ],
      path: "Tests/PostgresJSONTests", swiftSettings: common),
    .target(
      name: "PostgresSimulation",
      dependencies: ["NecroPostgres", "NecroPostgresWire", "NecroReactor", "NecroOctets"],
      path: "Tests/PostgresSimulation", swiftSettings: common),
    .executableTarget(
      name: "postgres-simulator", dependencies: ["PostgresSimulation", "CLinux"],
      path: "Tests/PostgresSimulator", swiftSettings: common),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "PostgresSimulation", "NecroPostgres", "NecroPostgresWire", "NecroReactor", "NecroOctets",
        "TestSupport",
      ],
      path: "Tests/SimulationTests", swiftSettings: common),
    .testTarget(
      name: "PostgresTests",
      dependencies: [
        "NecroPostgres", "NecroPostgresWire", "NecroReactor", "NecroOctets", "CLinux",
        "PostgresSimulation", "TestSupport",
      ],
      path: "Tests/PostgresTests", swiftSettings: common),
    .testTarget(
      name: "RedictTests",
      dependencies: [
        "NecroRedict", "NecroRESP", "NecroReactor", "NecroOctets", "CLinux", "TestSupport",
      ],
      path: "Tests/RedictTests", swiftSettings: common),
    .testTarget(
      name: "RESPTests", dependencies: ["NecroRESP", "TestSupport", "NecroFuzzBodies"],
      path: "Tests/RESPTests", swiftSettings: common),
    .testTarget(
      name: "RouterTests", dependencies: ["NecroRouter", "TestSupport", "NecroFuzzBodies"],
      path: "Tests/RouterTests", swiftSettings: common),
    .testTarget(
      name: "SQLTextTests", dependencies: ["NecroSQLText", "TestSupport", "NecroFuzzBodies"],
      path: "Tests/SQLTextTests", swiftSettings: common),
    .testTarget(
      name: "ReactorTests", dependencies: ["NecroReactor", "CLinux", "TestSupport"],
      path: "Tests/ReactorTests", swiftSettings: common),
    .testTarget(
      name: "TLSTests",
      dependencies: [
        "NecroTLS", "COpenSSLHeaders", "CLinux", "NecroOctets", "NecroFuzzBodies", "TestSupport",
      ],
      path: "Tests/TLSTests", swiftSettings: common),
    .testTarget(
      name: "ServerTests", dependencies: ["NecroServer", "CLinux", "TestSupport"],
      path: "Tests/ServerTests", swiftSettings: common),
    .testTarget(
      name: "DifferentialTests",
      dependencies: ["NecroOctets", "NecroHTTP1", "NecroFuzzBodies", "TestSupport"],
      path: "Tests/DifferentialTests", swiftSettings: common),
    .testTarget(
      name: "NecroTests", dependencies: ["necro", "TestSupport"],
      path: "Tests/NecroTests", swiftSettings: common),
    .testTarget(
      name: "HouseTests", dependencies: ["TestSupport", "NecroOctets"],
      path: "Tests/HouseTests", swiftSettings: common),
  ]
)
