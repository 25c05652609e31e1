// swift-tools-version: 6.2
import PackageDescription

// The fuzz targets. libFuzzer brings the `main`, so they are a package of their own:
//
//   swift build --package-path Fuzz --scratch-path Fuzz/.build-fuzz --sanitize=fuzzer --sanitize=address
//   Fuzz/.build-fuzz/debug/HTTP1Split -max_total_time=60 Fuzz/.corpus/http1 Corpus/http1/seed
//
// The bodies are functions of NecroFuzzBodies, which the tests call as well. A new target is its name
// in `names` below and a folder of that name with one file of five lines.

/// `Canary` has to fail, and shows that a failure would be seen.
let names = ["HTTP1Split", "Canary"]

let settings: [SwiftSetting] = [
  .enableExperimentalFeature("Lifetimes"), .treatAllWarnings(as: .error),
  // No file has top-level code: the entry point is libFuzzer's.
  .unsafeFlags(["-parse-as-library"]),
]

let package = Package(
  name: "necro-fuzz",
  dependencies: [.package(name: "necro", path: "..")],
  targets: [
    .target(
      name: "FuzzInput",
      dependencies: [.product(name: "NecroOctets", package: "necro")],
      path: "FuzzInput", swiftSettings: settings)
  ]
    + names.map {
      .executableTarget(
        name: $0,
        dependencies: ["FuzzInput", .product(name: "NecroFuzzBodies", package: "necro")],
        path: $0, swiftSettings: settings)
    }
)
