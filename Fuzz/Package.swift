// swift-tools-version: 6.2
import PackageDescription

// The fuzz targets. libFuzzer brings the `main`, so they are a package of their own. `make fuzz`
// builds and runs them all; by hand:
//
//   swift build --package-path Fuzz --scratch-path .build-fuzz \
//     --sanitize=fuzzer --sanitize=address -Xswiftc -sanitize=fuzzer,address
//   SWIFT_BACKTRACE=enable=no .build-fuzz/debug/http1-split -max_total_time=60 Corpus/http1/seed
//
// The compiler heeds only its last -sanitize, and without the third one there is no coverage.
//
// The bodies are functions of NecroFuzzBodies, which the tests call as well. A new target is a line in
// `bodies` and a folder with one file of five lines.

/// Products, called `<codec>-<kind>`, and the folder of each. The canary has to fail, and shows that a
/// failure would be seen.
let bodies = [
  (product: "http1-differential", folder: "HTTP1Differential"),
  (product: "http1-model", folder: "HTTP1Model"),
  (product: "http1-roundtrip", folder: "HTTP1RoundTrip"),
  (product: "http1-split", folder: "HTTP1Split"),
  (product: "json-differential", folder: "JSONDifferential"),
  (product: "json-lines", folder: "JSONLines"),
  (product: "json-roundtrip", folder: "JSONRoundTrip"),
  (product: "json-split", folder: "JSONSplit"),
  (product: "postgres-differential", folder: "PostgresDifferential"),
  (product: "postgres-model", folder: "PostgresModel"),
  (product: "postgres-roundtrip", folder: "PostgresRoundTrip"),
  (product: "postgres-split", folder: "PostgresSplit"),
  (product: "postgres-types-roundtrip", folder: "PostgresTypesRoundTrip"),
  (product: "resp-differential", folder: "RESPDifferential"),
  (product: "resp-model", folder: "RESPModel"),
  (product: "resp-roundtrip", folder: "RESPRoundTrip"),
  (product: "resp-split", folder: "RESPSplit"),
  (product: "router-model", folder: "RouterModel"),
  (product: "tls-garbage", folder: "TLSGarbage"),
  (product: "tls-mutation", folder: "TLSMutation"),
  (product: "canary-body", folder: "Canary"),
]

let settings: [SwiftSetting] = [
  .enableExperimentalFeature("Lifetimes"), .treatAllWarnings(as: .error),
  // No file has top-level code: the entry point is libFuzzer's.
  .unsafeFlags(["-parse-as-library"]),
]

let package = Package(
  name: "necro-fuzz",
  products: bodies.map { .executable(name: $0.product, targets: [$0.folder]) },
  dependencies: [.package(name: "necro", path: "..")],
  targets: [
    .target(
      name: "FuzzInput",
      dependencies: [.product(name: "NecroOctets", package: "necro")],
      path: "FuzzInput", swiftSettings: settings)
  ]
    + bodies.map {
      .executableTarget(
        name: $0.folder,
        dependencies: ["FuzzInput", .product(name: "NecroFuzzBodies", package: "necro")],
        path: $0.folder, swiftSettings: settings)
    }
)
